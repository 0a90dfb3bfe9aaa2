/** One account, connected: what it knows, what waits to be sent, how far it has read. */

import { Connection } from '../client/connection';
import type { ConnectionStatus } from '../client/contract';
import { Drafts } from '../client/drafts';
import { keep, recall } from '../client/keep';
import { Marks } from '../client/marks';
import { Outbox } from '../client/outbox';
import type { Ports } from '../client/ports';
import type { Queue } from '../client/queue';
import { RestClient } from '../client/rest';
import type { Store } from '../client/store';
import type { Logins } from '../client/tokens';
import type { Answer, AnswerData, AnswerName } from '../model/answers';
import { applyAll, type Input } from '../model/apply';
import type { Id, Message } from '../model/entities';
import type { ServerEvent } from '../model/events';
import { gone, type Gone } from '../model/gone';
import { EMPTY, type State } from '../model/state';
import { Batch, type Schedule } from './batch';
import { Followers } from './followers';
import { History } from './history';
import { Levels } from './levels.svelte';
import { Preferences } from './preferences.svelte';

const KEEP_MS = 5_000;
const TICK_MS = 1_000;
/** So long before a token ends another one is asked for, in ms; up to twice. */
const RENEWAL_MS = 120_000;
/** So many of the places that have gone are known at most. */
const GONE = 500;
const SOONEST_MS = 10_000;
const LATEST_MS = 6 * 3_600_000;

export interface SessionParts {
  ports: Ports;
  store: Store;
  logins: Logins;
  schedule: Schedule;
  /** The server no longer takes this account's tokens. */
  onSignedOut(): void;
}

export class Session {
  state: State = $state.raw(EMPTY);
  status: ConnectionStatus = $state.raw({ name: 'offline' });
  /** What is shown is from the last time. */
  isStale = $state(true);
  queue: Queue = $state.raw([]);
  drafts: Readonly<Record<Id, string>> = $state.raw({});
  /** What has gone since this page was opened, the latest last. */
  gone: readonly Gone[] = $state.raw([]);

  readonly rest: RestClient;
  readonly connection: Connection;
  readonly outbox: Outbox;
  readonly #drafts: Drafts;
  readonly history: History;
  readonly marks: Marks;
  readonly preferences: Preferences;
  readonly levels: Levels;
  readonly followers: Followers;
  readonly #batch: Batch<Input>;
  #isOver = false;
  #cancelKeep: (() => void) | null = null;
  #cancelTick: (() => void) | null = null;
  #cancelRenewal: (() => void) | null = null;

  constructor(
    readonly account: Id,
    readonly parts: SessionParts,
  ) {
    const { ports, store, logins, schedule } = parts;
    const renewal = logins.of(account);
    this.rest = new RestClient(ports, renewal, parts.onSignedOut);
    this.#batch = new Batch(schedule, (inputs) => this.#apply(inputs));
    const listener = {
      onStatus: (status: ConnectionStatus) => this.#onStatus(status),
      onEvent: (event: ServerEvent) => this.#batch.put(event),
      onGarbage: (why: string) => console.warn('hubbub: passed over a frame:', why),
      positions: () => this.#positions(),
    };
    this.connection = new Connection(ports, renewal, listener);
    const ask = this.connection.ask.bind(this.connection);
    const isLive = () => this.status.name === 'live';
    this.outbox = new Outbox({ ports, store, account, ask, isLive, onChange: (queue) => (this.queue = queue) });
    this.#drafts = new Drafts(ports.storage, store, account);
    this.marks = new Marks({ clock: ports.clock, ask, isLive });
    this.history = new History(this);
    this.preferences = new Preferences(this);
    this.levels = new Levels(this);
    this.followers = new Followers(this);
  }

