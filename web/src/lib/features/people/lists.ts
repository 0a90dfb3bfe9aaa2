/** Who stands where among people; pure. */

import type { Bond, Id, Relationship, User } from '../../model/entities';
import type { State } from '../../model/state';

/** Those of one bond: who is online first, then by name. */
export function withBond(all: Readonly<Record<Id, Relationship>>, bond: Bond, online: ReadonlySet<Id>): User[] {
  return Object.values(all)
    .filter((one) => one.bond === bond)
    .map((one) => one.user)
    .sort((a, b) => Number(online.has(b.id)) - Number(online.has(a.id)) || shown(a).localeCompare(shown(b)));
}

/** Whether somebody is online; of those with whom one shares no chat nobody is told, and it is undefined. */
export function presence(state: Pick<State, 'online' | 'channels'>, id: Id): boolean | undefined {
  if (state.online.has(id)) return true;
  return Object.values(state.channels).some((channel) => channel.peer?.id === id) ? false : undefined;
}

/** What a person is called where no place gives them another name. */
export function shown(user: Pick<User, 'username' | 'display_name'>): string {
  return user.display_name || user.username;
}
