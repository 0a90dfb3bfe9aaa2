/** Slow mode as this page knows it: counts down from what was sent here, by the page's own clock. */
export class SlowMode {
  /** Whole seconds until one may write again. */
  left = $state(0);
  #until = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** A message has gone out: `seconds` until the next. */
  begin(seconds: number): void {
    this.#until = performance.now() + seconds * 1_000;
    this.left = seconds;
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#tick(), 250);
  }

  #tick(): void {
    this.left = Math.max(0, Math.ceil((this.#until - performance.now()) / 1_000));
    if (this.left === 0) this.stop();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
