import { expect, test } from 'vitest';

import type { Channel } from '../../model/entities';
import { level } from '../../model/notify';
import { flat, neighbour, places, standing, together } from './order';
import { channel, channels, server, servers, user } from './testing/fake.svelte';

const ids = (all: readonly Channel[]): string[] => all.map((one) => one.id);
const none = (): boolean => false;

const category = (id: string, position: number) => ({ id, server_id: '50', name: id, position });
const state = {
  channels: channels(
    channel('0', { kind: 'lobby' }),
    channel('7', { kind: 'group' }),
    channel('8', { kind: 'direct', peer: user('2', 'bob') }),
    channel('9', { kind: 'group', created_at: '2026-03-01T00:00:00.000Z' }),
    channel('10', { kind: 'group', status: 'left' }),
    channel('11', { server_id: '50', position: 1 }),
    channel('12', { server_id: '50', position: 0 }),
    channel('13', { server_id: '50', category_id: '61', position: 0 }),
    channel('14', { server_id: '50', category_id: '60', position: 0 }),
    channel('15', { server_id: '50', category_id: 'gone', position: 0 }),
    channel('16', { server_id: '51' }),
  ),
  servers: servers(
    server('51', { member: { ...server('51').member, joined_at: '2026-02-01T00:00:00.000Z' } }),
    server('50', { categories: [category('61', 2), category('60', 1), category('62', 3)] }),
  ),
  activity: { '7': Date.parse('2026-04-01'), '8': Date.parse('2026-02-01') },
};

test('conversations stand by what was said last, or by when they began; those one has left do not stand there', () => {
  expect(ids(places(state).talks)).toEqual(['7', '9', '8']);
  expect(places(state).lobby?.id).toBe('0');
});

test('servers stand in the order in which one came in, channels by position under their categories', () => {
  const [first, second] = places(state).servers;
  expect(first?.sections.map(({ category: one, channels: all }) => [one?.id ?? '', ids(all)])).toEqual([
    ['', ['12', '15', '11']],
    ['60', ['14']],
    ['61', ['13']],
    ['62', []],
  ]);
  expect(second?.server.id).toBe('51');
});

test('equal positions stand by age, which ids of another length must not turn around', () => {
  const two = channels(channel('1000', { server_id: '50' }), channel('999', { server_id: '50' }));
  const all = places({ channels: two, servers: servers(server('50')), activity: {} });
  expect(ids(all.servers[0]?.sections[0]?.channels ?? [])).toEqual(['999', '1000']);
});

test('keys walk through what is shown, around its end, and pass over what is folded', () => {
  const open = flat(places(state), none, none);
  expect(ids(open)).toEqual(['0', '7', '9', '8', '12', '15', '11', '14', '13', '16']);
  expect(neighbour(open, '16', 1, () => true)?.id).toBe('0');
  expect(neighbour(open, '0', -1, () => true)?.id).toBe('16');
  expect(neighbour(open, null, -1, () => true)?.id).toBe('16');
  expect(neighbour(open, '0', 1, (one) => one.id === '14')?.id).toBe('14');
  expect(neighbour(open, '14', 1, (one) => one.id === '14')).toBeNull();
  expect(neighbour([], '1', 1, () => true)).toBeNull();
  const folded = flat(places(state), (id) => id === '50', (one) => one.id === '13');
  expect(ids(folded)).toEqual(['0', '7', '9', '8', '13', '16']);
});

test('what one wants to be told: what one said of the channel, else of its server, else what its kind suggests', () => {
  const quiet = servers(server('50', { member: { ...server('50').member, notify: 'mentions' } }));
  expect(level(channel('11', { server_id: '50' }), undefined, quiet)).toBe('mentions');
  expect(level(channel('11', { server_id: '50' }), 'all', quiet)).toBe('all');
  expect(level(channel('11', { server_id: '50' }), 'default', quiet)).toBe('mentions');
  expect(level(channel('7', { kind: 'group' }), undefined, {})).toBe('all');
  expect(level(channel('0', { kind: 'lobby' }), undefined, {})).toBe('mentions');
});

test('only what is meant for oneself is loud, and nothing of what was muted shows', () => {
  const busy = channel('7', { kind: 'group', unread: 5, mentions: 2 });
  expect(standing(busy, 'all')).toEqual({ loud: 2, quiet: 3, muted: false });
  expect(standing(busy, 'nothing')).toEqual({ loud: 0, quiet: 0, muted: true });
  expect(standing(channel('8', { kind: 'direct', unread: 4 }), 'all').loud).toBe(4);
  expect(together([standing(busy, 'all'), standing(busy, 'nothing'), standing(busy, 'mentions')])).toEqual({ loud: 4, quiet: 6, muted: false });
});
