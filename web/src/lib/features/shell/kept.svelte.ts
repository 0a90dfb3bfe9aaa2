/** Small things that this browser remembers: what is folded, where one was, what one has answered. */

const FOLDED = 'hubbub.folded';
const RECENT = 'hubbub.recent';
const MOST = 200;

function read(key: string): string[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(found) ? found.filter((one) => typeof one === 'string').slice(0, MOST) : [];
  } catch {
    return [];
  }
}

function write(key: string, list: readonly string[]): void {
  localStorage.setItem(key, JSON.stringify(list.slice(0, MOST)));
}

let folded = $state.raw(new Set(read(FOLDED)));
let recent = $state.raw(read(RECENT));

/** Whether a server or a category is folded. */
export function isFolded(id: string): boolean {
  return folded.has(id);
}

export function fold(id: string): void {
  const next = new Set(folded);
  if (!next.delete(id)) next.add(id);
  folded = next;
  write(FOLDED, [...next]);
}

/** Where one was, the newest first: `c/7`, `people/friends`. */
export function recents(): readonly string[] {
  return recent;
}

export function visited(place: string): void {
  if (place === '' || recent[0] === place) return;
  recent = [place, ...recent.filter((one) => one !== place)].slice(0, MOST);
  write(RECENT, recent);
}

/** Nobody is led to these again. */
export function forget(places: readonly string[]): void {
  if (!recent.some((one) => places.includes(one))) return;
  recent = recent.filter((one) => !places.includes(one));
  write(RECENT, recent);
}

/** Forgets it all. */
export function forgetKept(): void {
  folded = new Set();
  recent = [];
  for (const key of [FOLDED, RECENT]) localStorage.removeItem(key);
}
