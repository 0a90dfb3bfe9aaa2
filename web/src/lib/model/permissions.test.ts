import { describe, expect, test } from 'vitest';

import { channel, ready, server } from '../testing/makers';
import { apply } from './apply';
import { may, permissions } from './permissions';
import { EMPTY } from './state';

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
