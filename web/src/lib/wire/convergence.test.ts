/** What a real server has told, replayed: the state after the events is the state that `ready` would have told. */

import { describe, expect, test } from 'vitest';

import { chances } from '../testing/chances';
import { decode } from './frames';
import { apply, applyAll, type Input } from '../model/apply';
import type { Ready, ServerEvent } from '../model/events';
import { byAge } from '../model/order';
import { EMPTY, type State } from '../model/state';

interface Case {
  snapshot_before: Ready;
  /** Events, and answers to what a client asks for when they come. */
  events: Input[];
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
    // They skip where nobody is told of a change, such as a ban lifted.
    version: 0,
    roles: server.roles.toSorted(byAge),
    categories: server.categories.toSorted(byAge),
    member: { ...server.member, role_ids: server.member.role_ids.toSorted() },
  }));
  const { me, positions } = state;
  return { me, positions, online: [...state.online].sort(), channels: channels.toSorted(byAge), servers: servers.toSorted(byAge) };
}

/** The same events, some of them twice: at once, or again a little later. A connection's beginning comes once. */
function redelivered(events: readonly Input[], chance: () => number): Input[] {
  const isBeginning = (event: Input) => !('type' in event) || event.type === 'ready' || event.type === 'sync';
  return events.flatMap((event, n) => {
    const again = events[Math.max(0, n - Math.floor(chance() * 3))] as Input;
    const isApart = events.slice(events.indexOf(again), n + 1).some(isBeginning);
    return isApart || chance() < 0.5 ? [event] : [event, event, again];
  });
}

describe.each(Object.entries(CASES))('%s', (_, { snapshot_before, events, snapshot_after }) => {
  const expected = told(apply(EMPTY, ready(snapshot_after), 0));

  test('ends where the server is', () => {
    expect(told(applyAll(EMPTY, [ready(snapshot_before), ...events], 0))).toEqual(expected);
  });

  test('ends there too when events come again', () => {
    // What has no version is told anew by what follows it, not by what came before.
    const all = events.filter((event) => !('type' in event) || event.type !== 'presence_updated');
    const once = told(applyAll(EMPTY, [ready(snapshot_before), ...all], 0));
    for (let seed = 0; seed < 20; seed++) {
      const twice = [ready(snapshot_before), ...redelivered(all, chances(seed))];
      expect(told(applyAll(EMPTY, twice, 0))).toEqual(once);
    }
  });

  test('is read as it was written', () => {
    for (const event of [ready(snapshot_before), ...events]) {
      if ('answer' in event) continue;
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
