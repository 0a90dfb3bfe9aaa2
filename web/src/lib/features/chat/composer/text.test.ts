import { expect, test } from 'vitest';

import type { User } from '../../../model/entities';
import { asked, completed, suggest } from './complete';
import { composing, intent, marked, type Key } from './keys';
import { lengthOf } from './limits';
import { person, toCodes, toNames, type Candidate } from './mentions';

const HERE = { empty: false, touch: false };

function key(name: string, more: Partial<Key> = {}): Key {
  return { key: name, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, isComposing: false, keyCode: 0, ...more };
}

test('Enter sends, Shift and Enter break the line', () => {
  expect(intent(key('Enter'), HERE)).toBe('send');
  expect(intent(key('Enter', { shiftKey: true }), HERE)).toBeNull();
  expect(intent(key('Enter'), { ...HERE, touch: true })).toBeNull();
  expect(intent(key('Enter', { ctrlKey: true }), { ...HERE, touch: true })).toBe('send');
});

test('nothing is sent while an input method is at work', () => {
  expect(intent(key('Enter', { isComposing: true }), HERE)).toBeNull();
  expect(intent(key('Enter', { keyCode: 229 }), HERE)).toBeNull();
  expect(intent(key('Process', { keyCode: 229 }), HERE)).toBeNull();
  expect(intent(key('ArrowUp', { isComposing: true }), { ...HERE, empty: true })).toBeNull();
  expect(intent(key('Escape', { isComposing: true }), HERE)).toBeNull();
  expect(composing(key('a', { keyCode: 65 }))).toBe(false);
});

test('the arrow up edits only out of an empty field', () => {
  expect(intent(key('ArrowUp'), { ...HERE, empty: true })).toBe('edit_last');
  expect(intent(key('ArrowUp'), HERE)).toBeNull();
});

test('shortcuts by either control key, not with Alt: that writes letters', () => {
  expect(intent(key('b', { ctrlKey: true }), HERE)).toBe('bold');
  expect(intent(key('I', { metaKey: true }), HERE)).toBe('italic');
  expect(intent(key('e', { ctrlKey: true, altKey: true }), HERE)).toBeNull();
  expect(intent(key('b'), HERE)).toBeNull();
});

test('marks go around what is selected, and away again', () => {
  const bold = marked({ text: 'a word b', start: 2, end: 6 }, 'bold');
  expect(bold).toEqual({ text: 'a **word** b', start: 4, end: 8 });
  expect(marked(bold, 'bold')).toEqual({ text: 'a word b', start: 2, end: 6 });
  expect(marked(bold, 'italic').text).toBe('a ***word*** b');
  expect(marked({ text: 'x', start: 0, end: 1 }, 'link').text).toBe('[x](https://)');
  expect(marked({ text: 'a\nb', start: 0, end: 3 }, 'code').text).toBe('```\na\nb\n```');
});

const user = (id: string, username: string): User => ({ id, username, display_name: `${username} shown` });
const people: Candidate[] = [
  person(user('1', 'ann'), 'Ann'),
  person(user('2', 'ann lee'), 'Ann Lee'),
  person(user('3', '李娜'), '李娜'),
  { text: '@Makers', code: '<@&9>', name: 'Makers', kind: 'role' },
  { text: '@here', code: '@here', name: 'here', kind: 'many' },
];

test('names become ids: the longest that fits, whole words, not in code, not in addresses', () => {
  expect(toCodes('@ann and @Ann Lee', people)).toBe('<@1> and <@2>');
  expect(toCodes('@annabel, mail@ann, @ann!', people)).toBe('@annabel, mail@ann, <@1>!');
  expect(toCodes('`@ann` ```\n@ann\n``` @ann', people)).toBe('`@ann` ```\n@ann\n``` <@1>');
  expect(toCodes('(@李娜) @makers @here @nobody <@1>', people)).toBe('(<@3>) <@&9> @here @nobody <@1>');
  expect(toCodes('@ann@ann', people)).toBe('<@1>@ann');
});

test('ids become names to edit, where that leads back to the same', () => {
  expect(toNames('<@1> `<@1>` <@77>', people)).toBe('@ann `<@1>` <@77>');
  expect(toNames('<@1> lee', people)).toBe('<@1> lee');
});

test('many names and a long text are resolved soon', () => {
  const many = Array.from({ length: 5_000 }, (_, n) => person(user(String(n), `user${n}`), `User ${n}`));
  const before = performance.now();
  const text = toCodes('@user77 @nobody '.repeat(600), many);
  expect(text.startsWith('<@77> @nobody <@77>')).toBe(true);
  expect(performance.now() - before).toBeLessThan(2_000);
});

test('what is asked for stands right before the caret', () => {
  expect(asked('hi @an', 6)).toEqual({ kind: 'mention', query: 'an', start: 3 });
  expect(asked('@', 1)).toEqual({ kind: 'mention', query: '', start: 0 });
  expect(asked('mail@an', 7)).toBeNull();
  expect(asked('<@12', 4)).toBeNull();
  expect(asked('so :smi', 7)).toEqual({ kind: 'emoji', query: 'smi', start: 3 });
  expect(asked('12:30', 5)).toBeNull();
  expect(asked('你好 ：笑脸', 6)).toEqual({ kind: 'emoji', query: '笑脸', start: 3 });
  expect(asked('@an more', 8)).toBeNull();
});

test('those whose name begins so come first', () => {
  expect(suggest(people, 'an').map((each) => each.name)).toEqual(['Ann', 'Ann Lee']);
  expect(suggest(people, 'lee').map((each) => each.name)).toEqual(['Ann Lee']);
  expect(suggest(people, '').length).toBe(5);
  expect(suggest(people, 'zz')).toEqual([]);
});

test('a completion replaces the word and leaves one space', () => {
  expect(completed('hi @an', 6, { kind: 'mention', query: 'an', start: 3 }, '@ann')).toEqual({ text: 'hi @ann ', caret: 8 });
  expect(completed('@a there', 2, { kind: 'mention', query: 'a', start: 0 }, '@ann')).toEqual({ text: '@ann there', caret: 5 });
});

test('an emoji is one character, as the server counts', () => {
  expect(lengthOf('a🎉b')).toBe(3);
  expect(lengthOf('x'.repeat(10_000))).toBe(10_000);
});

test('a link takes Shift, for the letter alone is the switcher everywhere', () => {
  const pressed = (shiftKey: boolean) => ({ key: shiftKey ? 'K' : 'k', shiftKey, ctrlKey: true, metaKey: false, altKey: false, isComposing: false, keyCode: 75 });
  expect(intent(pressed(true), { empty: false, touch: false })).toBe('link');
  expect(intent(pressed(false), { empty: false, touch: false })).toBeNull();
});
