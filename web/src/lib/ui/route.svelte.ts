/**
 * Where one is, in the address behind `#`: the server's own paths stay free for its dialects.
 * `#/c/7`, `#/c/7/m/42`, `#/c/7/settings/overview`, `#/people/friends`, `#/invite/CODE`, `#/s/3/settings/roles`, `#/settings/profile`,
 * `#/admin/users`.
 */
let path = $state(read());

function read(): string {
  return location.hash.replace(/^#/, '') || '/';
}

addEventListener('hashchange', () => (path = read()));

/** The parts between slashes, decoded; `#/c/7` is `['c', '7']`. */
export function route(): string[] {
  return path.split('/').filter(Boolean).map(decoded);
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

/** Goes there. `replace` leaves no step to come back to. */
export function go(to: string, how: { replace?: boolean } = {}): void {
  if (how.replace) history.replaceState(null, '', to);
  else history.pushState(null, '', to);
  path = read();
}

addEventListener('popstate', () => (path = read()));
