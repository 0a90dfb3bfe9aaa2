import { expect, test } from 'vitest';

import { channel, ME, member, ready, server, YOU } from '../testing/makers';
import { applyAll, type Input } from './apply';
import { gone } from './gone';
import { EMPTY } from './state';

const BOTH = [channel({ id: '22', kind: 'text', name: 'talk', server_id: '20' }), channel({ id: '23', kind: 'text', server_id: '20' })];
const BEFORE = applyAll(EMPTY, [{ type: 'ready', data: ready([channel(), channel({ id: '11' })], [server({ channels: BOTH })]) }], 0);

function after(...inputs: Input[]) {
  const found = gone(BEFORE, inputs, applyAll(BEFORE, inputs, 0));
  return found.map(({ how, channels, server: of }) => [how, of?.id ?? null, ...channels.map(({ id }) => id)]);
}

const left = (by: string, status: 'left' | 'banned', user = ME): Input => ({
  type: 'member_left',
  data: { channel_id: '10', version: 2, by, member: member(user, { status }) },
});

test.each<[string, Input]>([
  ['left', left('1', 'left')],
  ['kicked', left('2', 'left')],
  ['banned', left('2', 'banned')],
  ['deleted', { type: 'channel_deleted', data: { channel_id: '10', version: 2 } }],
])('a group: %s', (how, input) => {
  expect(after(input)).toEqual([[how, null, '10']]);
});

test.each(['left', 'kicked', 'banned'] as const)('a server goes with its channels: %s', (how) => {
  expect(after({ type: 'server_removed', data: { server_id: '20', version: 2, how } })).toEqual([[how, '20', '22', '23']]);
});

test('a server that was deleted says so', () => {
  expect(after({ type: 'server_deleted', data: { server_id: '20', version: 2 } })).toEqual([['deleted', '20', '22', '23']]);
});

test('a channel that is hidden is unseen, and its server is still there', () => {
  const hidden: Input = { type: 'channel_deleted', data: { channel_id: '22', server_id: '20', hidden: true } };
  expect(after(hidden)).toEqual([['unseen', null, '22']]);
});

test('of what went while one was away nothing is known but that', () => {
  expect(after({ type: 'ready', data: ready([channel()]) })).toEqual([['unseen', '20', '22', '23'], ['unseen', null, '11']]);
});

test('others may go, and who comes back at once has not gone', () => {
  expect(after(left('2', 'left', { ...ME, ...YOU }))).toEqual([]);
  const again: Input = { type: 'channel_created', data: { channel_id: '10', version: 3, channel: channel({ version: 3 }) } };
  expect(after(left('2', 'left'), again)).toEqual([]);
});
