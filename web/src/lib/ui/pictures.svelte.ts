/** Pictures need the token, so that an `<img>` cannot ask for them itself: they are fetched once and kept as blobs. */
import { SvelteMap } from 'svelte/reactivity';

import type { Rest } from '../client/contract';

const KEPT = 300;
const known = new SvelteMap<string, string | null>();

/** The picture's address in this page, null until it is there and where there is none. `tag` tells a new one from an old one. */
export function picture(rest: Rest, path: string, tag: string): string | null {
  const key = `${path}#${tag}`;
  const found = known.get(key);
  if (found === undefined) queueMicrotask(() => void fetched(rest, path, key));
  return found ?? null;
}

async function fetched(rest: Rest, path: string, key: string): Promise<void> {
  if (known.has(key)) return;
  known.set(key, null);
  const blob = await rest.blob(path).catch(() => null);
  if (blob === null) return;
  known.set(key, URL.createObjectURL(blob));
  forgetOldest();
}

function forgetOldest(): void {
  for (const [key, address] of known) {
    if (known.size <= KEPT) return;
    known.delete(key);
    if (address !== null) URL.revokeObjectURL(address);
  }
}
