/** Drives the state machine over a WebSocket: opens, says hello, listens, asks, keeps alive. */

import type { Id } from '../model/entities';
import type { Ready, ServerEvent } from '../model/events';
import { decode, encode, type Ack, type Command, type Incoming, type Ref } from '../wire/frames';
import { Refused, type ConnectionStatus, type Refusal } from './contract';
import { ANSWER_MS, IDLE, step, type Happening, type Machine, type Todo } from './machine';
import type { Ports, Socket } from './ports';
import type { Renewal } from './tokens';

/** The most channels that one resume may name. */
const POSITIONS = 1_000;
/** How long the answer to a command may take, in ms. */
const COMMAND_MS = 20_000;
const HEARTBEAT_MS = 30_000;
/** From opening until everything missed is here. */
const BEGIN_MS = 30_000;

export interface Listener {
  onStatus(status: ConnectionStatus): void;
  onEvent(event: ServerEvent): void;
  /** What could not be read; for the console. */
  onGarbage(why: string): void;
  /** Channel → position, of what a resume should go on from. */
  positions(): Record<Id, number>;
}

export type Reply = { kind: 'ack'; ack: Ack } | { kind: 'ok'; data: unknown };

interface Asked {
  resolve(reply: Reply): void;
  reject(refused: Refused): void;
  cancel(): void;
}

const NO_ANSWER: Refusal = { code: 'network', message: 'There is no connection to the server.' };
const HELLO = 'hello';

/** One person's connection. */
export class Connection {
  #machine: Machine = IDLE;
  #socket: Socket | null = null;
  #cancelRetry = (): void => {};
  #cancelBegin = (): void => {};
  #cancelHeartbeat = (): void => {};
  #cancelZombie: (() => void) | null = null;
  /** When the answer to the heartbeat is due, in ms; only meant while one is. */
  #dueAt = 0;
  #refs = 0;
  #asked = new Map<Ref, Asked>();
  /** Position → what was said in `connect`; until each has its `sync` it is not caught up. */
  #sent: Record<Id, number> = {};
  #awaited = new Set<Id>();
  #versions: Record<Id, number> = {};
  #heartbeatMs = HEARTBEAT_MS;

  constructor(
    private readonly ports: Pick<Ports, 'clock' | 'random' | 'socket'>,
    private readonly renewal: Renewal,
    private readonly listener: Listener,
  ) {}

  get status(): ConnectionStatus {
    return this.#machine.status;
  }

  start(): void {
    this.#happens({ name: 'start' });
  }

  stop(): void {
    this.#happens({ name: 'stop' });
  }

  /** The network is back, the page is looked at again, or a person asks. */
  wake(): void {
    this.#happens({ name: 'wake' });
  }

  /** The browser says that the network is gone. */
  networkLost(): void {
    this.#happens({ name: 'network_lost' });
  }

  /** A command's answer; throws `Refused`, with `network` when the connection goes before it comes. */
  ask(command: Command): Promise<Reply> {
    if (this.#socket === null || this.status.name !== 'live') return Promise.reject(new Refused(NO_ANSWER));
    const ref = ++this.#refs;
    const text = encode(command, ref);
    return new Promise((resolve, reject) => {
      const cancel = this.ports.clock.after(COMMAND_MS, () => this.#fail(ref, { ...NO_ANSWER, message: 'The server did not answer in time.' }));
      this.#asked.set(ref, { resolve, reject, cancel });
      this.#send(text);
    });
  }

  // -- the machine ------------------------------------------------------------------------------------

  #happens(happening: Happening): void {
    const around = { now: this.ports.clock.now(), random: this.ports.random() };
    const before = this.#machine;
    const [machine, todo] = step(before, happening, around);
    this.#machine = machine;
    if (machine.status.name !== 'waiting' || before.status !== machine.status) this.#cancelRetry();
    for (const one of todo) this.#does(one);
    if (machine.status !== before.status) this.listener.onStatus(machine.status);
  }

  #does(todo: Todo): void {
    switch (todo.do) {
      case 'open':
        return this.#open();
      case 'connect':
        return void this.#hello();
      case 'close':
        return this.#drop();
      case 'renew':
        return void this.#renew();
      case 'wait':
        this.#cancelRetry = this.ports.clock.after(todo.ms, () => this.#happens({ name: 'timer' }));
        return;
      case 'probe':
        return this.#beat(todo.within);
    }
  }

