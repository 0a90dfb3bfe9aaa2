/** Finding by a few letters; pure. */

/** Something that can be gone to. `recent` is how long ago one was there, in places since then; `also` other names of it. */
export interface Candidate {
  key: string;
  name: string;
  also?: readonly string[];
  unread?: number;
}

/** Small letters without accents, full-width forms as usual ones. */
export function folded(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trim();
}

/** How well a name fits, less is better; null where it does not. Both folded. */
export function distance(query: string, name: string): number | null {
  if (query === name) return 0;
  const at = name.indexOf(query);
  if (at === 0) return 1;
  if (at > 0) return /[\s\-_./#@]/.test(name[at - 1] ?? '') ? 2 : 3;
  const gaps = scattered([...query], [...name]);
  return gaps === null ? null : 4 + gaps / 100;
}

/** How many letters lie between those of the query, which must come in their order. */
function scattered(query: readonly string[], name: readonly string[]): number | null {
  let at = -1;
  let gaps = 0;
  for (const letter of query) {
    const next = name.indexOf(letter, at + 1);
    if (next === -1) return null;
    if (at !== -1) gaps += next - at - 1;
    at = next;
  }
  return gaps;
}

function best(query: string, candidate: Candidate): number | null {
  const found = [candidate.name, ...(candidate.also ?? [])].map((name) => distance(query, folded(name)));
  const fitting = found.filter((one) => one !== null);
  return fitting.length === 0 ? null : Math.min(...fitting);
}

/**
 * Those that fit, the best first: by fit, then by when one was there last, then by what is unread.
 * Without a query everything fits. `recents` are keys, the newest first.
 */
export function ranked<C extends Candidate>(query: string, all: readonly C[], recents: readonly string[], most = 50): C[] {
  const wanted = folded(query);
  const when = new Map(recents.map((key, index) => [key, index]));
  return all
    .map((candidate) => ({ candidate, fit: wanted === '' ? 0 : best(wanted, candidate), age: when.get(candidate.key) ?? Infinity }))
    .filter((one): one is typeof one & { fit: number } => one.fit !== null)
    .sort(
      (a, b) =>
        a.fit - b.fit ||
        (a.age === b.age ? 0 : a.age - b.age) ||
        (b.candidate.unread ?? 0) - (a.candidate.unread ?? 0) ||
        a.candidate.name.length - b.candidate.name.length,
    )
    .slice(0, most)
    .map((one) => one.candidate);
}
