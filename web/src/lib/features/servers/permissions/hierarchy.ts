/** Who stands above whom in a server, and what one may therefore not do: the reasons that the server would give. */

import type { Id, Permission, Role, Server, ServerMember } from '../../../model/entities';

/** Why something may not be done; `null` where it may. */
export type Reason =
  | { why: 'permission'; permission: Permission }
  | { why: 'role_above' }
  | { why: 'person_above' }
  | { why: 'lacking'; permission: Permission }
  | { why: 'everyone' }
  | { why: 'owner_only' }
  | null;

type Place = Pick<Server, 'owner_id' | 'everyone_role_id' | 'roles' | 'member' | 'permissions'>;
type Person = { user_id: Id; role_ids: readonly Id[] };

/** Somebody as they are compared. */
export function person(member: ServerMember): Person {
  return { user_id: member.user.id, role_ids: member.role_ids };
}

/** How high a person stands: their highest role's position; the owner stands above all. */
export function top(server: Place, who: Person): number {
  if (who.user_id === server.owner_id) return Infinity;
  const held = server.roles.filter((role) => who.role_ids.includes(role.id));
  return Math.max(0, ...held.map((role) => role.position));
}

/** Whether one has a permission in the whole server. */
export function has(server: Place, permission: Permission): boolean {
  return server.permissions.includes(permission);
}

/** Why one lacks a permission. */
export function lacks(server: Place, permission: Permission): Reason {
  return has(server, permission) ? null : { why: 'permission', permission };
}

/** Why one may not change a role. */
export function cannotManage(server: Place, role: Role): Reason {
  return lacks(server, 'MANAGE_ROLES') ?? (role.position < top(server, server.member) ? null : { why: 'role_above' });
}

/** Why one may not give or take one permission of a role that one may change. */
export function cannotGrant(server: Place, permission: Permission): Reason {
  return has(server, permission) ? null : { why: 'lacking', permission };
}

/** Why one may not act on another person by a permission. */
export function cannotActOn(server: Place, other: Person, permission: Permission): Reason {
  const missing = lacks(server, permission);
  if (missing !== null) return missing;
  return top(server, server.member) > top(server, other) ? null : { why: 'person_above' };
}

/** Why one may not give a role to somebody, or take it from them. */
export function cannotAssign(server: Place, other: Person, role: Role, on: boolean): Reason {
  const own = other.user_id === server.member.user_id;
  const reason = own ? null : cannotActOn(server, other, 'MANAGE_ROLES');
  if (reason !== null) return reason;
  const beyond = on ? role.permissions.find((permission) => !has(server, permission)) : undefined;
  return cannotManage(server, role) ?? (beyond === undefined ? null : { why: 'lacking', permission: beyond });
}

/** Roles from the most powerful to the everyone role. */
export function byPower(server: Place): Role[] {
  return server.roles.toSorted((a, b) => b.position - a.position || Number(b.id) - Number(a.id));
}

/** The name of a role's colour for styles; none for no colour. */
export function colour(role: Pick<Role, 'color'>): string | undefined {
  return role.color === 0 ? undefined : `#${role.color.toString(16).padStart(6, '0')}`;
}
