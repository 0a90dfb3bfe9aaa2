import type { Channel, Server, ServerMember, User } from '../../../model/entities';
import { permissions } from '../../../model/permissions';
import type { Conversation } from '../conversation.svelte';

/** A line of the list: a person, or the title above those who are (not) online. */
export type Entry =
  | { key: string; online: boolean; count: number; user?: undefined }
  | { key: string; online: boolean; user: User; name: string; note: 'owner' | 'admin' | 'bot' | 'guest' | null };

type Person = Extract<Entry, { user: User }>;

/** Everybody of whom it is known that they are here. */
export function entries(conversation: Conversation): Entry[] {
  const people = everybody(conversation).sort((a, b) => a.name.localeCompare(b.name));
  return [true, false].flatMap((online) => {
    const part = people.filter((person) => person.online === online);
    return part.length === 0 ? [] : [{ key: `title-${online}`, online, count: part.length }, ...part];
  });
}

/** How many are known to be here. */
export function memberCount(conversation: Conversation): number {
  return users(conversation).length;
}

function users({ app, channel, channelId }: Conversation): { user: User; admin: boolean }[] {
  if (channel === undefined) return [];
  const server = app.state.servers[channel.server_id ?? ''];
  if (server !== undefined) {
    const all = Object.values(app.state.serverMembers[server.id] ?? {});
    // Most channels hide from nobody: of thousands each need not be asked.
    const hides = channel.overrides.some(({ deny }) => deny.includes('VIEW_CHANNEL')) || !everybodySees(server);
    return (hides ? all.filter((one) => sees(server, channel, one)) : all).map(({ user }) => ({ user, admin: false }));
  }
  const members = Object.values(app.state.members[channelId] ?? {}).filter(({ status }) => status === 'active');
  return members.map(({ user, role }) => ({ user, admin: role === 'admin' }));
}

function everybodySees({ roles, everyone_role_id }: Server): boolean {
  return roles.some((role) => role.id === everyone_role_id && role.permissions.includes('VIEW_CHANNEL'));
}

/** Whether somebody else may see a channel of a server that one is in oneself. */
export function sees(server: Server, channel: Channel, { user, role_ids }: ServerMember): boolean {
  return permissions({ ...server, member: { user_id: user.id, role_ids } }, channel).includes('VIEW_CHANNEL');
}

function everybody(conversation: Conversation): Person[] {
  const { app, channel } = conversation;
  const owner = channel?.owner_id ?? app.state.servers[channel?.server_id ?? '']?.owner_id ?? null;
  return users(conversation).map(({ user, admin }) => {
    const note = user.id === owner ? 'owner' : admin ? 'admin' : user.bot ? 'bot' : user.guest ? 'guest' : null;
    const online = app.state.online.has(user.id) || user.id === app.me?.id;
    return { key: user.id, user, name: conversation.name(user), note, online };
  });
}
