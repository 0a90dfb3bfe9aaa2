import { beforeEach, expect, test } from 'vitest';

import type { Message } from '../model/entities';
import { apply, type Input } from '../model/apply';
import { EMPTY, type State } from '../model/state';
import { channel, message, ready } from '../testing/makers';
import { History } from './history';
import type { Session } from './session.svelte';

const START = Date.parse('2026-01-01T00:00:00.000Z');
const MINUTE = 60_000;
const COUNT = 1_000;

/** A message a minute; but half a year of silence in the middle. */
const ALL: Message[] = Array.from({ length: COUNT }, (_, n) => {
  const time = START + n * MINUTE + (n >= 500 ? 180 * 24 * 60 * MINUTE : 0);
  return message(n + 1, { created_at: new Date(time).toISOString() });
});

let state: State;
let asked: string[];
let history: History;

/** Pages as the server answers them (docs/dialects/native.md, `history`): newest first. */
function page(query: Record<string, string | number | undefined>): Message[] {
  const limit = Number(query['limit']);
  const first = ALL.findIndex((one) => Date.parse(one.created_at) >= Date.parse(String(query['at'])));
  const middle = ALL.findIndex((one) => one.id === query['around']);
  const centre = query['at'] !== undefined ? first : middle;
  const from = centre < 0 ? COUNT - limit : Math.max(0, centre - Math.floor(limit / 2));
  return ALL.slice(from, from + limit).reverse();
}

function tell(input: Input): void {
  state = apply(state, input, 0);
}

beforeEach(() => {
  asked = [];
  const one = channel({ last_seq: COUNT, version: COUNT + 1, created_at: new Date(START).toISOString() });
  state = apply(EMPTY, { type: 'ready', data: ready([one]) }, 0);
  const get = async (path: string, query: Record<string, string | number>) => {
    asked.push(`${path}?${Object.entries(query).map(([name, value]) => `${name}=${value}`).join('&')}`);
    return { messages: page(query), has_more: true, version: COUNT + 1 };
  };
  const session = {
    get state() {
      return state;
    },
    rest: { get },
    tell: (answer: string, data: unknown) => tell({ answer, data } as Input),
  };
  history = new History(session as unknown as Session);
});

const seqs = (): number[] => state.timelines['10']?.messages.map(({ seq }) => seq) ?? [];

test('a day is asked for by its time, with what is on both sides of it', async () => {
  const date = new Date(START + 300 * MINUTE);
  await history.show('10', { date });
  expect(asked).toEqual(['/channels/10/messages?limit=50&at=2026-01-01T05:00:00.000Z']);
  expect([seqs()[0], seqs().at(-1)]).toEqual([276, 325]);
  expect(state.timelines['10']).toMatchObject({ hasOlder: true, hasNewer: true });
});

test('a day after the last message is the latest page', async () => {
  await history.show('10', { date: new Date(START + 400 * 24 * 60 * MINUTE) });
  expect([seqs().at(-1), state.timelines['10']?.hasNewer]).toEqual([COUNT, false]);
});

test.each([[2], [120], [499], [501], [700]])('the first unread message %i is found, however the times lie', async (first) => {
  const one = channel({ last_seq: COUNT, version: COUNT + 1, created_at: new Date(START).toISOString(), read_seq: first - 1, unread: COUNT - first + 1 });
  state = apply(state, { answer: 'channel', data: { channel: one } }, 0);
  await history.show('10', { firstUnread: true });
  expect(seqs()).toContain(first);
  expect(asked.length).toBeLessThan(9);
  expect(asked.slice(1).every((url) => /\?limit=100&at=/.test(url))).toBe(true);
});

test('asked twice at once, it is loaded once', async () => {
  await Promise.all([history.show('10', { latest: true }), history.show('10', { latest: true })]);
  expect(asked).toHaveLength(1);
});
