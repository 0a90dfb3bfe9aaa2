/** What the service worker does with a request; pure. */

/** `page`: from the server, or as it was last; `kept`: as it was kept, else from the server; `pass`: none of its business. */
export type Way = 'page' | 'kept' | 'pass';

interface Asked {
  method: string;
  url: string;
  mode: string;
}

const OURS = /^\/(assets\/.+|icon[\w-]*\.(svg|png)|manifest\.webmanifest)$/;

/** Only the page itself and its own files; never the API, nor what other clients of the server ask for. */
export function way(asked: Asked, origin: string): Way {
  const url = new URL(asked.url);
  if (asked.method !== 'GET' || url.origin !== origin) return 'pass';
  if (asked.mode === 'navigate') return url.pathname === '/' ? 'page' : 'pass';
  return OURS.test(url.pathname) ? 'kept' : 'pass';
}

/** Begins the name of each of the caches. */
const PREFIX = 'hubbub-';

/** A name for exactly these files: another version has other names in it, as each has its hash in its name. */
export function version(files: readonly string[]): string {
  let sum = 0;
  for (const letter of [...files].sort().join('\n')) sum = (Math.imul(sum, 31) + letter.charCodeAt(0)) | 0;
  return PREFIX + (sum >>> 0).toString(36);
}

/** Of the caches, the oldest first, those to be dropped: the one before stays, for pages that are still open with it. */
export function obsolete(names: readonly string[], current: string): string[] {
  return names.filter((name) => name.startsWith(PREFIX) && name !== current).slice(0, -1);
}

/** The place that a notice leads to, if it is one of this page. */
export function placeOf(data: unknown): string {
  const to = typeof data === 'object' && data !== null && 'to' in data ? data.to : undefined;
  return typeof to === 'string' && to.startsWith('#/') ? to : '#/';
}
