/** Surroundings of the client under a test's control: a clock that is moved by hand, sockets without a network. */

import type { Clock, Ports, Socket } from '../client/ports';

/** Time goes on only by `advance`. */
export class FakeClock implements Clock {
  #now = 1_000_000;
  #calls: { at: number; call: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, call: () => void): () => void {
    const row = { at: this.#now + ms, call };
    this.#calls.push(row);
    return () => {
      this.#calls = this.#calls.filter((other) => other !== row);
    };
  }

  /** Moves on, calls what is due in its order, and lets promises go on in between. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await settle();
      const due = this.#calls.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)[0];
      if (due === undefined) break;
      this.#calls = this.#calls.filter((row) => row !== due);
      this.#now = Math.max(this.#now, due.at);
      due.call();
    }
    this.#now = end;
    await settle();
  }
}

/** Lets everything run that waits for promises, and for an IndexedDB in memory. */
export async function settle(): Promise<void> {
  for (let n = 0; n < 6; n++) await new Promise<void>((resolve) => setImmediate(resolve));
}

interface Frame {
  type: string;
  ref?: string | number;
  data: Record<string, never>;
}

/** A socket whose other side is the test. */
export class FakeSocket implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  sent: Frame[] = [];
  isClosed = false;
  /** Called with each frame that the client sends. */
  onFrame: (frame: Frame) => void = () => {};

  send(text: string): void {
    const frame = JSON.parse(text) as Frame;
    this.sent.push(frame);
    this.onFrame(frame);
  }
  close(): void {
    this.isClosed = true;
  }
  tell(type: string, data: unknown = {}, ref?: string | number): void {
    this.onmessage?.({ data: JSON.stringify({ type, data, ref }) });
  }
  end(code: number, reason = ''): void {
    this.onclose?.({ code, reason });
  }
}

/** Storage in memory, as several tabs share it. */
export function fakeStorage(): Ports['storage'] {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

/** Locks as browsers have them: one holder at a time, in the order in which they asked. */
export class FakeLocks {
  #last = new Map<string, Promise<unknown>>();
  #held = new Set<string>();

  request = (async (name: string, work: () => Promise<unknown>) => {
    const before = this.#last.get(name) ?? Promise.resolve();
    const turn = before.then(async () => {
      this.#held.add(name);
      try {
        return await work();
      } finally {
        this.#held.delete(name);
      }
    });
    this.#last.set(name, turn.catch(() => {}));
    return turn;
  }) as LockManager['request'];

  query = async () => ({ held: [...this.#held].map((name) => ({ name })), pending: [] });
}
