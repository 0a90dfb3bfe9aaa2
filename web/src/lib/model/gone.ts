/** What has gone for oneself with some inputs, and why: a channel, or a server with all of its channels. Pure. */

import type { Input } from './apply';
import type { Channel, Id, Server } from './entities';
import type { State } from './state';

/** `unseen`: hidden from oneself, or gone while one was not connected. */
export type How = 'left' | 'kicked' | 'banned' | 'deleted' | 'unseen';

export interface Gone {
  how: How;
  /** As they were last; of a server all that one saw there. */
  channels: readonly Channel[];
  /** Null where only a channel has gone. */
  server: Server | null;
}

/** In their order; what is there again at the end is not among them. */
export function gone(before: State, inputs: readonly Input[], after: State): Gone[] {
  const all: Gone[] = [];
  const lost = Object.values(before.channels).filter(({ id }) => after.channels[id] === undefined);
  for (const server of Object.values(before.servers)) {
    if (after.servers[server.id] !== undefined) continue;
    const channels = lost.filter((channel) => channel.server_id === server.id);
    all.push({ how: why(inputs, (input) => ofServer(before, input, server.id)), channels, server });
  }
  const alone = lost.filter(({ server_id }) => server_id === null || after.servers[server_id] !== undefined);
  for (const channel of alone) all.push({ how: why(inputs, (input) => ofChannel(before, input, channel.id)), channels: [channel], server: null });
  return all;
}

/** What the last of them says that says something. */
function why(inputs: readonly Input[], told: (input: Input) => How | null): How {
  return inputs.reduce<How>((how, input) => told(input) ?? how, 'unseen');
}

function ofChannel(state: State, input: Input, id: Id): How | null {
  if (!('type' in input)) return null;
  if (input.type === 'channel_deleted' && input.data.channel_id === id) return input.data.hidden ? 'unseen' : 'deleted';
  if (input.type !== 'member_left' || input.data.channel_id !== id) return null;
  const { member, by } = input.data;
  if (member.user.id !== state.me?.id) return null;
  if (member.status === 'banned') return 'banned';
  return by === member.user.id ? 'left' : 'kicked';
}

function ofServer(state: State, input: Input, id: Id): How | null {
  if (!('type' in input)) return null;
  if (input.type === 'server_deleted' && input.data.server_id === id) return 'deleted';
  if (input.type === 'server_removed' && input.data.server_id === id) return input.data.how;
  if (input.type !== 'server_member_left' || input.data.server_id !== id || input.data.user.id !== state.me?.id) return null;
  return input.data.how === 'deleted' ? 'unseen' : input.data.how;
}
