/** Who people are, what they are to oneself, and who is online. */

import type { User } from './entities';
import type { EventData } from './events';
import { omit, patchChannel, put, seeUsers } from './records';
import type { State } from './state';

/** `presence_updated`. */
export function onPresence(state: State, data: EventData<'presence_updated'>): State {
  const isOnline = data.status === 'online';
  if (state.online.has(data.user_id) === isOnline) return state;
  const online = new Set(state.online);
  if (isOnline) online.add(data.user_id);
  else online.delete(data.user_id);
  return { ...state, online };
}

/** `user_updated`. */
export function onUser(state: State, data: EventData<'user_updated'>): State {
  const next = seePeer(seeUsers(state, [data.user]), data.user);
  const { me } = next;
  if (me === null || me.id !== data.user.id) return next;
  const { avatar: _, ...rest } = me;
  return { ...next, me: { ...rest, ...data.user } };
}

/** A direct channel carries its peer, with name and picture. */
function seePeer(state: State, user: User): State {
  const theirs = Object.values(state.channels).filter((channel) => channel.peer?.id === user.id);
  return theirs.reduce((next, { id }) => patchChannel(next, id, { peer: user }), state);
}

/** `relationship_updated`. */
export function onRelationship(state: State, data: EventData<'relationship_updated'>): State {
  const { relationship } = data;
  const relationships = put(state.relationships, relationship.user.id, relationship);
  return seeUsers({ ...state, relationships }, [relationship.user]);
}

/** `relationship_removed`. */
export function onRelationshipRemoved(state: State, data: EventData<'relationship_removed'>): State {
  return { ...state, relationships: omit(state.relationships, data.user_id) };
}
