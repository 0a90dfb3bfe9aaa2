import { expect, test } from 'vitest';

import { inOrder, moved, renumbered } from './order';

const placed = (...positions: number[]) => positions.map((position, n) => ({ id: String(n + 1), position }));

test('by position, equals by age', () => {
  expect(inOrder([{ id: '10', position: 1 }, { id: '9', position: 1 }, { id: '3', position: 0 }]).map(({ id }) => id)).toEqual(['3', '9', '10']);
});

test('one thing is moved, the others stay in their order', () => {
  expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
  expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
});

test('only what has to change gets another position', () => {
  expect(renumbered(moved(placed(3, 5, 9), 0, 1))).toEqual([
    { id: '2', position: 3 },
    { id: '1', position: 5 },
  ]);
  expect(renumbered(placed(1, 2, 3))).toEqual([]);
});

test('equals get positions of their own', () => {
  const all = placed(0, 0, 0);
  const changes = new Map(renumbered(moved(all, 2, 0)).map(({ id, position }) => [id, position]));
  const after = all.map((one) => ({ ...one, position: changes.get(one.id) ?? one.position }));
  expect(inOrder(after).map(({ id }) => id)).toEqual(['3', '1', '2']);
});
