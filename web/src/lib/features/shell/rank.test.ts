import { expect, test } from 'vitest';

import { distance, folded, ranked } from './rank';

const choice = (key: string, name: string, also: string[] = [], unread = 0) => ({ key, name, also, unread });
const all = [
  choice('c/1', 'general'),
  choice('c/2', 'web-client'),
  choice('c/3', 'Old website'),
  choice('c/4', '闲聊与灌水'),
  choice('c/5', 'Zoë', ['zoe.k']),
  choice('c/6', 'wide open blue'),
];
const keys = (query: string, recents: string[] = []): string[] => ranked(query, all, recents).map((one) => one.key);

test('the start of a name fits better than the start of a word, that better than its middle, that better than scattered letters', () => {
  expect(keys('web')).toEqual(['c/2', 'c/3', 'c/6']);
  expect(keys('client')).toEqual(['c/2']);
  expect(keys('wob')).toEqual(['c/6']);
  expect(distance('b', 'ab')).toBeGreaterThan(distance('b', 'a b') ?? 0);
});

test('Chinese names are found by any part of them, accents and width do not matter', () => {
  expect(keys('灌水')).toEqual(['c/4']);
  expect(keys('闲灌')).toEqual(['c/4']);
  expect(keys('ZOE')).toEqual(['c/5']);
  expect(folded(' Ｗｅｂ Ｚoë')).toBe('web zoe');
});

test('a user name finds a person as well', () => {
  expect(keys('.k')).toEqual(['c/5']);
});

test('without letters the places where one was last come first, then what is unread', () => {
  const some = [choice('a', 'a'), choice('b', 'b', [], 3), choice('c', 'c')];
  expect(ranked('', some, ['c', 'gone']).map((one) => one.key)).toEqual(['c', 'b', 'a']);
});

test('of two that fit alike the one where one was last comes first', () => {
  const two = [choice('x', 'alpha'), choice('y', 'alpha')];
  expect(ranked('al', two, ['y', 'x']).map((one) => one.key)).toEqual(['y', 'x']);
});

test('a list stays short, and what does not fit is not in it', () => {
  const many = Array.from({ length: 700 }, (_, index) => choice(String(index), `channel ${index}`));
  expect(ranked('channel', many, [])).toHaveLength(50);
  expect(keys('xyz')).toEqual([]);
});
