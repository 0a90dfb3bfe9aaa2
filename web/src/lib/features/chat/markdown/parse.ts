/** Markdown to markup, not yet clean. No HTML of the person's own, no pictures, mentions as empty chips. */
import MarkdownIt from 'markdown-it';

/** What of a message the server counts as meant for many: only that becomes a chip. */
export interface Meant {
  everyone: boolean;
  here: boolean;
}

type Token = ReturnType<InstanceType<typeof MarkdownIt>['parse']>[number];

/** Quotes in quotes, lists in lists: so deep and no deeper. */
const DEEPEST = 14;
const SAFE = /^(?:https?:\/\/|mailto:)/i;
const PERSON = /<@(\d{1,16})>/y;
const ROLE = /<@&(\d{1,16})>/y;
const MANY = /@(everyone|here)(?![\p{L}\p{N}_])/uy;

const WORD = /[\p{L}\p{N}_]/u;

const md = new MarkdownIt({ html: false, linkify: true, breaks: true, maxNesting: DEEPEST });
md.validateLink = (address) => SAFE.test(address.trim());
md.linkify.set({ fuzzyLink: false, fuzzyIP: false });

function chip(kind: 'person' | 'role' | 'many', id: string): string {
  return `<span class="mention" data-${kind}="${id}"></span>`;
}

function found(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

// An inline rule never sees what stands in code, so that no chip is formed there.
md.inline.ruler.before('autolink', 'mention', (state, silent) => {
  const { src, pos } = state;
  const person = found(PERSON, src, pos);
  const match = person ?? found(ROLE, src, pos);
  if (match === null) return false;
  if (!silent) state.push('chip', '', 0).content = chip(person ? 'person' : 'role', match[1] ?? '');
  state.pos += match[0].length;
  return true;
});

md.inline.ruler.before('autolink', 'many', (state, silent) => {
  const { src, pos } = state;
  const meant = state.env as Partial<Meant>;
  const match = src[pos] === '@' && !WORD.test(src[pos - 1] ?? '') ? found(MANY, src, pos) : null;
  if (match === null || !meant[match[1] as keyof Meant]) return false;
  if (!silent) state.push('chip', '', 0).content = chip('many', match[1] ?? '');
  state.pos += match[0].length;
  return true;
});

md.renderer.rules['chip'] = (tokens, at) => tokens[at]?.content ?? '';

/** A picture from elsewhere would tell its host who reads: it becomes a link, inside of a link just its words. */
function withoutPictures(tokens: Token[], make: (type: string, tag: string, nesting: -1 | 0 | 1) => Token): Token[] {
  let inLink = 0;
  return tokens.flatMap((token) => {
    if (token.type === 'link_open') inLink += 1;
    if (token.type === 'link_close') inLink -= 1;
    if (token.type !== 'image') return [token];
    const address = String(token.attrGet('src') ?? '');
    const words = make('text', '', 0);
    words.content = token.content || address;
    if (inLink > 0) return [words];
    const open = make('link_open', 'a', 1);
    open.attrSet('href', address);
    return [open, words, make('link_close', 'a', -1)];
  });
}

md.core.ruler.push('quiet', (state) => {
  for (const token of state.tokens) {
    if (token.type.startsWith('heading')) token.tag = 'p';
    if (token.type === 'heading_open') token.attrSet('class', 'heading');
    if (token.nesting === 1 && token.tag !== '') token.attrSet('dir', 'auto');
    if (token.children) token.children = withoutPictures(token.children, (type, tag, nesting) => new state.Token(type, tag, nesting));
  }
});

md.renderer.rules['link_open'] = (tokens, at, options, _env, self) => {
  const token = tokens[at];
  if (token === undefined) return '';
  token.attrSet('target', '_blank');
  token.attrSet('rel', 'noopener noreferrer nofollow');
  // Words may say another address than the one that they lead to.
  token.attrSet('title', String(token.attrGet('href') ?? ''));
  return self.renderToken(tokens, at, options);
};
md.renderer.rules['table_open'] = () => '<div class="table" tabindex="0"><table>';
md.renderer.rules['table_close'] = () => '</table></div>';

/** The markup of a message's content. */
export function parse(content: string, meant: Meant): string {
  return md.render(content, { ...meant });
}
