/** Tells the server how far one has received and read; gathers, so that a flood is one mark a second. */

import type { Input } from '../model/apply';
import type { Id } from '../model/entities';
import type { State } from '../model/state';
import type { Command } from '../wire/frames';
import type { Clock } from './ports';

const READ_MS = 300;
const DELIVERED_MS = 1_000;

interface MarksParts {
  clock: Clock;
  ask(command: Command): Promise<unknown>;
  isLive(): boolean;
}

type Kind = 'mark_read' | 'mark_delivered';

/** Positions that are still to be told; they only grow, and are told again after a connection has gone. */
class Waiting {
  #wanted = new Map<Id, number>();
  #cancel: (() => void) | null = null;

  constructor(
    private readonly kind: Kind,
    private readonly ms: number,
    private readonly parts: MarksParts,
  ) {}

  put(channelId: Id, seq: number): void {
    if (seq <= (this.#wanted.get(channelId) ?? 0)) return;
    this.#wanted.set(channelId, seq);
    this.#cancel ??= this.parts.clock.after(this.ms, () => this.flush());
  }

  flush(): void {
    this.cancel();
    if (!this.parts.isLive()) return;
    for (const [channel_id, seq] of this.#wanted) {
      const told = this.parts.ask({ type: this.kind, data: { channel_id, seq } });
      told.then(() => this.#told(channel_id, seq)).catch(() => {});
    }
  }

  #told(channelId: Id, seq: number): void {
    if (this.#wanted.get(channelId) === seq) this.#wanted.delete(channelId);
  }

  cancel(): void {
    this.#cancel?.();
    this.#cancel = null;
  }
}

export class Marks {
  readonly #read: Waiting;
  readonly #delivered: Waiting;

  constructor(parts: MarksParts) {
    this.#read = new Waiting('mark_read', READ_MS, parts);
    this.#delivered = new Waiting('mark_delivered', DELIVERED_MS, parts);
  }

  /** One has read up to and with `seq`. */
  read(channelId: Id, seq: number): void {
    this.#read.put(channelId, seq);
  }

  /** What came, as far as it is others' and was not marked before. */
  received(_: State, inputs: readonly Input[], now: State): void {
    for (const input of inputs) {
      if (!('type' in input)) continue;
      if (input.type === 'new_message') this.#has(now, input.data.channel_id, input.data.message.author.id);
      if (input.type === 'ready') for (const id of Object.keys(now.channels)) this.#has(now, id, '');
    }
  }

  #has(state: State, channelId: Id, author: Id): void {
    const channel = state.channels[channelId];
    if (channel === undefined || author === state.me?.id || channel.delivered_seq >= channel.last_seq) return;
    // Of what waits for nobody there is nothing to tell.
    if (channel.unread > 0 || author !== '') this.#delivered.put(channelId, channel.last_seq);
  }

  /** Everything at once, and what was not told when the connection went. */
  flush(): void {
    this.#read.flush();
    this.#delivered.flush();
  }

  close(): void {
    this.#read.cancel();
    this.#delivered.cancel();
  }
}
