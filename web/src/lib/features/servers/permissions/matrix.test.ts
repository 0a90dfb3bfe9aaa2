import { describe, expect, test } from 'vitest';

import type { Override, Permission, Role, Server } from '../../../model/entities';
import { permissions, PERMISSIONS } from '../../../model/permissions';
import { cannotActOn, cannotAssign, cannotGrant, cannotManage, top } from './hierarchy';
import { cell, changed, explained, IN_CHANNELS, stateOf, withState, type Changes } from './matrix';
import { p, worded } from './words';

function role(id: string, position: number, granted: Permission[]): Role {
  return { id, server_id: '1', name: `role ${id}`, color: 0, position, permissions: granted };
}

const ROLES = [
  role('10', 0, ['VIEW_CHANNEL', 'SEND_MESSAGES']),
  role('11', 1, ['ADD_REACTIONS']),
  role('12', 2, ['MANAGE_ROLES', 'MANAGE_MESSAGES', 'KICK_MEMBERS']),
  role('13', 3, ['ADMINISTRATOR']),
];

function server(mine: string[], owner = '99'): Server {
  const member = { server_id: '1', user_id: '5', nickname: '', role_ids: mine, joined_at: '', notify: 'all' as const };
  const base = { id: '1', name: 's', icon: '', owner_id: owner, everyone_role_id: '10', created_at: '', version: 1 };
  const found = { ...base, member, roles: ROLES, categories: [], member_count: 3 };
  return { ...found, permissions: permissions({ ...found }, { overrides: [] }) };
}

const over = (target_id: string, kind: 'role' | 'member', allow: Permission[], deny: Permission[]): Override => ({ target_id, kind, allow, deny });

describe('three states', () => {
  const before = [over('10', 'role', ['SEND_MESSAGES'], ['VIEW_CHANNEL'])];

  test('are read from allow and deny', () => {
    expect(stateOf(before, '10', 'SEND_MESSAGES')).toBe('allow');
    expect(stateOf(before, '10', 'VIEW_CHANNEL')).toBe('deny');
    expect(stateOf(before, '10', 'READ_HISTORY')).toBe('inherit');
    expect(stateOf(before, '11', 'VIEW_CHANNEL')).toBe('inherit');
  });

  test('replace each other, and leave the other cells', () => {
    const after = withState(before, { target_id: '10', kind: 'role' }, 'SEND_MESSAGES', 'deny');
    expect(after).toEqual([over('10', 'role', [], ['VIEW_CHANNEL', 'SEND_MESSAGES'])]);
    expect(before[0]?.allow).toEqual(['SEND_MESSAGES']);
  });

  test('an override that says nothing more is gone, and a new target comes in', () => {
    const one = withState([over('11', 'role', ['VIEW_CHANNEL'], [])], { target_id: '11', kind: 'role' }, 'VIEW_CHANNEL', 'inherit');
    expect(one).toEqual([]);
    expect(withState([], { target_id: '7', kind: 'member' }, 'VIEW_CHANNEL', 'allow')).toEqual([over('7', 'member', ['VIEW_CHANNEL'], [])]);
  });

  test('what others change meanwhile stays', () => {
    const changes: Changes = { [cell('10', 'READ_HISTORY')]: { target: { target_id: '10', kind: 'role' }, permission: 'READ_HISTORY', to: 'deny' } };
    const meanwhile = [...before, over('12', 'role', ['VIEW_CHANNEL'], [])];
    expect(changed(meanwhile, changes)).toEqual([over('10', 'role', ['SEND_MESSAGES'], ['VIEW_CHANNEL', 'READ_HISTORY']), meanwhile[1]]);
  });
});

