/** Gathers what comes, and hands it on once per frame: 200 messages a second are 60 changes a second at most. */

/** Calls once, soon; in a hidden page frames do not come, so a timer does. */
export type Schedule = (call: () => void) => void;

const HIDDEN_MS = 50;

/** By frames of the page. */
export function byFrame(call: () => void): void {
  if (document.visibilityState === 'hidden') setTimeout(call, HIDDEN_MS);
  else requestAnimationFrame(() => call());
}

/** Hands on in the order in which it was put in. */
export class Batch<T> {
  #waiting: T[] = [];

  constructor(
    private readonly schedule: Schedule,
    private readonly hand: (all: T[]) => void,
  ) {}

  put(one: T): void {
    this.#waiting.push(one);
    if (this.#waiting.length === 1) this.schedule(() => this.flush());
  }

  /** Now. */
  flush(): void {
    const all = this.#waiting;
    this.#waiting = [];
    if (all.length > 0) this.hand(all);
  }
}
