/** `ready` and `sync`: how a connection begins, anew or where the last one ended. */

import { forgetAsides, refreshAside } from './asides';
import type { Channel, Id, Member, Message } from './entities';
import type { EventData, Ready, Sync } from './events';
import { putMember } from './members';
import { saidAt } from './messages';
import { omit, only, put, seeUsers } from './records';
import { bare, withoutLostServers } from './servers';
import type { State } from './state';
import { catchUp, NOTHING } from './timelines';

/** Groups and the like come in the order of their newest activity, but without its time. */
function activityOf(state: State, ready: Ready): State['activity'] {
  const activity: Record<Id, number> = {};
  let earlier = 0;
  for (const channel of ready.channels.toReversed()) {
    const known = state.activity[channel.id] ?? (Date.parse(channel.created_at) || 0);
    earlier = activity[channel.id] = Math.max(known, earlier + 1);
  }
  for (const channel of ready.servers.flatMap((server) => server.channels)) {
    activity[channel.id] = state.activity[channel.id] ?? (Date.parse(channel.created_at) || 0);
  }
  return activity;
}

/** Whether what is kept of a channel goes on from here: nothing has changed, or a `sync` tells what has. */
function goesOn(state: State, channel: Channel): boolean {
  const position = state.positions[channel.id];
  return channel.id in state.channels && position !== undefined && position <= channel.version;
}

function ofSameServers(state: State, ready: Ready): boolean {
  return state.me === null || state.me.id === ready.user.id;
}

/** `ready` replaces everything but what goes on. */
export function onReady(old: State, ready: EventData<'ready'>): State {
  const state = ofSameServers(old, ready) ? old : { ...old, positions: {}, activity: {}, serverMembers: {}, relationships: {} };
  const all = [...ready.channels, ...ready.servers.flatMap((server) => server.channels)];
  const channels = Object.fromEntries(all.map((channel) => [channel.id, channel]));
  const isKept = (id: Id) => channels[id] !== undefined && goesOn(state, channels[id]);
  const timelines: Record<Id, State['timelines'][Id]> = { ...only(state.timelines, isKept) };
  const positions: Record<Id, number> = {};
  for (const { id, last_seq, version } of all) {
    const isWaiting = isKept(id) && (id in state.timelines || id in state.members);
    positions[id] = isWaiting ? (state.positions[id] ?? version) : version;
    if (last_seq === 0) timelines[id] = NOTHING;
  }
  const next: State = {
    ...state,
    me: ready.user,
    sessionId: ready.session_id,
    online: new Set(Object.keys(ready.presences)),
    channels,
    servers: Object.fromEntries(ready.servers.map((server) => [server.id, bare(server)])),
    members: only(state.members, isKept),
    timelines,
    asides: only(state.asides, (_, { channel_id }) => isKept(channel_id)),
    activity: activityOf(state, ready),
    positions,
    typing: {},
  };
  const peers = all.flatMap((channel) => (channel.peer === null ? [] : [channel.peer]));
  return seeUsers(withoutLostServers(next), [ready.user, ...peers].map(plain));
}

/** Of a profile, what everybody is told. */
function plain({ id, username, display_name, bot, guest, avatar }: Member['user']): Member['user'] {
  return {
    ...{ id, username, display_name },
    ...(bot === undefined ? {} : { bot }),
    ...(guest === undefined ? {} : { guest }),
    ...(avatar === undefined ? {} : { avatar }),
  };
}

function latest(state: State, id: Id, messages: readonly Message[]): number {
  return messages.reduce((time, message) => Math.max(time, saidAt(message)), state.activity[id] ?? 0);
}

/** `sync` merges; a limited one says that what is kept may have holes. */
export function onSync(state: State, data: EventData<'sync'>): State {
  const { channel_id, to, messages, limited } = data;
  if (state.channels[channel_id] === undefined || (state.positions[channel_id] ?? 0) > to) return state;
  const moved = { ...state, positions: put(state.positions, channel_id, to) };
  if (limited) {
    const next = { ...moved, timelines: omit(moved.timelines, channel_id), members: omit(moved.members, channel_id) };
    return forgetAsides(next, channel_id);
  }
  const known = moved.timelines[channel_id];
  const timelines = known === undefined ? moved.timelines : put(moved.timelines, channel_id, catchUp(known, messages));
  const activity = put(moved.activity, channel_id, latest(moved, channel_id, messages));
  const seen = seeUsers({ ...moved, timelines, activity }, messages.map((message) => message.author));
  return syncMembers(messages.reduce(refreshAside, seen), data);
}

/** A `sync` does not say who its people are: where one is not known, all are to be asked for again. */
function syncMembers(state: State, { channel_id, members }: Sync): State {
  if (state.members[channel_id] === undefined) return state;
  let next = state;
  for (const { user_id, ...membership } of members) {
    const user = state.users[user_id];
    if (user === undefined) return { ...state, members: omit(state.members, channel_id) };
    next = putMember(next, { ...membership, user });
  }
  return next;
}
