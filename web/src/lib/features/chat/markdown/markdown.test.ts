import { beforeEach, expect, test } from 'vitest';

// The browser's tests send the same through every field that another person sees.
import corpus from '../../../../../../tests/browser/xss.json';
import { decodeHTMLStrict } from './entities';
import { parse } from './parse';
import { plain } from './plain';
import { isEmojiOnly, keptRenders, render } from './render';

const NOBODY = { everyone: false, here: false };
const EVERYBODY = { everyone: true, here: true };

const TAGS = new Set('P BR HR STRONG EM S CODE PRE BLOCKQUOTE UL OL LI A SPAN DIV TABLE THEAD TBODY TR TH TD'.split(' '));
const ATTRIBUTES = new Set('href target rel title dir class start tabindex data-person data-role data-many'.split(' '));

function shown(content: string, meant = NOBODY): HTMLElement {
  const page = document.createElement('div');
  page.append(render(content, meant));
  return page;
}

/** Everything in the tree that may not be there. */
function bad(page: HTMLElement): string[] {
  return [...page.querySelectorAll('*')].flatMap((node) => {
    const attributes = node.getAttributeNames().filter((name) => !ATTRIBUTES.has(name));
    const address = node.getAttribute('href');
    const wrong = address !== null && !/^(?:https?:\/\/|mailto:)/i.test(address);
    return [...(TAGS.has(node.tagName) ? [] : [node.tagName]), ...attributes, ...(wrong ? [address] : [])];
  });
}

beforeEach(() => Reflect.deleteProperty(window, 'xss'));

test('the corpus is large', () => expect(corpus.length).toBeGreaterThanOrEqual(60));

test.each(corpus)('nothing comes through of %j', (vector) => {
  const page = shown(vector, EVERYBODY);
  document.body.append(page);
  expect(bad(page)).toEqual([]);
  expect(window).not.toHaveProperty('xss');
  page.remove();
});

test('links open elsewhere, tell the other side nothing, and say where they lead', () => {
  const link = shown('[bank](https://evil.example/x)').querySelector('a');
  expect(link?.getAttribute('href')).toBe('https://evil.example/x');
  expect(link?.getAttribute('rel')).toBe('noopener noreferrer nofollow');
  expect(link?.getAttribute('target')).toBe('_blank');
  expect(link?.title).toBe('https://evil.example/x');
});

test('a picture becomes a link, and inside of a link its words', () => {
  const page = shown('![cat](https://e.example/cat.png) [![dog](https://e.example/dog.png)](https://e.example/)');
  expect(page.querySelector('img')).toBeNull();
  expect([...page.querySelectorAll('a')].map((each) => [each.textContent, each.getAttribute('href')])).toEqual([
    ['cat', 'https://e.example/cat.png'],
    ['dog', 'https://e.example/'],
  ]);
});

test('mentions are chips with ids, but not in code', () => {
  const page = shown('<@7> and <@&8> `<@9>`\n```\n<@10> @everyone\n```', EVERYBODY);
  const chips = [...page.querySelectorAll<HTMLElement>('.mention')];
  expect(chips.map((chip) => ({ ...chip.dataset }))).toEqual([{ person: '7' }, { role: '8' }]);
  expect(page.textContent).toContain('<@9>');
});

test('@everyone is a chip only where the server counts it', () => {
  expect(shown('@everyone @here', EVERYBODY).querySelectorAll('.mention')).toHaveLength(2);
  expect(shown('@everyone @here', { everyone: false, here: true }).querySelectorAll('.mention')).toHaveLength(1);
  expect(shown('@everyone @here').querySelectorAll('.mention')).toHaveLength(0);
  expect(shown('mail@here @everyonelse', EVERYBODY).querySelectorAll('.mention')).toHaveLength(0);
});

test('each block finds its own direction', () => {
  const blocks = shown('first\n\nשלום\n\nhello\n\n> one\n\n- two').querySelectorAll('p, blockquote, ul, li');
  expect([...blocks].map((block) => block.tagName)).toEqual(['P', 'P', 'BLOCKQUOTE', 'P', 'UL', 'LI']);
  expect([...blocks].every((block) => block.getAttribute('dir') === 'auto')).toBe(true);
});

test('quotes in quotes end somewhere', () => {
  expect(shown('> '.repeat(500) + 'deep').querySelectorAll('blockquote').length).toBeLessThan(20);
});

test.each(['[', '*', '_', '`', '<', '> ', '- ', '![', '[](', '**a ', '<@', '@here ', 'https://', '|', '\n', '&#', '\\', '~~'])(
  'five thousand characters of %j do not hold the page up',
  (piece) => {
    const content = piece.repeat(Math.floor(5_000 / piece.length));
    const before = performance.now();
    render(content, EVERYBODY);
    expect(performance.now() - before).toBeLessThan(1_500);
  },
);

test('what was parsed is kept, but not for ever', () => {
  for (let n = 0; n < 900; n += 1) render(`message ${n}`, NOBODY);
  expect(keptRenders()).toBeLessThanOrEqual(600);
  const [one, other] = [shown('same'), shown('same')];
  one.querySelector('p')?.remove();
  expect(other.textContent?.trim()).toBe('same');
});

test('emoji alone are big, numbers and long rows are not', () => {
  for (const text of ['🎉', '🎉 ❤️', '👨‍👩‍👧‍👦', '🇨🇳', '1️⃣', '👍🏽']) expect(isEmojiOnly(text), text).toBe(true);
  for (const text of ['', ' ', '1', '#', 'a🎉', '🎉'.repeat(40), '\u200d']) expect(isEmojiOnly(text), text).toBe(false);
});

test('a line without marks, names in the place of ids', () => {
  expect(plain('> **Hi** <@7>,\n# see [this](https://e.example)', () => 'Ann')).toBe('Hi @Ann, see this');
  expect(plain('_so_ *it* is: snake_case_name, 2 * 3 * 4', () => '')).toBe('so it is: snake_case_name, 2 * 3 * 4');
  expect(plain('**hi** <@5>,\n`code`  _here_', () => 'Ann')).toBe('hi @Ann, code here');
  expect(plain('<@5> set `max_size` to __init__, _now_', () => 'ann_b*')).toBe('@ann_b* set max_size to init, now');
  expect(plain('x'.repeat(5_000), () => '')).toHaveLength(161);
  expect(plain('x' + '😀'.repeat(5_000), () => '')).toBe(`x${'😀'.repeat(159)}…`);
});

test('usual entities are decoded, the others stay', () => {
  expect(decodeHTMLStrict('&amp;&lt;&#x41;&#66;&bogus;&#0;&#xD800;')).toBe('&<AB&bogus;\ufffd\ufffd');
});

test('a heading is no heading of the page', () => {
  expect(parse('# big', NOBODY)).toBe('<p class="heading" dir="auto">big</p>\n');
});
