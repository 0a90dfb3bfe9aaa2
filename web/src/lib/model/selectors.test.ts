import { describe, expect, test } from 'vitest';

import { channel, ME, message, ready, server } from '../testing/makers';
import { apply } from './apply';
import { may, permissions } from './permissions';
import { rows } from './rows';
import { conversations, sections, waiting } from './selectors';
import { EMPTY } from './state';

const at = (minute: number) => `2026-01-01T12:${String(minute).padStart(2, '0')}:00.000Z`;
const day = (time: number) => new Date(time).toISOString().slice(0, 10);
const kinds = (found: ReturnType<typeof rows>) => found.map((row) => (row.kind === 'message' ? (row.isFirst ? 'first' : 'next') : row.kind));

describe('rows', () => {
  const none = { newAfter: null, me: '1' };
  test('one person within five minutes stands together', () => {
    const all = [message(1, { created_at: at(0) }), message(2, { created_at: at(4) }), message(3, { created_at: at(10) })];
    expect(kinds(rows(all, none, day))).toEqual(['day', 'first', 'next', 'first']);
  });
  test('another person, a reply and another day begin anew', () => {
    const next = '2026-01-02T00:00:00.000Z';
    const all = [message(1), message(2, { author: ME }), message(3, { author: ME, reply_to: '1001' }), message(4, { author: ME, created_at: next })];
    expect(kinds(rows(all, none, day))).toEqual(['day', 'first', 'first', 'first', 'day', 'first']);
  });
  test('the line stands before the first that one has not read, once, and not before what one said oneself', () => {
    const all = [message(1), message(2, { author: ME }), message(3), message(4)];
    expect(kinds(rows(all, { newAfter: 1, me: '1' }, day))).toEqual(['day', 'first', 'first', 'new', 'first', 'next']);
  });
  test('a time that cannot be read breaks nothing', () => {
    expect(kinds(rows([message(1, { created_at: 'garbage' })], none, day))).toEqual(['day', 'first']);
  });
});

describe('lists', () => {
  const texts = [
    channel({ id: '30', kind: 'text', server_id: '20', position: 1 }),
    channel({ id: '31', kind: 'text', server_id: '20', position: 0 }),
    channel({ id: '32', kind: 'text', server_id: '20', category_id: '40', unread: 2, mentions: 1 }),
  ];
  const home = server({ channels: texts, categories: [{ id: '40', server_id: '20', name: 'c', position: 0 }] });
  const state = apply(EMPTY, { type: 'ready', data: ready([channel(), channel({ id: '11', unread: 3 })], [home]) }, 0);

  test('come in the order of `ready`, until something is said', () => {
    expect(conversations(state).map((one) => one.id)).toEqual(['10', '11']);
    const said = message(1, { channel_id: '11', created_at: '2026-02-01T00:00:00.000Z' });
    const next = apply(state, { type: 'new_message', data: { channel_id: '11', version: 2, message: said } }, 0);
    expect(conversations(next).map((one) => one.id)).toEqual(['11', '10']);
  });
  test('a server has its channels by position, those under none first', () => {
    expect(sections(state, '20').map((one) => [one.category?.id, one.channels.map(({ id }) => id)])).toEqual([
      [undefined, ['31', '30']],
      ['40', ['32']],
    ]);
  });
  test('what waits is counted', () => {
    expect(waiting(state)).toEqual({ unread: 5, mentions: 1 });
  });
});

describe('permissions', () => {
  const everyone = server().roles;
  const role = { id: '22', server_id: '20', name: 'r', color: 0, position: 1, permissions: ['MANAGE_MESSAGES' as const] };
  const mine = { ...server().member, role_ids: ['22'] };
  const home = server({ roles: [...everyone, role], member: mine });

  test('roles add up; overrides take away, then give: everyone, roles, oneself', () => {
    expect(permissions(home, { overrides: [] })).toEqual(['VIEW_CHANNEL', 'SEND_MESSAGES', 'MANAGE_MESSAGES']);
    const overrides = [
      { target_id: '21', kind: 'role' as const, allow: [], deny: ['SEND_MESSAGES' as const] },
      { target_id: '22', kind: 'role' as const, allow: ['SEND_MESSAGES' as const], deny: ['MANAGE_MESSAGES' as const] },
      { target_id: '1', kind: 'member' as const, allow: ['READ_HISTORY' as const], deny: [] },
    ];
    expect(permissions(home, { overrides })).toEqual(['VIEW_CHANNEL', 'SEND_MESSAGES', 'READ_HISTORY']);
  });
  test('without seeing it nothing is left; the owner has all', () => {
    const overrides = [{ target_id: '21', kind: 'role' as const, allow: [], deny: ['VIEW_CHANNEL' as const] }];
    expect(permissions(home, { overrides })).toEqual([]);
    expect(permissions({ ...home, owner_id: '1' }, { overrides })).toHaveLength(15);
  });
  test('where there are none, rank answers', () => {
    const state = apply(EMPTY, { type: 'ready', data: ready() }, 0);
    expect(may(state, channel(), 'SEND_MESSAGES')).toBe(true);
    expect(may(state, channel(), 'KICK_MEMBERS')).toBe(false);
    expect(may(state, channel({ role: 'admin' }), 'KICK_MEMBERS')).toBe(true);
    expect(may(state, channel({ status: 'pending' }), 'SEND_MESSAGES')).toBe(false);
  });
});
