/** Changing a record by making another one; what stays the same stays the same object. */

import type { BareChannel, Channel, Id, Server, User } from './entities';
import type { State } from './state';

type Table<T> = Readonly<Record<Id, T>>;

/** With one entry more, or another one in its place. */
export function put<T>(table: Table<T>, id: Id, value: T): Table<T> {
  return table[id] === value ? table : { ...table, [id]: value };
}

/** Without one entry. */
export function omit<T>(table: Table<T>, id: Id): Table<T> {
  if (!(id in table)) return table;
  const { [id]: _, ...rest } = table;
  return rest;
}

/** Only the entries for which `keeps` holds. */
export function only<T>(table: Table<T>, keeps: (id: Id, value: T) => boolean): Table<T> {
  const entries = Object.entries(table);
  const kept = entries.filter(([id, value]) => keeps(id, value));
  return kept.length === entries.length ? table : Object.fromEntries(kept);
}

/** Some fields of a channel; of one that is not there, nothing. */
export function patchChannel(state: State, id: Id, patch: Partial<Channel>): State {
  const known = state.channels[id];
  return known === undefined ? state : { ...state, channels: put(state.channels, id, { ...known, ...patch }) };
}

/** Some fields of a server; of one that is not there, nothing. */
export function patchServer(state: State, id: Id, patch: Partial<Server>): State {
  const known = state.servers[id];
  return known === undefined ? state : { ...state, servers: put(state.servers, id, { ...known, ...patch }) };
}

/** A channel's fields that are the same for everybody, without those of a view. */
export function shared(channel: BareChannel): BareChannel {
  const { id, kind, name, description, owner_id, created_at, last_seq, version, server_id, category_id } = channel;
  const { position, slow_mode, overrides, guests, private: isPrivate } = channel;
  return {
    ...{ id, kind, name, description, owner_id, created_at, last_seq, version, server_id, category_id },
    ...{ position, slow_mode, overrides, guests, private: isPrivate },
  };
}

function sameUser(one: User, other: User): boolean {
  return (
    one.username === other.username &&
    one.display_name === other.display_name &&
    one.avatar === other.avatar &&
    one.bot === other.bot &&
    one.guest === other.guest
  );
}

/** People as they were just seen; nothing is copied where nobody has changed. */
export function seeUsers(state: State, seen: Iterable<User>): State {
  let users: Record<Id, User> | null = null;
  for (const user of seen) {
    const known = (users ?? state.users)[user.id];
    if (known !== undefined && sameUser(known, user)) continue;
    users ??= { ...state.users };
    users[user.id] = user;
  }
  return users === null ? state : { ...state, users };
}

/** All that is known of a channel goes. */
export function forgetChannel(state: State, id: Id): State {
  return {
    ...state,
    channels: omit(state.channels, id),
    timelines: omit(state.timelines, id),
    asides: only(state.asides, (_, message) => message.channel_id !== id),
    members: omit(state.members, id),
    positions: omit(state.positions, id),
    activity: omit(state.activity, id),
    typing: omit(state.typing, id),
  };
}

/** The position moves forward only. */
export function advance(state: State, id: Id, version: number): State {
  const known = state.channels[id];
  const to = Math.max(state.positions[id] ?? 0, version);
  const moved = { ...state, positions: put(state.positions, id, to) };
  return known === undefined || known.version >= version ? moved : patchChannel(moved, id, { version });
}
