import { expect, test } from 'vitest';

import { channel, message, ready } from '../testing/makers';
import { apply, type Input } from './apply';
import { ASIDES } from './asides';
import { EMPTY, type State } from './state';

const BEGUN = apply(EMPTY, { type: 'ready', data: ready([channel({ last_seq: 900, version: 1_000 })]) }, 0);
const after = (...inputs: Input[]): State => inputs.reduce((state, input) => apply(state, input, 0), BEGUN);
const told = (seq: number): Input => ({ answer: 'message', data: { message: message(seq) } });

test('what is quoted from far above is recalled as everything is', () => {
  const recalled = message(5, { version: 1_001, recalled: true, content: '' });
  const state = after(told(5), { type: 'message_recalled', data: { channel_id: '10', version: 1_001, message: recalled } });
  expect(state.asides['1005']).toEqual(recalled);
});

test('a resume brings its changes, and a gap takes it away', () => {
  const edited = message(5, { version: 1_001, content: 'other' });
  const sync = { channel_id: '10', from: 1_000, to: 1_001, messages: [edited], members: [], limited: false };
  expect(after(told(5), { type: 'sync', data: sync }).asides['1005']?.content).toBe('other');
  expect(after(told(5), { type: 'sync', data: { ...sync, messages: [], limited: true } }).asides).toEqual({});
});

test('they go with their channel, and are not more than can be shown', () => {
  expect(after(told(5), { type: 'channel_deleted', data: { channel_id: '10' } }).asides).toEqual({});
  const many = Array.from({ length: ASIDES + 5 }, (_, n) => told(n + 1));
  const ids = Object.keys(after(...many).asides);
  expect([ids.length, ids.includes('1001'), ids.includes(`${1_000 + ASIDES + 5}`)]).toEqual([ASIDES, false, true]);
});
