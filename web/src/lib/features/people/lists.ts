/** Who stands where among people; pure. */

import type { Bond, Channel, Id, Relationship, User } from '../../model/entities';
import { shown } from '../../model/people-selectors';
import type { State } from '../../model/state';

/** Those of one bond: who is online first, then by name. */
export function withBond(all: Readonly<Record<Id, Relationship>>, bond: Bond, online: ReadonlySet<Id>): User[] {
  return Object.values(all)
    .filter((one) => one.bond === bond)
    .map((one) => one.user)
    .sort((a, b) => Number(online.has(b.id)) - Number(online.has(a.id)) || shown(a).localeCompare(shown(b)));
}

type Known = Pick<State, 'online' | 'channels' | 'servers' | 'members' | 'serverMembers'>;

/** In larger groups and servers nobody is told of the others. */
const TOLD_MEMBERS = 500;

/** Whether somebody is online; of strangers nobody is told, and it is undefined. */
export function presence(state: Known, id: Id): boolean | undefined {
  if (state.online.has(id)) return true;
  return isTold(state, id) ? false : undefined;
}

/** Whether one shares a direct chat, or a group or server that is not too large, with somebody: as far as its members are known. */
function isTold({ channels, servers, members, serverMembers }: Known, id: Id): boolean {
  if (Object.values(channels).some((channel) => channel.peer?.id === id || (channel.kind === 'group' && isIn(channel, members[channel.id], id)))) return true;
  return Object.values(servers).some((server) => server.member_count <= TOLD_MEMBERS && serverMembers[server.id]?.[id] !== undefined);
}

function isIn(channel: Channel, members: State['members'][Id] | undefined, id: Id): boolean {
  if (channel.status !== 'active' || members?.[id]?.status !== 'active') return false;
  return Object.values(members).filter(({ status }) => status === 'active').length <= TOLD_MEMBERS;
}
