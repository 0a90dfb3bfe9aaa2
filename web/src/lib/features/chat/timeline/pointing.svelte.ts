import type { Conversation } from '../conversation.svelte';
import { act, moved } from './keyboard';
import type { Row } from './rows';

const LONG_PRESS_MS = 450;

/** What it needs of the history. */
interface Parts {
  conversation: Conversation;
  rows(): readonly Row[];
  scroller(): HTMLElement | undefined;
  scrollTo(index: number): void;
}

/** Whether a message's menu takes the place of the browser's. */
export function isForMenu(event: MouseEvent): boolean {
  const isTouch = (event as Partial<PointerEvent>).pointerType === 'touch';
  const isOwn = (event.target as Element).closest('a, img, input, textarea, select, [contenteditable], [popover]') !== null;
  return !isTouch && !isOwn && !event.shiftKey && (getSelection()?.isCollapsed ?? true);
}

/** The row that is pointed at, by a mouse, a finger or the keys: it shows its actions. */
export class Pointing {
  /** The row's key. */
  active = $state<string | null>(null);
  #press: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly parts: Parts) {}

  /** Rows that must stay in the page: the focus is in them. */
  readonly kept = $derived.by(() => {
    const index = this.active === null ? -1 : this.parts.rows().findIndex((row) => row.key === this.active);
    return index < 0 ? [] : [index];
  });

  key(event: KeyboardEvent): void {
    const { parts } = this;
    const [scroller, rows, target] = [parts.scroller(), parts.rows(), event.target as HTMLElement];
    if (target !== scroller && target.tagName !== 'ARTICLE') return;
    const at = target === scroller ? rows.length : rows.findIndex((row) => row.key === this.active);
    const to = moved(event, at, rows.length);
    if (to !== null) {
      event.preventDefault();
      if (to >= rows.length) parts.conversation.focusComposer();
      else this.#focus(to);
      return;
    }
    const message = rows[at]?.message;
    if (message !== undefined && act(event, message, parts.conversation, target)) event.preventDefault();
  }

  #focus(index: number): void {
    const { parts } = this;
    const row = parts.rows()[index];
    if (row === undefined) return;
    this.active = row.key;
    parts.scrollTo(index);
    const place = `[data-row="${CSS.escape(row.key)}"] > article`;
    requestAnimationFrame(() => parts.scroller()?.querySelector<HTMLElement>(place)?.focus({ preventScroll: true }));
  }

  /** A finger is on the row: it is meant when it stays. */
  touch(event: PointerEvent, row: Row): void {
    this.lift();
    if (event.pointerType === 'touch') this.#press = setTimeout(() => (this.active = row.key), LONG_PRESS_MS);
  }

  /** The finger is gone. */
  lift(): void {
    clearTimeout(this.#press);
  }

  /** Another row: not while the one's picker or menu is open, for they would go with it. */
  over(event: PointerEvent, row: Row): void {
    if (event.pointerType !== 'touch' && !this.#isOpen()) this.active = row.key;
  }

  #isOpen(): boolean {
    return this.parts.conversation.picking !== null || this.parts.scroller()?.querySelector(':popover-open') != null;
  }

  /** A right click, or the keyboard's key for menus: opens the message's own. Marked text, links and fields have the browser's, and a finger that stays. */
  menu(event: MouseEvent, row: Row): void {
    const { conversation } = this.parts;
    if (row.message === undefined || row.message.recalled || conversation.editing === row.message.id || !isForMenu(event)) return;
    event.preventDefault();
    this.active = row.key;
    const [{ id }, at] = [row.message, event.button === 2 ? { x: event.clientX, y: event.clientY } : null];
    const open = (): void => void (conversation.menu = { id, at });
    // Letting the button go would close what its press has opened.
    if ((event.buttons & 2) === 0) open();
    else addEventListener('pointerup', () => setTimeout(open), { once: true });
  }

  /** The pointer has left the history: what has the focus in it stays. */
  leave(): void {
    const scroller = this.parts.scroller();
    if (this.#isOpen()) return;
    if (!scroller?.contains(document.activeElement) || document.activeElement === scroller) this.active = null;
  }

  /** The focus has left the history: what the pointer is on stays. */
  blur(): void {
    if (this.#isOpen()) return;
    this.active = this.parts.scroller()?.querySelector<HTMLElement>('[data-row]:hover')?.dataset.row ?? null;
  }
}
