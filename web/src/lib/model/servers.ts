/** Servers: their roles, categories and members. Their versions may skip, and several events may share one. */

import type { Category, Channel, Id, Role, Server, ServerMember, ServerView } from './entities';
import type { EventData } from './events';
import { beginTimeline } from './channels';
import { permissions, permissionsInServer } from './permissions';
import { forgetChannel, omit, only, patchServer, put, seeUsers } from './records';
import type { State } from './state';

/** A server without its channels. */
export function bare(view: ServerView): Server {
  const { channels: _, ...server } = view;
  return server;
}

function channelsOf(state: State, serverId: Id): Channel[] {
  return Object.values(state.channels).filter((channel) => channel.server_id === serverId);
}

/** All that is known of a server goes. */
function forgetServer(state: State, id: Id): State {
  const next = channelsOf(state, id).reduce((left, channel) => forgetChannel(left, channel.id), state);
  return { ...next, servers: omit(next.servers, id), serverMembers: omit(next.serverMembers, id) };
}

/** What one may, anew: events about roles and overrides do not tell it. */
function judged(state: State, id: Id): State {
  const known = state.servers[id];
  if (known === undefined) return state;
  const server = { ...known, permissions: permissionsInServer(known) };
  const channels = { ...state.channels };
  for (const channel of channelsOf(state, id)) {
    channels[channel.id] = { ...channel, permissions: permissions(server, channel) };
  }
  return { ...state, channels, servers: put(state.servers, id, server) };
}

type Change = (state: State, server: Server) => State;

/** Does nothing for a server that one is not in, nor for what is older than what is known. */
function inServer(state: State, data: { server_id: Id; version: number }, change: Change): State {
  const server = state.servers[data.server_id];
  if (server === undefined || data.version < server.version) return state;
  return patchServer(change(state, server), data.server_id, { version: data.version });
}

/** `server_created`. */
export function onServerCreated(state: State, data: EventData<'server_created'>): State {
  const view = data.server;
  const known = state.servers[view.id];
  if (known !== undefined && data.version < known.version) return state;
  let next = forgetServer(state, view.id);
  next = { ...next, servers: put(next.servers, view.id, bare(view)) };
  for (const channel of view.channels) {
    next = beginTimeline({ ...next, channels: put(next.channels, channel.id, channel) }, channel);
    next = { ...next, positions: put(next.positions, channel.id, channel.version) };
  }
  return next;
}

/** `server_removed` and `server_deleted`. */
export function onServerGone(state: State, data: EventData<'server_deleted'>): State {
  const known = state.servers[data.server_id];
  return known === undefined || data.version < known.version ? state : forgetServer(state, data.server_id);
}

/** `server_updated`. */
export function onServerUpdated(state: State, data: EventData<'server_updated'>): State {
  return inServer(state, data, (now, known) => {
    const { id, name, icon, owner_id, everyone_role_id, created_at } = data.server;
    const patch = { id, name, icon, owner_id, everyone_role_id, created_at };
    return judged({ ...now, servers: put(now.servers, id, { ...known, ...patch }) }, id);
  });
}

function putServerMember(state: State, member: ServerMember): State {
  const here = state.serverMembers[member.server_id];
  const seen = seeUsers(state, [member.user]);
  if (here === undefined) return seen;
  return { ...seen, serverMembers: put(seen.serverMembers, member.server_id, put(here, member.user.id, member)) };
}

/** `server_member_joined`. */
export function onServerMemberJoined(state: State, data: EventData<'server_member_joined'>): State {
  return inServer(state, data, (now, known) => {
    const isNew = data.version > known.version;
    const counted = patchServer(now, data.server_id, { member_count: known.member_count + Number(isNew) });
    return putServerMember(counted, data.member);
  });
}

/** `server_member_updated`: of oneself it may change what one may. */
export function onServerMemberUpdated(state: State, data: EventData<'server_member_updated'>): State {
  return inServer(state, data, (now, known) => {
    const next = putServerMember(now, data.member);
    if (data.member.user.id !== known.member.user_id) return next;
    const { nickname, role_ids } = data.member;
    return judged(patchServer(next, known.id, { member: { ...known.member, nickname, role_ids } }), known.id);
  });
}

/** `server_member_left`. */
export function onServerMemberLeft(state: State, data: EventData<'server_member_left'>): State {
  return inServer(state, data, (now, known) => {
    if (data.user.id === known.member.user_id) return forgetServer(now, known.id);
    const isNew = data.version > known.version;
    const here = now.serverMembers[known.id];
    const next = patchServer(now, known.id, { member_count: known.member_count - Number(isNew) });
    if (here === undefined) return next;
    return { ...next, serverMembers: put(next.serverMembers, known.id, omit(here, data.user.id)) };
  });
}

function withOne<T extends { id: Id }>(all: readonly T[], one: T): T[] {
  return [...all.filter((other) => other.id !== one.id), one];
}

function without<T extends { id: Id }>(all: readonly T[], id: Id): T[] {
  return all.filter((one) => one.id !== id);
}

/** `role_created` and `role_updated`. */
export function onRole(state: State, data: { server_id: Id; version: number; role: Role }): State {
  return inServer(state, data, (now, known) =>
    judged(patchServer(now, known.id, { roles: withOne(known.roles, data.role) }), known.id),
  );
}

/** `role_deleted`: with it go its overrides, and it is nobody's any more. */
export function onRoleDeleted(state: State, data: EventData<'role_deleted'>): State {
  return inServer(state, data, (now, known) => {
    const isOther = (id: Id) => id !== data.role_id;
    const member = { ...known.member, role_ids: known.member.role_ids.filter(isOther) };
    let next = patchServer(now, known.id, { roles: without(known.roles, data.role_id), member });
    next = withoutOverrides(next, known.id, data.role_id);
    const here = next.serverMembers[known.id];
    if (here === undefined) return judged(next, known.id);
    const rows = Object.entries(here).map(([id, row]) => [id, { ...row, role_ids: row.role_ids.filter(isOther) }]);
    const serverMembers = put(next.serverMembers, known.id, Object.fromEntries(rows));
    return judged({ ...next, serverMembers }, known.id);
  });
}

function withoutOverrides(state: State, serverId: Id, roleId: Id): State {
  const channels = { ...state.channels };
  for (const channel of channelsOf(state, serverId)) {
    const overrides = channel.overrides.filter((one) => one.target_id !== roleId);
    channels[channel.id] = { ...channel, overrides };
  }
  return { ...state, channels };
}

/** `category_created` and `category_updated`. */
export function onCategory(state: State, data: { server_id: Id; version: number; category: Category }): State {
  return inServer(state, data, (now, known) =>
    patchServer(now, known.id, { categories: withOne(known.categories, data.category) }),
  );
}

/** `category_deleted`: its channels stand under none. */
export function onCategoryDeleted(state: State, data: EventData<'category_deleted'>): State {
  return inServer(state, data, (now, known) => {
    const channels = { ...now.channels };
    for (const channel of channelsOf(now, known.id)) {
      if (channel.category_id === data.category_id) channels[channel.id] = { ...channel, category_id: null };
    }
    return patchServer({ ...now, channels }, known.id, { categories: without(known.categories, data.category_id) });
  });
}

/** Servers' members that one no longer needs: of servers that are gone. */
export function withoutLostServers(state: State): State {
  return { ...state, serverMembers: only(state.serverMembers, (id) => id in state.servers) };
}
