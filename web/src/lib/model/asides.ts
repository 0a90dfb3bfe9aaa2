/** Messages that are shown outside of their timeline, such as what another one answers: they change as all others do. */

import type { Id, Message } from './entities';
import { only, put } from './records';
import type { State } from './state';

/** How many are kept; the one that came first goes first. */
export const ASIDES = 300;

/** One more. */
export function putAside(state: State, message: Message): State {
  const known = state.asides[message.id];
  if (known !== undefined) return refreshAside(state, message);
  // The last `ASIDES - 1` stay; an empty list of those to go keeps the table as it is.
  const gone = new Set(Object.keys(state.asides).slice(0, 1 - ASIDES));
  return { ...state, asides: put(only(state.asides, (id) => !gone.has(id)), message.id, message) };
}

/** One that is here, in its newer version. */
export function refreshAside(state: State, message: Message): State {
  const known = state.asides[message.id];
  if (known === undefined || known.version >= message.version) return state;
  return { ...state, asides: put(state.asides, message.id, message) };
}

/** Those of a channel that one has left, or whose changes one may have missed. */
export function forgetAsides(state: State, channelId: Id): State {
  const asides = only(state.asides, (_, message) => message.channel_id !== channelId);
  return asides === state.asides ? state : { ...state, asides };
}
