/** Who stands where among people; pure. */

import type { Bond, Id, Relationship, User } from '../../model/entities';

/** Those of one bond: who is online first, then by name. */
export function withBond(all: Readonly<Record<Id, Relationship>>, bond: Bond, online: ReadonlySet<Id>): User[] {
  return Object.values(all)
    .filter((one) => one.bond === bond)
    .map((one) => one.user)
    .sort((a, b) => Number(online.has(b.id)) - Number(online.has(a.id)) || shown(a).localeCompare(shown(b)));
}

/** What a person is called where no place gives them another name. */
export function shown(user: Pick<User, 'username' | 'display_name'>): string {
  return user.display_name || user.username;
}
