import { describe, expect, test } from 'vitest';

import { backoff, IDLE, retryAfter, step, type Happening, type Machine } from './machine';

const AROUND = { now: 1_000, random: 0 };

function after(...happenings: Happening[]): Machine {
  return happenings.reduce((machine, one) => step(machine, one, AROUND)[0], IDLE);
}

const UP: Happening[] = [{ name: 'start' }, { name: 'opened' }, { name: 'caught_up' }];
const closed = (code: number, reason = ''): Happening => ({ name: 'closed', code, reason });

describe('the way up', () => {
  test('connecting, syncing, live', () => {
    expect(after({ name: 'start' }).status).toEqual({ name: 'connecting' });
    expect(after(...UP.slice(0, 2)).status).toEqual({ name: 'syncing' });
    expect(after(...UP).status).toEqual({ name: 'live' });
  });
  test('starting twice opens once', () => {
    expect(step(after({ name: 'start' }), { name: 'start' }, AROUND)[1]).toEqual([]);
  });
});

describe('closes', () => {
  test.each([
    [1006, 'network'],
    [1012, 'server'],
    [4002, 'network'],
    [4003, 'network'],
    [4004, 'slow'],
  ])('%i: waits, because of %s', (code, why) => {
    expect(after(...UP, closed(code)).status).toEqual({ name: 'waiting', retryAt: 1_250, why });
  });
  test.each([
    [1009, 'too_big'],
    [4000, 'malformed'],
    [4006, 'signed_out'],
  ])('%i: refused, because of %s', (code, why) => {
    const machine = after(...UP, closed(code));
    expect(machine.status).toEqual({ name: 'refused', why });
    expect(step(machine, { name: 'wake' }, AROUND)[1]).toEqual([]);
    expect(step(machine, { name: 'timer' }, AROUND)[1]).toEqual([]);
  });
  test('1001 waits for as long as its reason says, and a part of it by chance', () => {
    const [machine, todo] = step(after(...UP), closed(1001, 'retry_after=4'), { now: 0, random: 0.5 });
    expect(machine.status).toEqual({ name: 'waiting', retryAt: 5_000, why: 'draining' });
    expect(todo).toEqual([{ do: 'wait', ms: 5_000 }]);
  });
  test('4001 renews the token once, then it is over', () => {
    const renewing = step(after(...UP), closed(4001), AROUND);
    expect(renewing[1]).toEqual([{ do: 'renew' }]);
    expect(step(renewing[0], { name: 'renewed' }, AROUND)[1]).toEqual([{ do: 'open' }]);
    const again = after(...UP, closed(4001), { name: 'renewed' }, { name: 'opened' }, closed(4001));
    expect(again.status).toEqual({ name: 'refused', why: 'expired' });
  });
  test('a token that cannot be renewed for now is tried again; one that is not valid is the end', () => {
    expect(after(...UP, closed(4001), { name: 'not_renewed', isFinal: false }).status.name).toBe('waiting');
    expect(after(...UP, closed(4001), { name: 'not_renewed', isFinal: true }).status).toEqual({ name: 'refused', why: 'expired' });
  });
});

describe('waiting', () => {
  test('doubles, up to half a minute, the half of it by chance', () => {
    expect([0, 1, 2, 20].map((n) => backoff(n, 0))).toEqual([250, 500, 1_000, 15_000]);
    expect([0, 1, 2, 20].map((n) => backoff(n, 1))).toEqual([500, 1_000, 2_000, 30_000]);
  });
  test('ends early when the network is back', () => {
    expect(step(after(...UP, closed(1006)), { name: 'wake' }, AROUND)[1]).toEqual([{ do: 'open' }]);
  });
  test('grows while connections end at once, and begins anew after one that has held', () => {
    const short = after(...UP, closed(1006), { name: 'timer' }, { name: 'opened' }, { name: 'caught_up' });
    expect(step(short, closed(1006), { now: 2_000, random: 0 })[1]).toEqual([{ do: 'wait', ms: 500 }]);
    expect(step(short, closed(1006), { now: 60_000, random: 0 })[1]).toEqual([{ do: 'wait', ms: 250 }]);
  });
  test('while live, waking asks whether the other side is there', () => {
    expect(step(after(...UP), { name: 'wake' }, AROUND)).toEqual([after(...UP), [{ do: 'probe', within: 10_000 }]]);
  });
});

describe('the browser says that the network is gone', () => {
  const lost: Happening = { name: 'network_lost' };
  test('while live, the server is asked for a quick sign of life: it may be there all the same', () => {
    expect(step(after(...UP), lost, AROUND)).toEqual([after(...UP), [{ do: 'probe', within: 2_000 }]]);
  });
  test('its silence ends the connection, which is tried again', () => {
    expect(after(...UP, lost, closed(1006)).status).toMatchObject({ name: 'waiting', why: 'network' });
  });
  test.each<Happening[][]>([[[]], [UP.slice(0, 1)], [UP.slice(0, 2)], [[...UP, closed(1006)]], [[...UP, closed(4006)]]])(
    'otherwise nothing comes of it: %j',
    (way) => {
      expect(step(after(...way), lost, AROUND)).toEqual([after(...way), []]);
    },
  );
});

test('nothing but a new start wakes what was stopped', () => {
  const stopped = after(...UP, { name: 'stop' });
  for (const name of ['wake', 'network_lost', 'timer', 'opened', 'caught_up', 'renewed'] as const) {
    expect(step(stopped, { name }, AROUND)).toEqual([stopped, []]);
  }
});

test('a reason names seconds, or nothing; never more than five minutes', () => {
  expect(['retry_after=2.5', 'bye', '', 'retry_after=99999'].map(retryAfter)).toEqual([2.5, null, null, 300]);
});
