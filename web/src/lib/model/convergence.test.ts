/** What a real server has told, replayed: the state after the events is the state that `ready` would have told. */

import { describe, expect, test } from 'vitest';

import { decode } from '../wire/frames';
import { apply, applyAll } from './apply';
import type { Ready, ServerEvent } from './events';
import { byAge } from './selectors';
import { EMPTY, type State } from './state';

interface Case {
  snapshot_before: Ready;
  events: ServerEvent[];
  snapshot_after: Ready;
}

const CASES: Record<string, Case> = import.meta.glob('../../../../tests/convergence/cases/*.json', {
  import: 'default',
  eager: true,
});

function ready(data: Ready): ServerEvent {
  return { type: 'ready', data };
}

/** Everything that `ready` tells, with lists that have no order in one. */
function told(state: State) {
  const channels = Object.values(state.channels).map((channel) => ({
    ...channel,
    overrides: channel.overrides.toSorted((one, other) => Number(one.target_id) - Number(other.target_id)),
  }));
  const servers = Object.values(state.servers).map((server) => ({
    ...server,
    roles: server.roles.toSorted(byAge),
    categories: server.categories.toSorted(byAge),
    member: { ...server.member, role_ids: server.member.role_ids.toSorted() },
  }));
  const { me, positions } = state;
  return { me, positions, online: [...state.online].sort(), channels: channels.toSorted(byAge), servers: servers.toSorted(byAge) };
}

/** A number that looks random, from a seed; from 0 up to 1. */
function chances(seed: number): () => number {
  let x = seed * 2654435761 + 1;
  return () => {
    x = (Math.imul(x ^ (x >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return ((x ^ (x >>> 13)) >>> 0) / 2 ** 32;
  };
}

/** The same events, some of them twice: at once, or again some events later. */
function redelivered(events: readonly ServerEvent[], chance: () => number): ServerEvent[] {
  return events.flatMap((event, n) => {
    if (event.type === 'ready' || event.type === 'sync') return [event];
    const again = events[Math.max(0, n - Math.floor(chance() * 3))] as ServerEvent;
    const isSame = again.type !== 'ready' && again.type !== 'sync';
    return chance() < 0.4 && isSame && !('presence' in again) ? [event, event, again] : [event];
  });
}

describe.each(Object.entries(CASES))('%s', (_, { snapshot_before, events, snapshot_after }) => {
  const expected = told(apply(EMPTY, ready(snapshot_after), 0));

  test('ends where the server is', () => {
    expect(told(applyAll(EMPTY, [ready(snapshot_before), ...events], 0))).toEqual(expected);
  });

  test('is read as it was written', () => {
    for (const event of [ready(snapshot_before), ...events]) {
      expect(decode(JSON.stringify(event))).toEqual({ kind: 'event', event, ref: null });
    }
  });

  test('changes nothing that was there', () => {
    let state = apply(EMPTY, ready(snapshot_before), 0);
    for (const event of events) {
      const before = structuredClone(state);
      const next = apply(state, event, 0);
      expect(state).toEqual(before);
      state = next;
    }
  });
});

test('there are cases', () => {
  expect(Object.keys(CASES).length).toBeGreaterThanOrEqual(20);
});

export { chances, redelivered, told };
