import { expect, test } from 'vitest';

import type { Pending } from '../../../client/contract';
import type { Message } from '../../../model/entities';
import { picturePath } from './images';
import { moved } from './keyboard';
import { rows, standing, steps, together, type Row } from './rows';

const START = Date.parse('2026-11-21T12:00:00.000Z');

function message(seq: number, more: Partial<Message> = {}, minutes = seq): Message {
  return {
    id: String(1_000 + seq),
    channel_id: '7',
    seq,
    version: seq,
    author: { id: '1', username: 'ann', display_name: 'Ann' },
    content: `m${seq}`,
    created_at: new Date(START + minutes * 60_000).toISOString(),
    edited_at: null,
    recalled: false,
    reply_to: null,
    mentions: [],
    reactions: [],
    attachments: [],
    ...more,
  };
}

const all = Array.from({ length: 200 }, (_, n) => message(n + 1));
const part = (from: number, to: number): Row[] => rows(all.slice(from - 1, to), []);
const keys = (found: readonly Row[]): string[] => found.map((row) => row.key);
const pending: Pending = { nonce: 'n', channel_id: '7', content: 'x', reply_to: null, created_at: START, status: 'queued' };

test('a message that did not change keeps its row', () => {
  const [before, after] = [part(1, 3), part(1, 4)];
  expect(after[1]).toBe(before[1]);
  expect(keys(rows(all.slice(0, 1), [pending]))).toEqual(['m1', 'pn']);
});

test('one person, close in time, stands together', () => {
  const [one] = rows([message(1)], []);
  const next = (more: Partial<Message>, minutes: number): Row => rows([message(2, more, minutes)], [])[0] as Row;
  expect(together(one as Row, next({}, 5), '1')).toBe(true);
  expect(together(one as Row, next({}, 7), '1')).toBe(false);
  expect(together(one as Row, next({}, -60), '1')).toBe(false);
  expect(together(one as Row, next({ reply_to: '1001' }, 2), '1')).toBe(false);
  expect(together(one as Row, next({ author: { id: '2', username: 'bob', display_name: '' } }, 2), '1')).toBe(false);
  expect(together(one as Row, next({ webhook: { name: 'CI', avatar_url: '' } }, 2), '1')).toBe(false);
});

test('what waits joins one own words, whatever the clocks say', () => {
  const [own, waiting] = rows([message(1, {}, 600)], [pending]) as [Row, Row];
  expect(standing(own, waiting, '1', null)).toEqual({ head: false, day: null, fresh: false });
  expect(standing(own, waiting, '2', null).head).toBe(true);
});

test('days and the line "new" stand where they begin, and only there', () => {
  const list = rows([message(1), message(2), message(3, {}, 3 + 24 * 60)], []);
  const how = list.map((row, at) => standing(list[at - 1], row, '9', 1));
  expect(how.map((each) => each.day !== null)).toEqual([true, false, true]);
  expect(how.map((each) => each.fresh)).toEqual([false, true, false]);
  expect(how.map((each) => each.head)).toEqual([true, true, true]);
});

test('without the read part the line stands only above the very next message', () => {
  const [third] = part(3, 3);
  expect(standing(undefined, third as Row, '9', 2).fresh).toBe(true);
  expect(standing(undefined, third as Row, '9', 1).fresh).toBe(false);
});

// The virtualiser keeps heights by index: each step may change one end only.
function walk(from: Row[], to: Row[]): { shift: boolean; keys: string[] }[] | undefined {
  return steps(from, to)?.map((step) => ({ shift: step.shift, keys: keys(step.rows) }));
}

test('older ones shift, newer ones do not', () => {
  expect(walk(part(50, 60), part(40, 60))).toEqual([{ shift: true, keys: keys(part(40, 60)) }]);
  expect(walk(part(50, 60), part(50, 70))).toEqual([{ shift: false, keys: keys(part(50, 70)) }]);
});

test('older ones in, newer ones out, one after the other', () => {
  expect(walk(part(50, 60), part(40, 55))).toEqual([
    { shift: false, keys: keys(part(50, 55)) },
    { shift: true, keys: keys(part(40, 55)) },
  ]);
});

test('older ones out, newer ones in, one after the other', () => {
  expect(walk(part(40, 55), part(50, 60))).toEqual([
    { shift: true, keys: keys(part(50, 55)) },
    { shift: false, keys: keys(part(50, 60)) },
  ]);
});

test('another part of the history is no step', () => {
  expect(steps(part(1, 10), part(100, 110))).toBeNull();
  expect(steps(part(100, 110), part(1, 10))).toBeNull();
});

test('an edit in a list that also moves is not lost', () => {
  const edited = rows([...all.slice(44, 59), message(60, { content: 'new' })], []);
  expect(steps(part(40, 60), edited)?.at(-1)?.rows).toEqual(edited);
  expect(steps(part(50, 60), edited)?.at(-1)?.rows).toEqual(edited);
});

test('what one sent takes the place of what waited', () => {
  const before = rows(all.slice(0, 2), [pending]);
  expect(walk(before, part(1, 3))).toEqual([{ shift: false, keys: ['m1', 'm2', 'm3'] }]);
});

test('arrows move between messages, and below the last to the composer', () => {
  const key = (name: string, more = {}) => ({ key: name, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });
  expect(moved(key('ArrowUp'), 10, 10)).toBe(9);
  expect(moved(key('ArrowUp'), 0, 10)).toBe(0);
  expect(moved(key('ArrowDown'), 9, 10)).toBe(10);
  expect(moved(key('ArrowDown'), 10, 10)).toBeNull();
  expect(moved(key('End'), 2, 10)).toBe(9);
  expect(moved(key('ArrowUp', { altKey: true }), 5, 10)).toBeNull();
  expect(moved(key('ArrowUp'), 0, 0)).toBeNull();
});

test('only a message that is its own picture is shown as one', () => {
  const path = '/channelchat/api/v1/channels/7/messages/42/image';
  expect(picturePath(path, '7', '42')).toContain(path);
  expect(picturePath(path, '7', '43')).toBeNull();
  expect(picturePath(path, '8', '42')).toBeNull();
  expect(picturePath(`${path} `, '7', '42')).toBeNull();
  expect(picturePath(`https://e.example${path}`, '7', '42')).toBeNull();
});
