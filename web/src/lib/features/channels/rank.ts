/** Who stands above whom in a group: the owner, admins, members. */
import type { Channel, Id, Member } from '../../model/entities';
import type { State } from '../../model/state';

/** 0 is no member, 1 a member, 2 an admin, 3 the owner. Administrators of the whole server are admins of the lobby. */
export function rank(channel: Channel, member: Pick<Member, 'user' | 'role' | 'status'> | undefined): number {
  if (channel.kind === 'lobby') return 1;
  if (member === undefined || member.status !== 'active') return 0;
  if (member.user.id === channel.owner_id) return 3;
  return member.role === 'admin' ? 2 : 1;
}

/** One's own, by what the channel says of oneself. */
export function ownRank(state: Pick<State, 'me'>, channel: Channel): number {
  if (channel.kind === 'lobby') return state.me?.admin ? 2 : 1;
  if (channel.status !== 'active' || state.me === null) return 0;
  if (channel.owner_id === state.me.id) return 3;
  return channel.role === 'admin' ? 2 : 1;
}

/** Whether an admin may remove somebody: those below, never equals, never oneself. */
export function mayRemove(own: number, other: number, myId: Id, theirId: Id): boolean {
  return own >= 2 && own > other && myId !== theirId;
}
