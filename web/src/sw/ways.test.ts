import { expect, test } from 'vitest';

import { obsolete, placeOf, version, way } from './ways';

const HERE = 'https://chat.example';
const asked = (path: string, mode = 'no-cors', method = 'GET') => way({ method, url: new URL(path, HERE).href, mode }, HERE);

test.each([
  ['/', 'navigate', 'page'],
  ['/?from=app', 'navigate', 'page'],
  ['/lens', 'navigate', 'pass'],
  ['/api/v1/docs', 'navigate', 'pass'],
  ['/assets/index-Bq1.js', 'no-cors', 'kept'],
  ['/icon-192.png', 'no-cors', 'kept'],
  ['/icon.svg', 'no-cors', 'kept'],
  ['/manifest.webmanifest', 'cors', 'kept'],
  ['/api/v1/users/@me', 'cors', 'pass'],
  ['/api/assets/x.js', 'cors', 'pass'],
  ['/', 'cors', 'pass'],
  ['/sw.js', 'no-cors', 'pass'],
  ['https://elsewhere.example/assets/x.js', 'no-cors', 'pass'],
])('%s by %s: %s', (path, mode, expected) => {
  expect(asked(path, mode)).toBe(expected);
});

test('what changes something is never answered from what was kept', () => {
  expect(asked('/', 'navigate', 'POST')).toBe('pass');
  expect(asked('/assets/x.js', 'cors', 'PUT')).toBe('pass');
});

test('another file makes another version, another order does not', () => {
  expect(version(['/assets/b.js', '/assets/a.js'])).toBe(version(['/assets/a.js', '/assets/b.js']));
  expect(version(['/assets/a-1.js'])).not.toBe(version(['/assets/a-2.js']));
});

test('the version before stays, older ones go, and others’ caches are left alone', () => {
  expect(obsolete(['hubbub-1', 'theirs', 'hubbub-2', 'hubbub-3'], 'hubbub-3')).toEqual(['hubbub-1']);
  expect(obsolete(['hubbub-3'], 'hubbub-3')).toEqual([]);
});

test('a notice leads into this page only', () => {
  expect(placeOf({ to: '#/c/7' })).toBe('#/c/7');
  expect([placeOf({ to: 'https://elsewhere.example' }), placeOf(null), placeOf('x')]).toEqual(['#/', '#/', '#/']);
});
