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

  over(event: PointerEvent, row: Row): void {
    if (event.pointerType !== 'touch') this.active = row.key;
  }

  /** Not while the row's picker or menu is open: they would go with it. */
  leave(): void {
    const scroller = this.parts.scroller();
    if (scroller?.querySelector(':popover-open') || this.parts.conversation.picking !== null || scroller?.matches(':hover:focus-within')) return;
    if (!scroller?.contains(document.activeElement) || document.activeElement === scroller) this.active = null;
  }
}
