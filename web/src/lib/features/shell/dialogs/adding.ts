/** Who comes into a group that is made. */
import type { Rest } from '../../../client/contract';
import type { Id, User } from '../../../model/entities';
import { shown } from '../../../model/people-selectors';
import type { State } from '../../../model/state';
import { explain } from '../../../ui/explain';
import { search, sought } from '../../people/deeds';

/** Friends, and those whom one has a direct chat with, by name. */
export function acquaintances({ relationships, channels }: Pick<State, 'relationships' | 'channels'>): User[] {
  const friends = Object.values(relationships).filter(({ bond }) => bond === 'friend');
  const peers = Object.values(channels).flatMap(({ peer }) => (peer === null || relationships[peer.id]?.bond === 'blocked' ? [] : [peer]));
  const all = new Map([...peers, ...friends.map(({ user }) => user)].map((user) => [user.id, user]));
  return [...all.values()].sort((a, b) => shown(a).localeCompare(shown(b)));
}

/** Whom a text means: those of `near` whose names have it, then everybody whose display name or user name begins so; without a text those of `near`. */
export async function people(rest: Pick<Rest, 'get'>, near: readonly User[], text: string): Promise<User[]> {
  const wanted = sought(text);
  const close = near.filter((user) => `${user.display_name}\n${user.username}`.toLocaleLowerCase().includes(wanted.toLocaleLowerCase()));
  if (wanted === '') return close;
  return [...new Map([...close, ...(await search(rest, text))].map((user) => [user.id, user])).values()];
}

/** Adds one after the other; answers with those who could not be added, by the reason why. */
export async function addAll(rest: Pick<Rest, 'put'>, channelId: Id, users: readonly User[]): Promise<Map<string, User[]>> {
  const left = new Map<string, User[]>();
  for (const user of users) {
    try {
      await rest.put(`/channels/${channelId}/members/${user.id}`);
    } catch (error) {
      const why = explain(error);
      left.set(why, [...(left.get(why) ?? []), user]);
    }
  }
  return left;
}
