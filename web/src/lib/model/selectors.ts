/** Lists as they are shown: pure functions of what is known. */

import type { Category, Channel, Id, Server } from './entities';
import type { State } from './state';

/** Ids are numbers in text: a longer one is greater. A smaller id is older. */
export function byAge(one: { id: Id }, other: { id: Id }): number {
  return one.id.length - other.id.length || (one.id < other.id ? -1 : Number(one.id > other.id));
}

function byActivity(state: State): (one: Channel, other: Channel) => number {
  return (one, other) => (state.activity[other.id] ?? 0) - (state.activity[one.id] ?? 0) || byAge(other, one);
}

function byPosition(one: { id: Id; position: number }, other: { id: Id; position: number }): number {
  return one.position - other.position || byAge(one, other);
}

function ofKinds(state: State, ...kinds: Channel['kind'][]): Channel[] {
  return Object.values(state.channels).filter((channel) => kinds.includes(channel.kind));
}

/** Groups and direct chats, the newest activity on top. */
export function conversations(state: State): Channel[] {
  return ofKinds(state, 'group', 'direct').sort(byActivity(state));
}

/** Groups alone. */
export function groups(state: State): Channel[] {
  return ofKinds(state, 'group').sort(byActivity(state));
}

/** Direct chats alone. */
export function directs(state: State): Channel[] {
  return ofKinds(state, 'direct').sort(byActivity(state));
}

/** The channel with everybody in it. */
export function lobby(state: State): Channel | null {
  return ofKinds(state, 'lobby')[0] ?? null;
}

/** The direct chat with a person, if there is one. */
export function directWith(state: State, userId: Id): Channel | null {
  return ofKinds(state, 'direct').find((channel) => channel.peer?.id === userId) ?? null;
}

/** Servers in the order in which one came into them. */
export function servers(state: State): Server[] {
  const joined = (server: Server) => Date.parse(server.member.joined_at) || 0;
  return Object.values(state.servers).sort((one, other) => joined(one) - joined(other) || byAge(one, other));
}

export interface Section {
  category: Category | null;
  channels: Channel[];
}

/** A server's channels under their categories, each by position; first those under none. Empty categories are there too. */
export function sections(state: State, serverId: Id): Section[] {
  const server = state.servers[serverId];
  if (server === undefined) return [];
  const channels = Object.values(state.channels)
    .filter((channel) => channel.server_id === serverId)
    .sort(byPosition);
  const known = new Set(server.categories.map((category) => category.id));
  const loose = channels.filter(({ category_id }) => category_id === null || !known.has(category_id));
  const headed = server.categories.toSorted(byPosition).map((category) => ({
    category,
    channels: channels.filter((channel) => channel.category_id === category.id),
  }));
  return [...(loose.length > 0 ? [{ category: null, channels: loose }] : []), ...headed];
}

export interface Waiting {
  unread: number;
  mentions: number;
}

/** How much waits in some channels. */
export function waitingIn(channels: Iterable<Channel>): Waiting {
  let [unread, mentions] = [0, 0];
  for (const channel of channels) {
    unread += channel.unread;
    mentions += channel.mentions;
  }
  return { unread, mentions };
}

/** How much waits everywhere. */
export function waiting(state: State): Waiting {
  return waitingIn(Object.values(state.channels));
}

/** How much waits in a server. */
export function waitingInServer(state: State, serverId: Id): Waiting {
  return waitingIn(Object.values(state.channels).filter((channel) => channel.server_id === serverId));
}

/** Who is typing in a channel at a moment, in ms of the client's clock. */
export function typingIn(state: State, channelId: Id, now: number): Id[] {
  const here = Object.entries(state.typing[channelId] ?? {});
  return here.filter(([, until]) => until > now).map(([id]) => id);
}
