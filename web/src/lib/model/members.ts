/** Who is in a channel, how far they are, and who is typing. */

import { countsAfter } from './counts';
import type { Channel, Id, Member } from './entities';
import type { EventData } from './events';
import { advance, forgetChannel, omit, patchChannel, put, seeUsers } from './records';
import type { State } from './state';

/** How long a person counts as typing after they were last said to be, in ms. */
export const TYPING_MS = 6_000;

/** A membership as it was told, where it is newer than what is known; gone ones are taken out. */
export function putMember(state: State, member: Member): State {
  const here = state.members[member.channel_id] ?? {};
  const known = here[member.user.id];
  if (known !== undefined && known.version > member.version) return state;
  const isThere = member.status === 'active' || member.status === 'pending';
  const changed = isThere ? put(here, member.user.id, ahead(member, known)) : omit(here, member.user.id);
  const next = changed === here ? state : { ...state, members: put(state.members, member.channel_id, changed) };
  return isThere ? seeUsers(next, [member.user]) : next;
}

/** Positions have no version: they only move forward. */
function ahead(member: Member, known: Member | undefined): Member {
  if (known === undefined) return member;
  const read_seq = Math.max(member.read_seq, known.read_seq);
  return { ...member, read_seq, delivered_seq: Math.max(member.delivered_seq, known.delivered_seq) };
}

function mine(channel: Channel, member: Member, isKnown: boolean): Partial<Channel> {
  const { role, status } = member;
  if (isKnown) return { role, status };
  const read_seq = Math.max(channel.read_seq, member.read_seq);
  return { role, status, read_seq, delivered_seq: Math.max(channel.delivered_seq, member.delivered_seq) };
}

function isMe(state: State, userId: Id): boolean {
  return state.me?.id === userId;
}

/** `member_joined` and `member_updated`. Those of people who wait or are banned may come late. */
export function onMember(state: State, data: EventData<'member_joined'>): State {
  const { channel_id, version, member } = data;
  const channel = state.channels[channel_id];
  if (channel === undefined) return state;
  if (version < (state.positions[channel_id] ?? 0) && member.status === 'active') return state;
  let next = putMember(state, member);
  if (channel.kind === 'direct' && !isMe(state, member.user.id)) {
    next = patchChannel(next, channel_id, { peer: member.user });
  }
  if (isMe(state, member.user.id)) {
    const isKnown = state.members[channel_id]?.[member.user.id] !== undefined;
    next = patchChannel(next, channel_id, mine(channel, member, isKnown));
  }
  return advance(next, channel_id, version);
}

/** `member_left`: when it is oneself, the place is gone. */
export function onMemberLeft(state: State, data: EventData<'member_left'>): State {
  const { channel_id, version, member } = data;
  if (state.channels[channel_id] === undefined || version < (state.positions[channel_id] ?? 0)) return state;
  if (isMe(state, member.user.id)) return forgetChannel(state, channel_id);
  return advance(putMember(state, member), channel_id, version);
}

function moveMember(state: State, channelId: Id, userId: Id, patch: (known: Member) => Partial<Member>): State {
  const here = state.members[channelId];
  const known = here?.[userId];
  if (here === undefined || known === undefined) return state;
  const members = put(state.members, channelId, put(here, userId, { ...known, ...patch(known) }));
  return { ...state, members };
}

/** `read_updated`: what one has read, one has received. */
export function onRead(state: State, data: EventData<'read_updated'>): State {
  const { channel_id, user_id, seq } = data;
  const channel = state.channels[channel_id];
  if (channel === undefined) return state;
  const next = moveMember(state, channel_id, user_id, (known) => ({
    read_seq: Math.max(known.read_seq, seq),
    delivered_seq: Math.max(known.delivered_seq, seq),
  }));
  if (!isMe(state, user_id) || seq <= channel.read_seq) return next;
  const delivered_seq = Math.max(channel.delivered_seq, seq);
  return patchChannel(next, channel_id, { read_seq: seq, delivered_seq, ...countsAfter(state, channel, seq) });
}

/** `delivered_updated`. */
export function onDelivered(state: State, data: EventData<'delivered_updated'>): State {
  const { channel_id, user_id, seq } = data;
  const channel = state.channels[channel_id];
  if (channel === undefined) return state;
  const next = moveMember(state, channel_id, user_id, (known) => ({
    delivered_seq: Math.max(known.delivered_seq, seq),
  }));
  if (!isMe(state, user_id) || seq <= channel.delivered_seq) return next;
  return patchChannel(next, channel_id, { delivered_seq: seq });
}

/** `typing`: until some seconds from now. */
export function onTyping(state: State, data: EventData<'typing'>, now: number): State {
  const { channel_id, user } = data;
  if (state.channels[channel_id] === undefined || isMe(state, user.id)) return state;
  const here = put(state.typing[channel_id] ?? {}, user.id, now + TYPING_MS);
  return seeUsers({ ...state, typing: put(state.typing, channel_id, here) }, [user]);
}

/** Without those who have stopped typing since. */
export function withoutIdle(state: State, now: number): State {
  const typing: Record<Id, Readonly<Record<Id, number>>> = {};
  let isChanged = false;
  for (const [channelId, here] of Object.entries(state.typing)) {
    const left = Object.entries(here).filter(([, until]) => until > now);
    isChanged ||= left.length !== Object.keys(here).length;
    if (left.length > 0) typing[channelId] = Object.fromEntries(left);
  }
  return isChanged ? { ...state, typing } : state;
}
