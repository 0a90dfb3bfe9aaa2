import { expect, test } from 'vitest';

import type { Channel, Member, ServerMember } from '../../model/entities';
import { EMPTY, type State } from '../../model/state';
import { channel, member, server, YOU } from '../../testing/makers';
import { presence } from './lists';

const direct = channel({ kind: 'direct', peer: YOU });
const crowd = (count: number): Record<string, Member> =>
  Object.fromEntries([YOU, ...Array.from({ length: count - 1 }, (_, n) => ({ ...YOU, id: `9${n}` }))].map((user) => [user.id, member(user)]));

function inGroup(members: Record<string, Member>, more: Partial<Channel> = {}): State {
  const group = channel(more);
  return { ...EMPTY, channels: { [group.id]: group }, members: { [group.id]: members } };
}

test('of strangers nobody says that they are away', () => {
  expect(presence(EMPTY, YOU.id)).toBeUndefined();
  expect(presence({ ...EMPTY, online: new Set([YOU.id]) }, YOU.id)).toBe(true);
  expect(presence({ ...EMPTY, channels: { [direct.id]: direct } }, YOU.id)).toBe(false);
});

test('one is told of those in a common group, if it is not too large and both are in', () => {
  expect(presence(inGroup(crowd(500)), YOU.id)).toBe(false);
  expect(presence(inGroup(crowd(501)), YOU.id)).toBeUndefined();
  expect(presence(inGroup({ [YOU.id]: member(YOU, { status: 'pending' }) }), YOU.id)).toBeUndefined();
  expect(presence(inGroup(crowd(2), { status: 'pending' }), YOU.id)).toBeUndefined();
  expect(presence(inGroup(crowd(2), { kind: 'lobby' }), YOU.id)).toBeUndefined();
});

test('one is told of those in a common server, if it is not too large', () => {
  const there = { [YOU.id]: { user: YOU } as unknown as ServerMember };
  const home = (member_count: number): State => ({ ...EMPTY, servers: { 20: server({ member_count }) }, serverMembers: { 20: there } });
  expect(presence(home(500), YOU.id)).toBe(false);
  expect(presence(home(501), YOU.id)).toBeUndefined();
});
