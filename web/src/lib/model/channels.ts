/** Channels come, change and go. */

import type { BareChannel, Channel } from './entities';
import type { EventData } from './events';
import { permissions } from './permissions';
import { advance, forgetChannel, omit, patchChannel, put, shared } from './records';
import type { State } from './state';
import { NOTHING } from './timelines';

function permissionsIn(state: State, channel: BareChannel): Channel['permissions'] {
  const server = channel.server_id === null ? undefined : state.servers[channel.server_id];
  return server === undefined ? [] : permissions(server, channel);
}

/** One that was not there: as a newcomer finds it. What is not told of oneself comes with `member_joined` or an answer. */
function newcomer(state: State, channel: BareChannel): Channel {
  return {
    ...shared(channel),
    role: 'member',
    status: 'active',
    read_seq: channel.last_seq,
    delivered_seq: channel.last_seq,
    unread: 0,
    mentions: 0,
    peer: null,
    permissions: permissionsIn(state, channel),
  };
}

/** An empty channel's history is known without asking. */
export function beginTimeline(state: State, channel: BareChannel): State {
  const without = omit(state.timelines, channel.id);
  return { ...state, timelines: channel.last_seq === 0 ? put(without, channel.id, NOTHING) : without };
}

/** `channel_created`: new, or to be read anew. */
export function onChannelCreated(state: State, data: EventData<'channel_created'>): State {
  const { channel, version } = data;
  const known = state.channels[channel.id];
  if (known !== undefined && version < (state.positions[channel.id] ?? 0)) return state;
  const merged =
    known === undefined
      ? newcomer(state, channel)
      : { ...known, ...shared(channel), permissions: permissionsIn(state, channel) };
  const next = beginTimeline({ ...state, channels: put(state.channels, channel.id, merged) }, channel);
  const activity = put(next.activity, channel.id, next.activity[channel.id] ?? (Date.parse(channel.created_at) || 0));
  return advance({ ...next, activity, members: omit(next.members, channel.id) }, channel.id, version);
}

/** `channel_updated`. */
export function onChannelUpdated(state: State, data: EventData<'channel_updated'>): State {
  const { channel_id, version } = data;
  const known = state.channels[channel_id];
  if (known === undefined || version < (state.positions[channel_id] ?? 0)) return state;
  const last_seq = Math.max(known.last_seq, data.channel.last_seq);
  const told = { ...shared(data.channel), last_seq, permissions: permissionsIn(state, data.channel) };
  return advance(patchChannel(state, channel_id, told), channel_id, version);
}

/** `channel_deleted`, also where it is only hidden from oneself. */
export function onChannelDeleted(state: State, data: EventData<'channel_deleted'>): State {
  if (state.channels[data.channel_id] === undefined) return state;
  if (data.version !== undefined && data.version < (state.positions[data.channel_id] ?? 0)) return state;
  return forgetChannel(state, data.channel_id);
}
