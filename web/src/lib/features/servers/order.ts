/** Putting things into another order by their positions. */
import type { Id } from '../../model/entities';
import { byPosition } from '../../model/order';

export interface Placed {
  id: Id;
  position: number;
}

/** As the server shows them: by position, equals by age. */
export function inOrder<T extends Placed>(all: readonly T[]): T[] {
  return all.toSorted(byPosition);
}

/** The same list with one thing moved. */
export function moved<T>(all: readonly T[], from: number, to: number): T[] {
  const rest = all.filter((_, n) => n !== from);
  return [...rest.slice(0, to), ...all.slice(from, from + 1), ...rest.slice(to)];
}

/** Which positions have to change so that things stand in the given order: as few as can be, in one direction. */
export function renumbered(wanted: readonly Placed[]): Placed[] {
  const free = wanted.map((one) => one.position).toSorted((a, b) => a - b);
  const places: number[] = [];
  for (const at of free) places.push(Math.max(at, (places.at(-1) ?? -1) + 1));
  return wanted.map((one, n) => ({ id: one.id, position: places[n] ?? n })).filter((one, n) => one.position !== wanted[n]?.position);
}
