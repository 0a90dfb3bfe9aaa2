import { flushSync } from 'svelte';

import { steps, type Row } from './rows';

const TOGETHER_MS = 100;

/** The rows as the virtualiser is given them: in steps that it can follow, and not more often than typing bears. */
export class List {
  rows = $state.raw<Row[]>([]);
  /** The rows change at their start. */
  shift = $state(false);
  /** Another one for rows that have nothing in common with those before. */
  generation = $state(0);
  #waiting = false;
  #updated = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #frame = 0;

  /** `read` gives the rows as they are now; `changed` is called after each change. */
  constructor(
    readonly read: () => Row[],
    readonly changed: () => void,
  ) {}

  /** One message is shown at once; of many, those of a tenth of a second together, so that typing keeps its time. */
  schedule(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    const ms = Math.max(0, this.#updated + TOGETHER_MS - performance.now());
    this.#timer = setTimeout(() => (this.#frame = requestAnimationFrame(() => this.#later())), ms);
  }

  #later(): void {
    this.#waiting = false;
    this.update();
    this.#updated = performance.now();
  }

  /** Now. */
  update(): void {
    const next = this.read();
    const way = steps(this.rows, next);
    if (way === null) this.generation += 1;
    for (const step of way ?? [{ rows: next, shift: false }]) {
      this.rows = step.rows;
      this.shift = step.shift;
      flushSync();
    }
    this.shift = false;
    this.changed();
  }

  /** Nothing changes any more. */
  stop(): void {
    clearTimeout(this.#timer);
    cancelAnimationFrame(this.#frame);
  }
}
