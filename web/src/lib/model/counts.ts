/** Unread and mentions, derived as the server derives them. */

import type { Channel, Message } from './entities';
import type { State } from './state';

/** Whether a message waits for oneself: after what one has read, by somebody else, still there. */
function isUnread(state: State, channel: Channel, message: Message): boolean {
  return message.seq > channel.read_seq && !message.recalled && message.author.id !== state.me?.id;
}

/** Whether it names oneself: by id, by a role, as everybody. `@here` only counts where one was here to hear it. */
export function mentionsMe(state: State, channel: Channel, message: Message, isLive: boolean): boolean {
  const me = state.me?.id;
  if (me === undefined || message.recalled) return false;
  const server = channel.server_id === null ? undefined : state.servers[channel.server_id];
  if (server !== undefined && message.author.id === me) return false;
  if (message.mentions.includes(me)) return true;
  if (server === undefined) return false;
  if (message.mention_here === true && isLive) return true;
  const roles = message.mention_roles ?? [];
  return roles.some((id) => id === server.everyone_role_id || server.member.role_ids.includes(id));
}

function waits(state: State, channel: Channel, message: Message, isLive: boolean): [number, number] {
  const isNamed = message.seq > channel.read_seq && mentionsMe(state, channel, message, isLive);
  return [Number(isUnread(state, channel, message)), Number(isNamed)];
}

/** The counts after a message has taken another one's place (`old` null: it is new; undefined: not known). */
export function recount(
  state: State,
  channel: Channel,
  message: Message,
  old: Message | null | undefined,
): Pick<Channel, 'unread' | 'mentions'> {
  const [unread, mentions] = waits(state, channel, message, true);
  if (old === undefined) return recountUnknown(channel, message, message.author.id === state.me?.id);
  const [hadUnread, hadMentions] = old === null ? [0, 0] : waits(state, channel, old, true);
  return {
    unread: Math.max(0, channel.unread + unread - hadUnread),
    mentions: Math.max(0, channel.mentions + mentions - hadMentions),
  };
}

/** A message that one has not seen before it changed: a recall surely takes one away, the rest is not told. */
function recountUnknown(channel: Channel, message: Message, isMine: boolean): Pick<Channel, 'unread' | 'mentions'> {
  const isGone = message.recalled && !isMine && message.seq > channel.read_seq;
  const unread = Math.max(0, channel.unread - Number(isGone));
  return { unread, mentions: Math.min(channel.mentions, unread + Number(isMine)) };
}

/** The counts after one has read up to `seq`: exact where the messages behind it are known. */
export function countsAfter(state: State, channel: Channel, seq: number): Pick<Channel, 'unread' | 'mentions'> {
  if (seq >= channel.last_seq) return { unread: 0, mentions: 0 };
  const moved = { ...channel, read_seq: seq };
  const known = state.timelines[channel.id];
  const first = known?.messages[0]?.seq ?? Infinity;
  const last = known?.messages.at(-1)?.seq ?? -1;
  let unread = 0;
  let mentions = 0;
  for (const message of known?.messages ?? []) {
    const [isNew, isNamed] = waits(state, moved, message, true);
    unread += isNew;
    mentions += isNamed;
  }
  const unknown = channel.last_seq - seq - Math.max(0, last - Math.max(seq, first - 1));
  const isExact = known !== undefined && unknown === 0;
  return {
    unread: Math.min(unread + unknown, channel.unread),
    mentions: isExact ? mentions : Math.min(channel.mentions, unread + unknown),
  };
}
