/** Answers → state. */

import type { AnswerData } from './answers';
import { putAside } from './asides';
import { putMember } from './members';
import { saidAt } from './messages';
import { omit, put, seeUsers } from './records';
import type { State, Timeline } from './state';
import { ascending, at, extend, KEPT, NOTHING, prepend, replace } from './timelines';

function withTimeline(state: State, id: string, timeline: Timeline): State {
  const next = seeUsers({ ...state, timelines: put(state.timelines, id, timeline) }, timeline.messages.map((one) => one.author));
  const last = timeline.messages.at(-1);
  if (last === undefined || timeline.hasNewer) return next;
  return { ...next, activity: put(next.activity, id, Math.max(next.activity[id] ?? 0, saidAt(last))) };
}

/** A page above. Without a timeline there is nothing to join. */
export function onOlder(state: State, data: AnswerData<'older'>): State {
  const known = state.timelines[data.channel_id];
  if (known === undefined) return state;
  return withTimeline(state, data.channel_id, prepend(known, data.messages, data.has_more));
}

/** A page below. */
export function onNewer(state: State, data: AnswerData<'newer'>): State {
  const known = state.timelines[data.channel_id];
  if (known === undefined) return state;
  return withTimeline(state, data.channel_id, extend(known, data.messages, data.has_more));
}

/** Another part of the history. While it was on its way more may have been said: then that is still to be read. */
export function onWindow(state: State, data: AnswerData<'window'>): State {
  const channel = state.channels[data.channel_id];
  if (channel === undefined) return state;
  const known = state.timelines[data.channel_id];
  const messages = ascending(data.messages).map((one) => newest(known, one));
  const last = messages.at(-1);
  const isBehind = last !== undefined && last.seq < channel.last_seq;
  return withTimeline(state, data.channel_id, { messages, hasOlder: data.hasOlder, hasNewer: data.hasNewer || isBehind });
}

function newest(known: Timeline | undefined, message: Timeline['messages'][number]): Timeline['messages'][number] {
  const mine = known?.messages.find((one) => one.id === message.id);
  return mine !== undefined && mine.version > message.version ? mine : message;
}

/** One message; where the timeline has no place for it, it is kept beside it. */
export function onMessage(state: State, { message }: AnswerData<'message'>): State {
  const known = state.timelines[message.channel_id];
  const next = seeUsers(state, [message.author]);
  if (state.channels[message.channel_id] === undefined) return next;
  if (known === undefined || at(known, message.seq) === undefined) return putAside(next, message);
  const changed = replace(known, message);
  return changed === known ? next : { ...next, timelines: put(next.timelines, message.channel_id, changed) };
}

/** A channel as one finds it oneself. What came by events meanwhile is not undone. */
export function onChannel(state: State, { channel }: AnswerData<'channel'>): State {
  const known = state.channels[channel.id];
  if (known !== undefined && channel.version < known.version) {
    const { role, status, peer } = channel;
    return { ...state, channels: put(state.channels, channel.id, { ...known, role, status, peer }) };
  }
  const next = { ...state, channels: put(state.channels, channel.id, channel) };
  const begun = { ...next, activity: put(next.activity, channel.id, next.activity[channel.id] ?? (Date.parse(channel.created_at) || 0)) };
  return channel.peer === null ? begun : seeUsers(begun, [channel.peer]);
}

/** A server as one finds it oneself. */
export function onServer(state: State, { server }: AnswerData<'server'>): State {
  const known = state.servers[server.id];
  if (known === undefined || known.version > server.version) return state;
  return { ...state, servers: put(state.servers, server.id, server) };
}

/** Everybody in a channel. */
export function onMembers(state: State, data: AnswerData<'members'>): State {
  if (state.channels[data.channel_id] === undefined) return state;
  const begun = { ...state, members: put(state.members, data.channel_id, state.members[data.channel_id] ?? {}) };
  return data.members.reduce(putMember, begun);
}

/** Everybody in a server. */
export function onServerMembers(state: State, data: AnswerData<'server_members'>): State {
  if (state.servers[data.server_id] === undefined) return state;
  const all = Object.fromEntries(data.members.map((one) => [one.user.id, one]));
  const users = data.members.map((one) => one.user);
  return seeUsers({ ...state, serverMembers: put(state.serverMembers, data.server_id, all) }, users);
}

/** All relationships. */
export function onRelationships(state: State, data: AnswerData<'relationships'>): State {
  const relationships = Object.fromEntries(data.relationships.map((one) => [one.user.id, one]));
  return seeUsers({ ...state, relationships }, data.relationships.map((one) => one.user));
}

/** People. */
export function onUsers(state: State, data: AnswerData<'users'>): State {
  return seeUsers(state, data.users);
}

/** One's own profile. */
export function onMe(state: State, { profile }: AnswerData<'me'>): State {
  return state.me === null ? state : { ...state, me: { ...state.me, ...profile } };
}

/** The history is to be read anew. */
export function onForgetTimeline(state: State, data: AnswerData<'forget_timeline'>): State {
  return { ...state, timelines: omit(state.timelines, data.channel_id) };
}

/** Only the newest; a part that does not reach the present goes whole. */
export function onTrim(state: State, { channel_id, kept }: AnswerData<'trim'>): State {
  const known = state.timelines[channel_id];
  if (known === undefined || kept > KEPT) return state;
  if (known.hasNewer) return onForgetTimeline(state, { channel_id });
  if (known.messages.length <= kept) return state;
  const messages = known.messages.slice(-kept);
  return { ...state, timelines: put(state.timelines, channel_id, { ...NOTHING, messages, hasOlder: true }) };
}