describe('what somebody may do', () => {
  const said = (overrides: Override[], role_ids: string[], permission: Permission, user_id = '7') =>
    explained(server(['13']), { overrides }, { user_id, role_ids }).find((one) => one.permission === permission);

  test('the owner and administrators everything, whatever the channel says', () => {
    const closed = [over('10', 'role', [], [...IN_CHANNELS])];
    expect(said(closed, [], 'MANAGE_ROLES', '99')).toMatchObject({ granted: true, because: { by: 'owner' } });
    expect(said(closed, ['13'], 'MANAGE_ROLES')).toMatchObject({ granted: true, because: { by: 'administrator', roles: [ROLES[3]] } });
  });

  test('by layers: roles, everyone here, roles here, oneself here', () => {
    const layers = [over('10', 'role', [], ['SEND_MESSAGES']), over('11', 'role', ['SEND_MESSAGES'], []), over('7', 'member', [], ['SEND_MESSAGES'])];
    expect(said([], [], 'SEND_MESSAGES')).toMatchObject({ granted: true, because: { by: 'roles', roles: [ROLES[0]] } });
    expect(said(layers.slice(0, 1), [], 'SEND_MESSAGES')).toMatchObject({ granted: false, because: { by: 'everyone_override' } });
    expect(said(layers.slice(0, 2), ['11'], 'SEND_MESSAGES')).toMatchObject({ granted: true, because: { by: 'role_override', roles: [ROLES[1]] } });
    expect(said(layers, ['11'], 'SEND_MESSAGES')).toMatchObject({ granted: false, because: { by: 'own_override' } });
    expect(said([], [], 'MANAGE_ROLES')).toMatchObject({ granted: false, because: { by: 'nobody' } });
  });

  test('of roles here, allowing wins', () => {
    const both = [over('11', 'role', [], ['SEND_MESSAGES']), over('12', 'role', ['SEND_MESSAGES'], [])];
    expect(said(both, ['11', '12'], 'SEND_MESSAGES')).toMatchObject({ granted: true, because: { by: 'role_override', roles: [ROLES[2]] } });
  });

  test('nothing, where the channel is not seen', () => {
    const hidden = [over('10', 'role', [], ['VIEW_CHANNEL'])];
    expect(said(hidden, [], 'SEND_MESSAGES')).toMatchObject({ granted: false, because: { by: 'hidden' } });
    expect(said(hidden, [], 'VIEW_CHANNEL')).toMatchObject({ granted: false, because: { by: 'everyone_override' } });
  });

  test('the reason always agrees with the answer', () => {
    let seed = 7;
    const chance = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    const some = (): Permission[] => PERMISSIONS.filter((name) => IN_CHANNELS.includes(name) && chance() < 0.3);
    for (let round = 0; round < 300; round++) {
      const overrides = ['10', '11', '12', '7'].map((id) => {
        const allow = some();
        return over(id, id === '7' ? 'member' : 'role', allow, some().filter((name) => !allow.includes(name)));
      });
      const role_ids = ['11', '12'].filter(() => chance() < 0.5);
      for (const { permission, granted, because } of explained(server(['13']), { overrides }, { user_id: '7', role_ids })) {
        const decides = because.by === 'own_override' ? ['7'] : because.by === 'everyone_override' ? ['10'] : 'roles' in because ? because.roles.map(({ id }) => id) : [];
        const allowed = because.by.endsWith('override') ? stateOf(overrides, decides[0] ?? '', permission) === 'allow' : because.by === 'roles';
        expect([permission, because.by, granted]).toEqual([permission, because.by, allowed]);
      }
    }
  });
});

describe('who stands above whom', () => {
  const other = { user_id: '7', role_ids: ['11'] };

  test('by the highest role; the owner above all, nobody above themselves', () => {
    expect(top(server(['12']), { user_id: '5', role_ids: ['11', '12'] })).toBe(2);
    expect(top(server([], '5'), { user_id: '5', role_ids: [] })).toBe(Infinity);
    expect(cannotActOn(server(['12']), other, 'KICK_MEMBERS')).toBeNull();
    expect(cannotActOn(server(['12']), { user_id: '7', role_ids: ['12'] }, 'KICK_MEMBERS')).toEqual({ why: 'person_above' });
    expect(cannotActOn(server(['12']), other, 'BAN_MEMBERS')).toEqual({ why: 'permission', permission: 'BAN_MEMBERS' });
    expect(cannotActOn(server(['13']), { user_id: '99', role_ids: [] }, 'KICK_MEMBERS')).toEqual({ why: 'person_above' });
  });

  test('roles at or above one’s own are not to be changed, administrators’ neither', () => {
    expect(cannotManage(server(['12']), ROLES[1] as Role)).toBeNull();
    expect(cannotManage(server(['12']), ROLES[2] as Role)).toEqual({ why: 'role_above' });
    expect(cannotManage(server(['13']), ROLES[3] as Role)).toEqual({ why: 'role_above' });
    expect(cannotManage(server(['11']), ROLES[0] as Role)).toEqual({ why: 'permission', permission: 'MANAGE_ROLES' });
  });

  test('nobody gives what they lack', () => {
    expect(cannotGrant(server(['12']), 'BAN_MEMBERS')).toEqual({ why: 'lacking', permission: 'BAN_MEMBERS' });
    expect(cannotAssign(server(['12']), other, ROLES[1] as Role, true)).toEqual({ why: 'lacking', permission: 'ADD_REACTIONS' });
    expect(cannotAssign(server(['12']), other, ROLES[1] as Role, false)).toBeNull();
  });

  test('every reason has its sentence', () => {
    expect(worded(null)).toBeUndefined();
    expect(worded({ why: 'permission', permission: 'MANAGE_ROLES' })).toContain(p('MANAGE_ROLES'));
  });
});
