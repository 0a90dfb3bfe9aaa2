import { expect, test } from 'vitest';

import { notice, PATIENCE_MS } from './status';

const moment = { stale: true, network: true, now: 10_000, since: 0 };
const waiting = { name: 'waiting', retryAt: 15_200, why: 'draining' } as const;

test('nothing is said while all is well, nor of a connection that is made at once', () => {
  expect(notice({ name: 'live' }, moment)).toBeNull();
  expect(notice({ name: 'connecting' }, { ...moment, since: moment.now - PATIENCE_MS + 1 })).toBeNull();
  expect(notice({ name: 'connecting' }, moment)?.key).toBe('connecting');
  expect(notice({ name: 'syncing' }, moment)?.key).toBe('syncing');
});

test('waiting says why, and for how long', () => {
  expect(notice(waiting, moment)).toEqual({ tone: 'warn', key: 'waiting_draining', seconds: 6, action: 'try' });
  expect(notice({ ...waiting, why: 'network' }, moment)?.key).toBe('waiting_stale');
  expect(notice({ ...waiting, why: 'network' }, { ...moment, stale: false })?.key).toBe('waiting_network');
});

test('a clock that jumps by hours makes nobody wait for hours', () => {
  expect(notice(waiting, { ...moment, now: -7_200_000 })?.seconds).toBe(120);
  expect(notice(waiting, { ...moment, now: 7_200_000 })?.seconds).toBe(1);
});

test('without a network it says so, and whether what is shown is old', () => {
  expect(notice(waiting, { ...moment, network: false })?.key).toBe('offline_stale');
  expect(notice({ name: 'offline' }, { ...moment, stale: false })?.key).toBe('offline');
});

test.each([
  ['expired', 'sign_in'],
  ['signed_out', 'sign_in'],
  ['too_big', 'reload'],
  ['malformed', 'reload'],
] as const)('refused because of %s offers to %s', (why, action) => {
  expect(notice({ name: 'refused', why }, moment)).toEqual({ tone: 'bad', key: `refused_${why}`, action });
});
