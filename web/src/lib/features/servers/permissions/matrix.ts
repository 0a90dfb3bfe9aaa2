/** A channel's overrides as a table of three states, and what they come to for a person. */

import type { BareChannel, Id, Override, Permission, Role, Server } from '../../../model/entities';
import { permissions } from '../../../model/permissions';

/** What an override can say; the others count in a whole server. */
export const IN_CHANNELS: readonly Permission[] = [
  'VIEW_CHANNEL',
  'READ_HISTORY',
  'SEND_MESSAGES',
  'ADD_REACTIONS',
  'ATTACH_FILES',
  'MENTION_EVERYONE',
  'CREATE_INVITE',
  'MANAGE_MESSAGES',
  'MANAGE_WEBHOOKS',
  'MANAGE_CHANNEL',
  'MANAGE_ROLES',
];

export type Three = 'inherit' | 'allow' | 'deny';
export const THREE: readonly Three[] = ['deny', 'inherit', 'allow'];
export type Target = Pick<Override, 'target_id' | 'kind'>;

/** What the overrides say of one target and permission. */
export function stateOf(overrides: readonly Override[], targetId: Id, permission: Permission): Three {
  const found = overrides.find((one) => one.target_id === targetId);
  if (found?.allow.includes(permission)) return 'allow';
  return found?.deny.includes(permission) ? 'deny' : 'inherit';
}

/** The overrides with one cell changed; who is left with nothing to say is not in them. */
export function withState(overrides: readonly Override[], target: Target, permission: Permission, to: Three): Override[] {
  const old = overrides.find((one) => one.target_id === target.target_id) ?? { ...target, allow: [], deny: [] };
  const without = (names: readonly Permission[]): Permission[] => names.filter((name) => name !== permission);
  const changed = {
    ...old,
    allow: to === 'allow' ? [...without(old.allow), permission] : without(old.allow),
    deny: to === 'deny' ? [...without(old.deny), permission] : without(old.deny),
  };
  const known = overrides.some((one) => one.target_id === target.target_id);
  const all = known ? overrides.map((one) => (one.target_id === target.target_id ? changed : one)) : [...overrides, changed];
  return all.filter((one) => one.allow.length + one.deny.length > 0);
}

/** Cells that were changed and not saved: `target permission` → state. */
export type Changes = Readonly<Record<string, { target: Target; permission: Permission; to: Three }>>;

export function cell(targetId: Id, permission: Permission): string {
  return `${targetId} ${permission}`;
}

/** The overrides as they would be; whatever others change meanwhile in other cells stays. */
export function changed(overrides: readonly Override[], changes: Changes): Override[] {
  return Object.values(changes).reduce((found, { target, permission, to }) => withState(found, target, permission, to), [...overrides]);
}

type Place = Pick<Server, 'owner_id' | 'everyone_role_id' | 'roles' | 'member'>;
type Person = { user_id: Id; role_ids: readonly Id[] };

/** Why a person may or may not do something in a channel. */
export type Because =
  | { by: 'owner' }
  | { by: 'administrator' | 'roles' | 'role_override'; roles: Role[] }
  | { by: 'everyone_override' | 'own_override' | 'nobody' | 'hidden' };

export interface Verdict {
  permission: Permission;
  granted: boolean;
  because: Because;
}

/** What a person may do in a channel, each with the reason. */
export function explained(server: Place, channel: Pick<BareChannel, 'overrides'>, who: Person): Verdict[] {
  const seen = { ...server, member: { ...server.member, user_id: who.user_id, role_ids: [...who.role_ids] } };
  const granted = new Set(permissions(seen, channel));
  return IN_CHANNELS.map((permission) => {
    const because = reason(server, channel.overrides, who, permission);
    const hidden = !granted.has('VIEW_CHANNEL') && permission !== 'VIEW_CHANNEL';
    return { permission, granted: granted.has(permission), because: hidden ? { by: 'hidden' } : because };
  });
}

/** What decided it: of the layers the last one that says something. */
function reason(server: Place, overrides: readonly Override[], who: Person, permission: Permission): Because {
  if (who.user_id === server.owner_id) return { by: 'owner' };
  const held = server.roles.filter((role) => role.id === server.everyone_role_id || who.role_ids.includes(role.id));
  const above = held.filter((role) => role.permissions.includes('ADMINISTRATOR'));
  if (above.length > 0) return { by: 'administrator', roles: above };
  if (stateOf(overrides, who.user_id, permission) !== 'inherit') return { by: 'own_override' };
  return ofRoles(server, overrides, held, permission);
}

function ofRoles(server: Place, overrides: readonly Override[], held: Role[], permission: Permission): Because {
  const own = held.filter((role) => role.id !== server.everyone_role_id);
  const says = (state: Three): Role[] => own.filter((role) => stateOf(overrides, role.id, permission) === state);
  const deciding = says('allow').length > 0 ? says('allow') : says('deny');
  if (deciding.length > 0) return { by: 'role_override', roles: deciding };
  if (stateOf(overrides, server.everyone_role_id, permission) !== 'inherit') return { by: 'everyone_override' };
  const giving = held.filter((role) => role.permissions.includes(permission));
  return giving.length > 0 ? { by: 'roles', roles: giving } : { by: 'nobody' };
}
