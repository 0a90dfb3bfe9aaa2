/** Shortcuts of the whole page; pure but for the platform's name of the key. */

export type Shortcut = 'switcher' | 'help' | 'next' | 'previous' | 'next_unread' | 'previous_unread';

const apple = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '');

/** What the key is called that goes with shortcuts here. */
export function modifier(): string {
  return apple ? '⌘' : 'Ctrl';
}

/** The key of the switcher, with the one above. */
export const SWITCHER = 'K';

type Pressed = Pick<KeyboardEvent, 'key' | 'altKey' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'isComposing'>;

/** What a key press asks for; null for all others, and while an input method composes. */
export function shortcut(event: Pressed): Shortcut | null {
  if (event.isComposing) return null;
  const control = event.ctrlKey || event.metaKey;
  if (control && !event.altKey && !event.shiftKey) {
    if (event.key.toUpperCase() === SWITCHER) return 'switcher';
    return event.key === '/' ? 'help' : null;
  }
  if (!event.altKey || control) return null;
  if (event.key === 'ArrowDown') return event.shiftKey ? 'next_unread' : 'next';
  if (event.key === 'ArrowUp') return event.shiftKey ? 'previous_unread' : 'previous';
  return null;
}
