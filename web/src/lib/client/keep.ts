/** What was last known, bounded, so that the app opens without a connection. */

import type { Id } from '../model/entities';
import { EMPTY, type State } from '../model/state';
import * as of from '../wire/entities';
import { count, fields, flag, list, number, orNull, table, text } from '../wire/shape';
import type { Store } from './store';

const NAME = 'state';
/** Another shape of `State` is another number: what has an older one is begun anew. */
const SHAPE = 1;
const CHANNELS = 30;
const MESSAGES = 50;
const PEOPLE = 2_000;

type Timelines = State['timelines'];

function bounded(timelines: Timelines, channels: readonly Id[]): Timelines {
  const kept: Record<Id, Timelines[Id]> = {};
  for (const id of channels) {
    const known = timelines[id];
    if (known === undefined || known.hasNewer) continue;
    const messages = known.messages.slice(-MESSAGES);
    kept[id] = { messages, hasOlder: known.hasOlder || messages.length < known.messages.length, hasNewer: false };
  }
  return kept;
}

function peopleOf(state: State, timelines: Timelines): State['users'] {
  const wanted = new Set<Id>(Object.keys(state.relationships));
  for (const { messages } of Object.values(timelines)) for (const message of messages) wanted.add(message.author.id);
  for (const { peer } of Object.values(state.channels)) if (peer !== null) wanted.add(peer.id);
  const found = [...wanted].slice(0, PEOPLE).flatMap((id) => (state.users[id] === undefined ? [] : [[id, state.users[id]] as const]));
  return Object.fromEntries(found);
}

/** The part of a state that is kept. Positions only of channels whose timeline goes with them. */
function essence(state: State): State {
  const recent = Object.keys(state.channels).sort((a, b) => (state.activity[b] ?? 0) - (state.activity[a] ?? 0));
  const timelines = bounded(state.timelines, recent.slice(0, CHANNELS));
  const positions = Object.fromEntries(Object.entries(state.positions).filter(([id]) => id in timelines));
  const { me, sessionId, channels, servers, relationships, activity } = state;
  const told = { me, sessionId, channels, servers, relationships, activity };
  return { ...EMPTY, ...told, timelines, positions, users: peopleOf(state, timelines) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Down to the last field: what is missing somewhere would stop the page when it is shown, at every start anew. */
const STATE = fields({
  me: of.profile,
  sessionId: orNull(text),
  users: table(of.user),
  channels: table(of.channel),
  servers: table(of.server),
  relationships: table(of.relationship),
  timelines: table(fields({ messages: list(of.message), hasOlder: flag, hasNewer: flag })),
  activity: table(number),
  positions: table(count),
});

/** Keeps it. */
export async function keep(store: Store, account: Id, state: State): Promise<void> {
  await store.putKnown(account, NAME, { shape: SHAPE, state: essence(state) });
}

/** What was kept of this account; null where there is nothing, or nothing that can be read. */
export async function recall(store: Store, account: Id): Promise<State | null> {
  const found = await store.known(account, NAME);
  if (!isRecord(found) || found['shape'] !== SHAPE || STATE(found['state'], NAME) !== null) return null;
  const state = { ...EMPTY, ...(found['state'] as State) };
  return state.me?.id === account ? state : null;
}