  /** Shows what was kept, then connects. */
  async begin(): Promise<void> {
    const { store } = this.parts;
    const [known, drafts] = await Promise.all([recall(store, this.account), this.#drafts.recall()]);
    if (this.#isOver) return;
    // What was begun meanwhile counts more than what was kept.
    this.drafts = { ...drafts, ...this.drafts };
    if (known !== null && this.state.me === null) this.state = known;
    await this.preferences.recall();
    await this.outbox.adopt();
    if (!this.#isOver) this.connection.start();
  }

  /** Positions of what is kept whole. */
  #positions(): Record<Id, number> {
    this.#batch.flush();
    const { positions, timelines, members } = this.state;
    return Object.fromEntries(Object.entries(positions).filter(([id]) => id in timelines || id in members));
  }

  /** Puts an answer into the state, after the events that came before it. */
  tell<N extends AnswerName>(answer: N, data: AnswerData<N>): void {
    this.#batch.flush();
    // The two belong together by the signature; a union can't say that of a type parameter.
    this.#apply([{ answer, data } as unknown as Answer]);
  }

  /** An event of one's own making, such as that one has read. */
  pretend(event: ServerEvent): void {
    this.#batch.flush();
    this.#apply([event]);
  }

  #apply(inputs: Input[]): void {
    if (this.#isOver) return;
    const before = this.state;
    this.state = applyAll(before, inputs, this.parts.ports.clock.now());
    const lost = gone(before, inputs, this.state);
    if (lost.length > 0) this.gone = [...this.gone, ...lost].slice(-GONE);
    this.outbox.recognise(inputs.flatMap((input) => this.#mine(input)));
    this.outbox.settle((id) => this.state.channels[id]?.last_seq);
    this.marks.received(before, inputs, this.state);
    this.followers.follow(before, inputs);
    if (this.state !== before) this.#keepSoon();
    this.#tickSoon();
  }

  /** What a resume has brought of what one said oneself. */
  #mine(input: Input): Message[] {
    if (!('type' in input) || input.type !== 'sync') return [];
    return input.data.messages.filter((message) => message.author.id === this.account);
  }

  #onStatus(status: ConnectionStatus): void {
    this.#batch.flush();
    this.status = status;
    if (status.name === 'live') this.#onLive();
    else this.outbox.interrupted();
    if (status.name === 'refused' && status.why !== 'too_big' && status.why !== 'malformed') this.parts.onSignedOut();
  }

  #onLive(): void {
    this.isStale = false;
    this.marks.flush();
    this.#renewInTime();
    void this.outbox.adopt().then(() => this.outbox.pump());
    this.outbox.pump();
    this.followers.onLive();
  }

  #keepSoon(): void {
    this.#cancelKeep ??= this.parts.ports.clock.after(KEEP_MS, () => {
      this.#cancelKeep = null;
      void this.keepNow();
    });
  }

  /** A connection ends with its token: another one in time keeps it open. */
  #renewInTime(): void {
    this.#cancelRenewal?.();
    const { ports, logins } = this.parts;
    const login = logins.find(this.account);
    if (login === null || this.#isOver) return;
    // Tabs do not all ask in the same moment: the first one's tokens are the others' too.
    const early = RENEWAL_MS * (1 + ports.random());
    const ms = Math.min(Math.max(login.expires_at - early - ports.clock.now(), SOONEST_MS), LATEST_MS);
    this.#cancelRenewal = ports.clock.after(ms, () => void this.#renew(login.expires_at));
  }

  async #renew(expires: number): Promise<void> {
    const { logins, ports } = this.parts;
    const login = logins.find(this.account);
    const isDue = login !== null && login.expires_at === expires && expires - 2 * RENEWAL_MS <= ports.clock.now();
    const outcome = isDue ? await logins.renew(this.account) : 'renewed';
    if (outcome === 'refused') this.parts.onSignedOut();
    else this.#renewInTime();
  }

  /** Keeps what is known now, such as when the page is hidden. */
  async keepNow(): Promise<void> {
    if (this.state.me !== null && !this.#isOver) await keep(this.parts.store, this.account, this.state);
  }

  #tickSoon(): void {
    if (this.#cancelTick !== null || Object.keys(this.state.typing).length === 0) return;
    this.#cancelTick = this.parts.ports.clock.after(TICK_MS, () => {
      this.#cancelTick = null;
      this.tell('tick', {});
      this.#tickSoon();
    });
  }

  /** Keeps a draft, and shows it. */
  setDraft(channelId: Id, text: string): void {
    if ((this.drafts[channelId] ?? '') === text) return;
    this.drafts = { ...this.drafts, [channelId]: text };
    this.#drafts.put(channelId, text);
  }

  /** Ends it; nothing comes from it any more. */
  close(): void {
    this.#isOver = true;
    this.connection.stop();
    this.outbox.close();
    this.marks.close();
    this.#cancelKeep?.();
    this.#cancelTick?.();
    this.#cancelRenewal?.();
  }
}
