/**
 * Where one is, in the address behind `#`: the server's own paths stay free for its dialects.
 * `#/c/7`, `#/c/7/m/42`, `#/c/7/settings/overview`, `#/people/friends`, `#/invite/CODE`, `#/s/3/settings/roles`, `#/settings/profile`,
 * `#/admin/users`.
 */
let path = $state(read());
/** Where one talked last, for the way back from a page of settings; what is done once is no place. */
let place = $state(isPlace(read()) ? read() : '/');

/** Whether one is where one is without having asked for it. */
let led = false;

type Guard = (proceed: () => void) => boolean;
const guards = new Set<Guard>();

function read(): string {
  return location.hash.replace(/^#/, '') || '/';
}

function isPlace(at: string): boolean {
  return !/^\/(settings|admin|claim)(\/|$)|\/settings(\/|$)/.test(at);
}

function arrived(): void {
  path = read();
  if (isPlace(path)) place = path;
}

/** By a link or the browser's own buttons: the address has changed already, and goes back where one stays. */
function moved(): void {
  const wanted = read();
  if (wanted === path) return;
  led = false;
  if (held(`#${wanted}`)) history.pushState(null, '', `#${path}`);
  else arrived();
}

addEventListener('hashchange', moved);
addEventListener('popstate', moved);

function held(to: string): boolean {
  return [...guards].some((guard) =>
    guard(() => {
      guards.delete(guard);
      go(to);
    }),
  );
}

/**
 * Asks before one leaves, until the returned function is called. `stays` says whether one stays for now, and may call
 * `proceed` later.
 */
export function onLeave(stays: Guard): () => void {
  guards.add(stays);
  return () => guards.delete(stays);
}

/** The parts between slashes, decoded; `#/c/7` is `['c', '7']`. Nothing is called what every object has: those are `~`. */
export function route(): string[] {
  return path
    .split('/')
    .filter(Boolean)
    .map(decoded)
    .map((part) => (part in Object.prototype ? '~' : part));
}

/** The address of the last place that was no settings: where "back" leads. */
export function lastPlace(): string {
  return `#${place}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The address of a place, for links. */
export function href(...parts: string[]): string {
  return `#/${parts.map(encodeURIComponent).join('/')}`;
}

/** For what takes a while: goes there afterwards, unless one has gone elsewhere by oneself meanwhile. */
export function goLater(): typeof go {
  const from = path;
  return (to, how) => {
    if (path === from || led) go(to, how);
  };
}

/** Whether one was led to where one is. */
export function wasLed(): boolean {
  return led;
}

/** Goes there. `replace` leaves no step to come back to; `led`: not because one asked for it. */
export function go(to: string, how: { replace?: boolean; led?: boolean } = {}): void {
  if (to !== `#${path}` && held(to)) return;
  led = how.led ?? false;
  if (how.replace) history.replaceState(null, '', to);
  else history.pushState(null, '', to);
  arrived();
}
