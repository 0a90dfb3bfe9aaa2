/** Short notices that go by themselves; read out by screen readers. */
import { explain } from './explain';

export interface Toast {
  id: number;
  text: string;
  kind: 'info' | 'error';
}

const STAY_MS = 6_000;
const AT_ONCE = 4;

let shown = $state<Toast[]>([]);
let last = 0;
let places = $state.raw<readonly object[]>([]);

/** Where they can be shown, until the returned function is called. */
export function takePlace(place: object): () => void {
  places = [...places, place];
  return () => (places = places.filter((one) => one !== place));
}

/** Whether they are shown there: what is below an open dialog is dim, and mute to screen readers. */
export function isPlace(place: object): boolean {
  return places.at(-1) === place;
}

/** Those on the screen, the oldest first. */
export function toasts(): readonly Toast[] {
  return shown;
}

/** Says something for some seconds. */
export function notify(text: string, kind: Toast['kind'] = 'info'): void {
  const id = ++last;
  shown = [...shown, { id, text, kind }].slice(-AT_ONCE);
  setTimeout(() => expire(id), STAY_MS);
}

/** What nobody can have seen stays until somebody could. */
function expire(id: number): void {
  if (document.visibilityState === 'visible') dismiss(id);
  else if (shown.some((toast) => toast.id === id)) setTimeout(() => expire(id), STAY_MS);
}

export function dismiss(id: number): void {
  shown = shown.filter((toast) => toast.id !== id);
}

/** Does something, and says it where it is refused; whether it was done. */
export async function attempt(action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    notify(explain(error), 'error');
    return false;
  }
}
