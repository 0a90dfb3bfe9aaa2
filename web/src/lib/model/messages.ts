/** What is said, and what becomes of it. */

import { refreshAside } from './asides';
import { recount } from './counts';
import type { Message } from './entities';
import type { EventData } from './events';
import { advance, omit, patchChannel, put, seeUsers } from './records';
import type { State } from './state';
import { append, at, replace } from './timelines';

/** When it was said, in ms since 1970; 0 where the time can't be read. */
export function saidAt(message: Message): number {
  return Date.parse(message.created_at) || 0;
}

function stopTyping(state: State, message: Message): State {
  const here = state.typing[message.channel_id];
  if (here === undefined || !(message.author.id in here)) return state;
  const left = omit(here, message.author.id);
  const isEmpty = Object.keys(left).length === 0;
  const { channel_id } = message;
  return { ...state, typing: isEmpty ? omit(state.typing, channel_id) : put(state.typing, channel_id, left) };
}

function join(state: State, message: Message, place: typeof append): State {
  const known = state.timelines[message.channel_id];
  if (known === undefined) return state;
  const changed = place(known, message);
  return changed === known ? state : { ...state, timelines: put(state.timelines, message.channel_id, changed) };
}

/** Known already: redelivered, or part of what `ready` has told. */
function isOld(state: State, channelId: string, version: number): boolean {
  const known = state.channels[channelId];
  return known === undefined || version <= Math.max(known.version, state.positions[channelId] ?? 0);
}

/** `new_message`. */
export function onNewMessage(state: State, data: EventData<'new_message'>): State {
  const { channel_id, version, message } = data;
  const channel = state.channels[channel_id];
  if (channel === undefined || isOld(state, channel_id, version)) return state;
  const counts = recount(state, channel, message, message.seq <= channel.last_seq ? at(state.timelines[channel_id], message.seq) : null);
  const last_seq = Math.max(channel.last_seq, message.seq);
  let next = patchChannel(state, channel_id, { ...counts, last_seq, version });
  next = seeUsers(stopTyping(join(next, message, append), message), [message.author]);
  const activity = put(next.activity, channel_id, Math.max(next.activity[channel_id] ?? 0, saidAt(message)));
  return { ...next, activity, positions: put(next.positions, channel_id, version) };
}

/** Everything else that brings a message as it is now. */
export function onMessageChanged(state: State, data: EventData<'message_updated'>): State {
  const { channel_id, version, message } = data;
  const channel = state.channels[channel_id];
  if (channel === undefined || isOld(state, channel_id, version)) return state;
  const old = at(state.timelines[channel_id], message.seq);
  const next = patchChannel(state, channel_id, recount(state, channel, message, old));
  return advance(refreshAside(join(next, message, replace), message), channel_id, version);
}
