/** What the client needs of its surroundings; tests give others. */

/** What is used of a WebSocket. */
export interface Socket {
  send(text: string): void;
  close(code?: number, reason?: string): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
}

export interface Clock {
  /** In ms since 1970. */
  now(): number;
  /** Calls once, after some ms; what is returned calls it off. */
  after(ms: number, call: () => void): () => void;
}

export interface Ports {
  clock: Clock;
  /** From 0 up to 1. */
  random(): number;
  uuid(): string;
  fetch(url: string, init: RequestInit): Promise<Response>;
  socket(): Socket;
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  /** Null where the browser has none: then there is only this tab. */
  locks: Pick<LockManager, 'request' | 'query'> | null;
}

/** Those of this browser. */
export function browserPorts(): Ports {
  const { location } = window;
  const address = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/gateway`;
  return {
    clock: {
      now: () => Date.now(),
      after: (ms, call) => {
        const timer = setTimeout(call, ms);
        return () => clearTimeout(timer);
      },
    },
    random: () => Math.random(),
    uuid: newId,
    fetch: (url, init) => fetch(url, init),
    // A WebSocket's handlers are told more than is used here.
    socket: () => new WebSocket(address) as unknown as Socket,
    storage: window.localStorage,
    locks: 'locks' in navigator ? navigator.locks : null,
  };
}

/** A UUID also where the page came by plain HTTP, and `randomUUID` is not there. */
function newId(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
