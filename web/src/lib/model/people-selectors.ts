/** What people are called, and how far they are. */

import type { Id, Message, User } from './entities';
import type { State } from './state';

/** What a person is called where no place gives them another name. */
export function shown(user: Pick<User, 'username' | 'display_name'>): string {
  return user.display_name || user.username;
}

/** What a person is called in a place: nickname, display name, or user name; empty for who is not known. */
export function nameOf(state: State, userId: Id, channelId?: Id): string {
  const serverId = channelId === undefined ? undefined : state.channels[channelId]?.server_id;
  const nickname = serverId == null ? '' : nicknameOf(state, userId, serverId);
  if (nickname !== '') return nickname;
  const user = state.users[userId] ?? (state.me?.id === userId ? state.me : undefined);
  return user === undefined ? '' : shown(user);
}

function nicknameOf(state: State, userId: Id, serverId: Id): string {
  const server = state.servers[serverId];
  if (server?.member.user_id === userId) return server.member.nickname;
  return state.serverMembers[serverId]?.[userId]?.nickname ?? '';
}

/** What the author of a message is called; of a webhook, what it calls itself. */
export function authorOf(state: State, { author, webhook, channel_id }: Message): string {
  return webhook?.name || nameOf(state, author.id, channel_id) || shown(author);
}

/** Who has read up to it, others than its author, as far as is known. */
export function readers(state: State, message: Message): Id[] {
  const here = Object.values(state.members[message.channel_id] ?? {});
  const found = here.filter(({ user, status, read_seq }) => status === 'active' && user.id !== message.author.id && read_seq >= message.seq);
  return found.map(({ user }) => user.id);
}

/** How far one's own message is: `delivered` and `read` once somebody else has it. */
export function delivery(state: State, message: Message): 'sent' | 'delivered' | 'read' | null {
  const channel = state.channels[message.channel_id];
  if (channel === undefined || channel.kind === 'lobby' || message.author.id !== state.me?.id) return null;
  const others = Object.values(state.members[message.channel_id] ?? {}).filter(({ user }) => user.id !== message.author.id);
  if (others.some(({ read_seq }) => read_seq >= message.seq)) return 'read';
  return others.some(({ delivered_seq }) => delivered_seq >= message.seq) ? 'delivered' : 'sent';
}