  async #renew(): Promise<void> {
    const outcome = await this.renewal.renew();
    this.#happens(outcome === 'renewed' ? { name: 'renewed' } : { name: 'not_renewed', isFinal: outcome === 'refused' });
  }

  // -- the socket -------------------------------------------------------------------------------------

  #open(): void {
    this.#drop();
    const socket = this.ports.socket();
    this.#socket = socket;
    socket.onopen = () => this.#happens({ name: 'opened' });
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = ({ code, reason }) => this.#closed(socket, code, reason);
    this.#cancelBegin = this.ports.clock.after(BEGIN_MS, () => this.#abandon());
  }

  async #hello(): Promise<void> {
    const socket = this.#socket;
    const token = await this.renewal.current();
    if (socket === null || socket !== this.#socket) return;
    if (token === null) return this.#closed(socket, 4001, '');
    const entries = Object.entries(this.listener.positions());
    this.#sent = Object.fromEntries(entries.slice(0, POSITIONS));
    this.#send(encode({ type: 'connect', data: { token, positions: this.#sent } }, HELLO));
  }

  #send(text: string): void {
    try {
      this.#socket?.send(text);
    } catch {
      this.#abandon();
    }
  }

  /** The other side is gone, whatever the socket believes. */
  #abandon(): void {
    const socket = this.#socket;
    if (socket !== null) this.#closed(socket, 1006, '');
  }

  #closed(socket: Socket, code: number, reason: string): void {
    if (socket !== this.#socket) return;
    this.#drop();
    this.#happens({ name: 'closed', code, reason });
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#cancelBegin();
    this.#cancelHeartbeat();
    this.#cancelZombie?.();
    this.#cancelZombie = null;
    if (socket !== null) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close(1000);
    }
    for (const ref of [...this.#asked.keys()]) this.#fail(ref, NO_ANSWER);
  }

  #fail(ref: Ref, refusal: Refusal): void {
    const asked = this.#asked.get(ref);
    this.#asked.delete(ref);
    asked?.cancel();
    asked?.reject(new Refused(refusal));
  }

  // -- keeping alive ----------------------------------------------------------------------------------

  #beat(within = ANSWER_MS): void {
    this.#cancelHeartbeat();
    this.#cancelHeartbeat = this.ports.clock.after(this.#heartbeatMs, () => this.#beat());
    const dueAt = this.ports.clock.now() + within;
    const isAsked = this.#cancelZombie !== null;
    // An answer that is awaited already may become due sooner, never later.
    if (isAsked && this.#dueAt <= dueAt) return;
    this.#cancelZombie?.();
    this.#dueAt = dueAt;
    this.#cancelZombie = this.ports.clock.after(within, () => this.#abandon());
    if (!isAsked) this.#send(encode({ type: 'heartbeat' }));
  }

  #isAlive(): void {
    this.#cancelZombie?.();
    this.#cancelZombie = null;
  }

  // -- frames -----------------------------------------------------------------------------------------

  #receive(payload: unknown): void {
    const frame = decode(payload);
    switch (frame.kind) {
      case 'heartbeat_ack':
        return this.#isAlive();
      case 'event':
        return this.#event(frame.event);
      case 'error':
        return frame.ref === HELLO ? this.#refusedHello(frame) : this.#fail(frame.ref, frame.error);
      case 'garbage':
        this.listener.onGarbage(frame.why);
        return this.#fail(frame.ref, { code: 'garbage', message: frame.why });
      case 'unknown':
        return;
      default:
        return this.#answer(frame);
    }
  }

  #answer(frame: Extract<Incoming, { kind: 'ack' | 'ok' }>): void {
    const asked = this.#asked.get(frame.ref);
    this.#asked.delete(frame.ref);
    asked?.cancel();
    asked?.resolve(frame);
  }

  #event(event: ServerEvent): void {
    if (event.type === 'ready') return this.#ready(event.data);
    this.listener.onEvent(event);
    if (event.type === 'sync') this.#caughtUp(event.data.channel_id);
  }

  #ready(data: Ready): void {
    const channels = [...data.channels, ...data.servers.flatMap((server) => server.channels)];
    this.#versions = Object.fromEntries(channels.map(({ id, version }) => [id, version]));
    const behind = Object.keys(this.#sent).filter((id) => this.#versions[id] !== this.#sent[id]);
    const unsaid = Object.keys(this.listener.positions()).filter((id) => !(id in this.#sent));
    this.#awaited = new Set(behind);
    this.#heartbeatMs = Math.max(1_000, data.heartbeat_interval);
    this.listener.onEvent({ type: 'ready', data });
    for (const id of unsaid) this.#unknown(id);
    this.#beat();
    this.#caughtUp(null);
  }

  /** What is kept of a channel can't be gone on from. */
  #unknown(channel_id: Id): void {
    const to = this.#versions[channel_id];
    if (to === undefined) return;
    this.listener.onEvent({ type: 'sync', data: { channel_id, from: 0, to, messages: [], members: [], limited: true } });
  }

  #refusedHello({ error }: Extract<Incoming, { kind: 'error' }>): void {
    if (error.channel_id !== undefined) {
      this.#unknown(error.channel_id);
      return this.#caughtUp(error.channel_id);
    }
    // Of a token that is not valid the close tells: 4001.
    if (error.code !== 'unauthorized') this.#happens({ name: 'put_off', retryAfter: error.retry_after ?? 5 });
  }

  #caughtUp(channelId: Id | null): void {
    if (channelId !== null) this.#awaited.delete(channelId);
    if (this.#awaited.size > 0 || this.status.name !== 'syncing') return;
    this.#cancelBegin();
    this.#happens({ name: 'caught_up' });
  }
}
