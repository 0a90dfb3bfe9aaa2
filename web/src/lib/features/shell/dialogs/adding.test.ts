import { beforeEach, expect, test } from 'vitest';

import { Refused } from '../../../client/contract';
import { channel, YOU } from '../../../testing/makers';
import { setLanguage } from '../../../ui/language.svelte';
import type { Relationship, User } from '../../../model/entities';
import { acquaintances, addAll, people } from './adding';

const ann: User = { id: '5', username: 'ann', display_name: 'Ann Lee' };
const bob: User = { id: '6', username: 'bob', display_name: 'Bob' };
const bond = (user: User, kind: Relationship['bond']): Relationship => ({ user, bond: kind, request_id: null, created_at: '' });

beforeEach(() => setLanguage('en'));

test('friends and those of direct chats are known, once each; who is blocked is not', () => {
  const channels = { 1: channel({ id: '1', kind: 'direct', peer: ann }), 2: channel({ id: '2', kind: 'direct', peer: YOU }), 3: channel({ id: '3' }) };
  const relationships = { 5: bond(ann, 'friend'), 6: bond(bob, 'outgoing'), [YOU.id]: bond(YOU, 'blocked') };
  expect(acquaintances({ channels, relationships })).toEqual([ann]);
  expect(acquaintances({ channels, relationships: { 6: bond(bob, 'friend') } })).toEqual([ann, bob, YOU]);
});

test('those whom one knows come first, also by the names that they show; nobody comes twice', async () => {
  const asked: unknown[] = [];
  const rest = { get: <T>(...what: unknown[]) => (asked.push(what), Promise.resolve([ann, bob] as T)) };
  expect(await people(rest, [YOU, ann], '')).toEqual([YOU, ann]);
  expect(asked).toEqual([]);
  expect(await people(rest, [YOU, ann], ' @lee')).toEqual([ann, bob]);
  expect(asked).toEqual([['/users', { q: 'lee' }]]);
});

test('who cannot be added is told, and the others are added', async () => {
  const put: string[] = [];
  const rest = {
    put: <T>(path: string) => {
      put.push(path);
      return path.endsWith('/5') ? Promise.reject(new Refused({ code: 'forbidden', message: 'no' })) : Promise.resolve(undefined as T);
    },
  };
  const left = await addAll(rest, '9', [ann, bob]);
  expect(put).toEqual(['/channels/9/members/5', '/channels/9/members/6']);
  expect([...left]).toEqual([['You are not allowed to do that.', [ann]]]);
});
