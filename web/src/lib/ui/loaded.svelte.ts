import { explain } from './explain';

/** Something that is asked of the server: not there yet, there, or why not. A later question's answer wins. */
export class Loaded<T> {
  value = $state.raw<T>();
  error = $state<string>();
  busy = $state(false);
  #ask: () => Promise<T>;
  #turn = 0;

  constructor(ask: () => Promise<T>) {
    this.#ask = ask;
  }

  /** Asks, or asks again; what is there stays until the answer. */
  async load(): Promise<void> {
    const turn = ++this.#turn;
    this.busy = true;
    try {
      const found = await this.#ask();
      if (turn === this.#turn) [this.value, this.error] = [found, undefined];
    } catch (error) {
      if (turn === this.#turn) this.error = explain(error);
    } finally {
      if (turn === this.#turn) this.busy = false;
    }
  }
}
