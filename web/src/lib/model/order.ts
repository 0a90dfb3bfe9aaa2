/** How things stand one after another. */

import type { Id } from './entities';

/** Ids are numbers in text: a longer one is greater. A smaller id is older. */
export function byAge(one: { id: Id }, other: { id: Id }): number {
  return one.id.length - other.id.length || (one.id < other.id ? -1 : Number(one.id > other.id));
}

/** As the server shows them: by position, equals by age. */
export function byPosition(one: { id: Id; position: number }, other: { id: Id; position: number }): number {
  return one.position - other.position || byAge(one, other);
}
