/** Sends what waits, in order, each once; keeps it until the server has it. */

import type { Id, Message } from '../model/entities';
import { Refused, type Pending, type Refusal } from './contract';
import type { Reply } from './connection';
import type { Ports } from './ports';
import * as queue from './queue';
import type { Store } from './store';
import type { Command } from '../wire/frames';

export interface OutboxParts {
  ports: Pick<Ports, 'clock' | 'uuid' | 'locks'>;
  store: Store;
  account: Id;
  ask(command: Command): Promise<Reply>;
  isLive(): boolean;
  onChange(queue: queue.Queue): void;
}

const UNKNOWN: Refusal = { code: 'garbage', message: 'The server answered something else than an acknowledgement.' };

function stripped({ notBefore: _n, isInDoubt: _d, isThere: _t, seq: _s, ...pending }: queue.Item): Pending {
  return pending;
}

/** One account's, in one tab. */
export class Outbox {
  #queue: queue.Queue = [];
  #saving: Promise<void> = Promise.resolve();
  #order = 0;
  #cancel = (): void => {};
  #tab: string;
  #isOver = false;
  #release = (): void => {};

  constructor(private readonly parts: OutboxParts) {
    this.#tab = parts.ports.uuid();
    this.#hold();
  }

  /** While this tab lives it holds a lock of its own name: so others know whose messages are theirs to send. */
  #hold(): void {
    const held = new Promise<void>((resolve) => (this.#release = resolve));
    void this.parts.ports.locks?.request(this.#lock(this.#tab), () => held);
  }

  #lock(tab: string): string {
    return `hubbub.tab.${tab}`;
  }

  get queue(): queue.Queue {
    return this.#queue;
  }

  #set(next: queue.Queue): void {
    if (next === this.#queue || this.#isOver) return;
    this.#queue = next;
    this.parts.onChange(next);
  }

  /** Queues a message once it is kept; returns its nonce. */
  send(channel_id: Id, content: string, reply_to: Id | null): string {
    const { ports } = this.parts;
    const nonce = ports.uuid();
    const pending: Pending = { nonce, channel_id, content, reply_to, created_at: ports.clock.now(), status: 'queued' };
    this.#saving = this.#saving.then(async () => {
      await this.#save(pending);
      this.#set([...this.#queue, queue.item(pending)]);
      this.pump();
    });
    return nonce;
  }

  /** Returns when all that was given so far is kept. */
  saved(): Promise<void> {
    return this.#saving;
  }

  async #save(pending: Pending): Promise<void> {
    this.#order = Math.max(this.#order + 1, this.parts.ports.clock.now());
    const { account } = this.parts;
    await this.parts.store.putQueued({ nonce: pending.nonce, account, tab: this.#tab, order: this.#order, pending });
  }

  /** Takes over what tabs that are no more have left behind. */
  async adopt(): Promise<void> {
    const { account, ports } = this.parts;
    if (ports.locks === null) return this.#adopt(new Set());
    await ports.locks.request(`hubbub.adopt.${account}`, async () => {
      const { held = [] } = (await ports.locks?.query()) ?? {};
      await this.#adopt(new Set(held.map((lock) => lock.name ?? '')));
    });
  }

  async #adopt(living: ReadonlySet<string>): Promise<void> {
    const mine = new Set(this.#queue.map((one) => one.nonce));
    const found = await this.parts.store.queued(this.parts.account);
    // Whatever clock the other tab had: what is sent from now on stands behind what it has left.
    this.#order = Math.max(this.#order, ...found.map(({ order }) => order));
    const left = found.filter(({ tab, nonce }) => tab !== this.#tab && !living.has(this.#lock(tab)) && !mine.has(nonce));
    for (const one of left) await this.parts.store.putQueued({ ...one, tab: this.#tab });
    if (left.length === 0) return;
    const items = left.map(({ pending }) => {
      const isFailed = pending.status === 'failed';
      // Whether it was on its way when the tab was closed is not known.
      return { ...queue.item(isFailed ? pending : { ...pending, status: 'queued' }), isInDoubt: !isFailed };
    });
    this.#set([...items, ...this.#queue]);
    this.pump();
  }

  /** Sends what is due. */
  pump(): void {
    this.#cancel();
    if (this.#isOver || !this.parts.isLive()) return;
    const now = this.parts.ports.clock.now();
    for (const one of queue.due(this.#queue, now)) void this.#send(one);
    const next = queue.nextTime(this.#queue, now);
    if (next !== null) this.#cancel = this.parts.ports.clock.after(next - now, () => this.pump());
  }

  async #send({ nonce, channel_id, content, reply_to }: queue.Item): Promise<void> {
    this.#set(queue.sending(this.#queue, nonce));
    const data = { channel_id, content, nonce, ...(reply_to === null ? {} : { reply_to }) };
    try {
      const reply = await this.parts.ask({ type: 'send_message', data });
      if (reply.kind !== 'ack') throw new Refused(UNKNOWN);
      void this.parts.store.dropQueued(nonce);
      this.#set(queue.acknowledged(this.#queue, nonce, reply.ack.seq));
    } catch (error) {
      this.#refused(nonce, error instanceof Refused ? error.refusal : { ...UNKNOWN, message: String(error) });
    }
    this.pump();
  }

  #refused(nonce: string, error: Refusal): void {
    this.#set(queue.refused(this.#queue, nonce, error, this.parts.ports.clock.now()));
    const now = this.#queue.find((one) => one.nonce === nonce);
    if (now?.status === 'failed') void this.#resave(now);
  }

  async #resave(now: queue.Item): Promise<void> {
    const found = (await this.parts.store.queued(this.parts.account)).find((one) => one.nonce === now.nonce);
    if (found !== undefined) await this.parts.store.putQueued({ ...found, pending: stripped(now) });
  }

  /** The connection is gone. */
  interrupted(): void {
    this.#cancel();
    this.#set(queue.interrupted(this.#queue));
  }

  /** What the timelines show is no longer pending. */
  settle(lastSeq: (channelId: Id) => number | undefined): void {
    this.#set(queue.settle(this.#queue, lastSeq));
  }

  /** Messages of one's own that a resume has brought. */
  recognise(mine: readonly Message[]): void {
    if (mine.length > 0) this.#set(queue.recognised(this.#queue, mine));
  }

  retry(nonce: string): void {
    this.#set(queue.again(this.#queue, nonce));
    this.pump();
  }

  discard(nonce: string): void {
    void this.parts.store.dropQueued(nonce);
    this.#set(queue.drop(this.#queue, nonce));
    this.pump();
  }

  /** Lets go of the lock; what is not sent stays for others. */
  close(): void {
    this.#cancel();
    this.#isOver = true;
    this.#release();
  }
}
