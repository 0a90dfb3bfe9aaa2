import { beforeEach, expect, test } from 'vitest';

import { picked, search, type Emoji } from './emoji';

const emoji = (sign: string, order: number, name: string, codes: string[], words: string): Emoji => ({ emoji: sign, group: 0, order, name, codes, words });
const all = [
  emoji('💘', 1, '心中箭了', ['cupid'], 'heart with arrow 心中箭了 红心'),
  emoji('🥰', 2, '喜笑颜开', ['smiling_face_with_three_hearts'], 'hearts 喜笑颜开 心 爱慕'),
  emoji('😍', 3, '花痴', ['heart_eyes'], 'heart_eyes 花痴'),
  emoji('❤️', 4, '红心', ['heart'], 'red heart heart 红心 心 爱'),
  emoji('🥬', 5, '绿叶蔬菜', ['leafy_green'], 'leafy green 卷心菜'),
];
const found = (query: string): string => search(all, query, 9).map((each) => each.emoji).join(' ');

beforeEach(() => localStorage.clear());

test('what has the whole word comes before names that begin so, and what is used before what is not', () => {
  expect(found('心')).toBe('❤️ 🥰 💘 🥬');
  picked('🥰');
  expect(found('心')).toBe('🥰 ❤️ 💘 🥬');
});

test('what is called just so is the first', () => {
  picked('😍');
  expect(found('heart')).toBe('❤️ 💘 😍 🥰');
  expect(found('Heart')).toBe('❤️ 💘 😍 🥰');
});

test('every word must fit', () => {
  expect(found('red heart')).toBe('❤️');
  expect(found('red cupid')).toBe('');
});
