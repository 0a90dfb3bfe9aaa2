/** Finding members by what they are called. */
import type { ServerMember, User } from '../../model/entities';
import { shown } from '../../model/people-selectors';

/** Whether a member's names have the text in them. */
export function fits(member: ServerMember, text: string): boolean {
  const wanted = text.trim().replace(/^@/, '').toLocaleLowerCase();
  const { username, display_name, id } = member.user;
  return id === wanted || [username, display_name, member.nickname].some((name) => name.toLocaleLowerCase().includes(wanted));
}

/** What a member is called here. */
export function called(member: ServerMember): string {
  return member.nickname || shown(member.user);
}

/** The first of those who fit, by their names; they are shown by what they are called here. */
export function matching(members: readonly ServerMember[], text: string, most = 20): User[] {
  const found = members.filter((member) => fits(member, text)).slice(0, 200);
  return found
    .toSorted((a, b) => called(a).localeCompare(called(b)))
    .slice(0, most)
    .map((member) => ({ ...member.user, display_name: called(member) }));
}
