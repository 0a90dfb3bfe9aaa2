import { expect, test } from 'vitest';

import { body, deeds, type Person } from '../admin/person';
import { purpose } from '../admin/purposes';
import { points, pushed, rate, span } from '../admin/spark';
import { mayRemove, rank } from '../channels/rank';
import { setLanguage } from '../../ui/language.svelte';
import { centred, inside, source } from './crop';
import { device } from './device';

test('a crop stays inside of the picture', () => {
  const size = { width: 400, height: 200 };
  expect(source(size, centred(size))).toEqual({ x: 100, y: 0, side: 200 });
  expect(inside(size, { x: -50, y: 500, zoom: 2 })).toEqual({ x: 50, y: 150, zoom: 2 });
  expect(source(size, { x: 400, y: 100, zoom: 4 })).toEqual({ x: 350, y: 75, side: 50 });
});

test('a device is told by its browser and system, or by itself', () => {
  expect(device('Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36')).toEqual({ browser: 'Chrome', system: 'Linux' });
  expect(device('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1')).toEqual({ browser: 'Safari', system: 'iOS' });
  expect(device('curl/8.5')).toBe('curl/8.5');
  expect(device('')).toBeNull();
});

test('lines run from edge to edge, flat ones through the middle', () => {
  expect(points([0, 10, 5], 100, 20)).toBe('0,20 50,0 100,10');
  expect(points([3, 3], 100, 20)).toBe('0,10 100,10');
  expect(pushed([1, 2, 3], 4, 3)).toEqual([2, 3, 4]);
});

test('a rate is in a second, and nothing after a restart', () => {
  expect(rate(100, 106, 3_000)).toBe(2);
  expect(rate(100, 5, 3_000)).toBe(0);
  expect(span(90_061)).toEqual({ unit: 'days', d: 1, h: 1, m: 1, s: 1 });
});

test('administrators do nothing to themselves that they could not undo', () => {
  const person = { id: '5', admin: true, disabled: false } as Person;
  expect(deeds(person, '5')).toEqual([]);
  expect(deeds(person, '6')).toEqual(['unmake_admin', 'set_password', 'sign_out', 'disable']);
  expect(deeds({ ...person, bot: true, disabled: true }, '6')).toEqual(['sign_out', 'enable']);
  expect(deeds({ ...person, guest: true }, '6')).toEqual(['disable']);
  expect(body('set_password', 'x')).toEqual({ password: 'x' });
});

test('in groups one removes those below, never equals', () => {
  const channel = { kind: 'group', owner_id: '1' } as Parameters<typeof rank>[0];
  const member = (id: string, role: 'admin' | 'member') => ({ user: { id, username: id, display_name: id }, role, status: 'active' as const });
  expect([member('1', 'member'), member('2', 'admin'), member('3', 'member'), undefined].map((one) => rank(channel, one))).toEqual([3, 2, 1, 0]);
  expect(mayRemove(2, 2, '2', '4')).toBe(false);
  expect(mayRemove(2, 1, '2', '3')).toBe(true);
  expect(mayRemove(1, 0, '3', '4')).toBe(false);
});

test('a setting is explained in the language of the page, or else as the server does', () => {
  setLanguage('en');
  expect(purpose('port', 'Port.')).toEqual({ text: 'Port.', lang: 'en' });
  setLanguage('zh');
  expect(purpose('port', 'Port.').text).toContain('端口');
  expect(purpose('constructor', 'Newer than this page.')).toEqual({ text: 'Newer than this page.', lang: 'en' });
  setLanguage('en');
});
