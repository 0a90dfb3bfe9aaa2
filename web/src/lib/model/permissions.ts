/** What one may do, computed as the server computes it (docs/dialects/native.md, "Permissions"). */

import type { BareChannel, Channel, Id, Override, Permission, Server } from './entities';
import type { State } from './state';

/** All of them, in the order in which the server names them. */
export const PERMISSIONS: readonly Permission[] = [
  'VIEW_CHANNEL',
  'SEND_MESSAGES',
  'READ_HISTORY',
  'ADD_REACTIONS',
  'ATTACH_FILES',
  'MENTION_EVERYONE',
  'MANAGE_MESSAGES',
  'MANAGE_CHANNEL',
  'MANAGE_WEBHOOKS',
  'CREATE_INVITE',
  'KICK_MEMBERS',
  'BAN_MEMBERS',
  'MANAGE_ROLES',
  'MANAGE_SERVER',
  'ADMINISTRATOR',
];

type ServerPart = Pick<Server, 'owner_id' | 'everyone_role_id' | 'roles'> & { member: Pick<Server['member'], 'user_id' | 'role_ids'> };

function ordered(granted: ReadonlySet<Permission>): Permission[] {
  return PERMISSIONS.filter((name) => granted.has(name));
}

/** What the `member` of it may in a whole server. */
export function permissionsInServer(server: ServerPart): Permission[] {
  if (server.owner_id === server.member.user_id) return [...PERMISSIONS];
  const mine = new Set([server.everyone_role_id, ...server.member.role_ids]);
  const granted = new Set(server.roles.filter((role) => mine.has(role.id)).flatMap((role) => role.permissions));
  return granted.has('ADMINISTRATOR') ? [...PERMISSIONS] : ordered(granted);
}

function override(granted: Set<Permission>, found: readonly Override[]): void {
  for (const one of found) for (const name of one.deny) granted.delete(name);
  for (const one of found) for (const name of one.allow) granted.add(name);
}

/** What one may in one of a server's channels: nothing, where one may not even see it. */
export function permissions(server: ServerPart, channel: Pick<BareChannel, 'overrides'>): Permission[] {
  const base = permissionsInServer(server);
  if (base.includes('ADMINISTRATOR')) return base;
  const granted = new Set(base);
  const of = (ids: ReadonlySet<Id>) => channel.overrides.filter((one) => ids.has(one.target_id));
  override(granted, of(new Set([server.everyone_role_id])));
  override(granted, of(new Set(server.member.role_ids)));
  override(granted, of(new Set([server.member.user_id])));
  return granted.has('VIEW_CHANNEL') ? ordered(granted) : [];
}

const EVERYBODYS: ReadonlySet<Permission> = new Set([
  'VIEW_CHANNEL',
  'SEND_MESSAGES',
  'READ_HISTORY',
  'ADD_REACTIONS',
  'ATTACH_FILES',
]);
const MODERATORS: ReadonlySet<Permission> = new Set([
  'MANAGE_MESSAGES',
  'MANAGE_CHANNEL',
  'CREATE_INVITE',
  'KICK_MEMBERS',
  'BAN_MEMBERS',
]);

/** Whether one is above other members of a group, or moderates the lobby. */
export function moderates(state: State, channel: Channel): boolean {
  if (channel.kind === 'lobby') return state.me?.admin === true;
  if (channel.kind !== 'group') return false;
  return channel.role === 'admin' || (state.me !== null && channel.owner_id === state.me.id);
}

/** One question for all kinds of channels: where there are no permissions, rank answers. */
export function may(state: State, channel: Channel, permission: Permission): boolean {
  if (channel.server_id !== null) return channel.permissions.includes(permission);
  if (channel.kind !== 'lobby' && channel.status !== 'active') return false;
  if (EVERYBODYS.has(permission)) return true;
  return MODERATORS.has(permission) && moderates(state, channel);
}
