/** The one store: what components read and act through. */

import { Refused, type Delivery, type Pending, type Rest, type Target } from '../client/contract';
import { isOfDrafts } from '../client/drafts';
import { browserPorts, type Ports } from '../client/ports';
import { shown } from '../client/queue';
import { checked, RestClient } from '../client/rest';
import { Store } from '../client/store';
import { Logins } from '../client/tokens';
import type { Channel, Id, Message, Notify, Permission } from '../model/entities';
import type { Gone } from '../model/gone';
import type { Level } from '../model/notify';
import * as people from '../model/people-selectors';
import { may } from '../model/permissions';
import { EMPTY } from '../model/state';
import * as of from '../wire/entities';
import { AccountsStore } from './accounts.svelte';
import { byFrame, type Schedule } from './batch';
import type { App } from './contract';
import type { Session } from './session.svelte';

const TYPING_MS = 3_000;

export interface AppParts {
  ports: Ports;
  store: Store;
  schedule: Schedule;
}

class AppStore implements App {
  readonly accounts: AccountsStore;
  readonly #parts: AppParts;
  readonly #anonymous: RestClient;
  #typed = new Map<Id, number>();

  constructor(parts: AppParts) {
    this.#parts = parts;
    this.accounts = new AccountsStore({ ...parts, logins: new Logins(parts.ports) });
    this.#anonymous = new RestClient(parts.ports, null);
  }

  get #session(): Session | null {
    return this.accounts.session;
  }
  /** For what only somebody signed in can do. */
  #signed(): Session {
    if (this.#session === null) throw new Refused({ code: 'unauthorized', message: 'Sign in first.' });
    return this.#session;
  }

  get signedIn() {
    return this.accounts.signedIn;
  }
  get status() {
    return this.#session?.status ?? { name: 'offline' as const };
  }
  get stale() {
    return this.#session?.isStale ?? false;
  }
  get state() {
    return this.#session?.state ?? EMPTY;
  }
  get me() {
    return this.state.me;
  }
  get rest(): Rest {
    return this.#session?.rest ?? this.#anonymous;
  }

  get gone(): readonly Gone[] {
    return this.#session?.gone ?? [];
  }

  pendingIn(channelId: Id): readonly Pending[] {
    return shown(this.#session?.queue ?? [], channelId);
  }
  may(channel: Channel, permission: Permission): boolean {
    return may(this.state, channel, permission);
  }

  // -- writing ----------------------------------------------------------------------------------------

  send(channelId: Id, content: string, replyTo?: Id): string {
    this.#typed.delete(channelId);
    return this.#session?.outbox.send(channelId, content, replyTo ?? null) ?? '';
  }
  retry(nonce: string): void {
    this.#session?.outbox.retry(nonce);
  }
  discard(nonce: string): void {
    this.#session?.outbox.discard(nonce);
  }

  edit(message: Message, content: string): Promise<void> {
    return this.#change(message, (rest, path) => rest.patch(path, { content }));
  }
  recall(message: Message): Promise<void> {
    return this.#change(message, (rest, path) => rest.delete(path));
  }
  react(message: Message, emoji: string, on: boolean): Promise<void> {
    const tail = `/reactions/${encodeURIComponent(emoji)}/@me`;
    return this.#change(message, (rest, path) => (on ? rest.put(path + tail) : rest.delete(path + tail)));
  }
  pin(message: Message, on: boolean): Promise<void> {
    const path = `/channels/${message.channel_id}/pins/${message.id}`;
    return this.#change(message, (rest) => (on ? rest.put(path) : rest.delete(path)));
  }

  /** The event tells the rest; only while there is no connection the answer does. */
  async #change(message: Message, work: (rest: Rest, path: string) => Promise<unknown>): Promise<void> {
    const session = this.#signed();
    const found = await work(session.rest, `/channels/${message.channel_id}/messages/${message.id}`);
    if (session.status.name === 'live') return;
    session.tell('message', { message: checked<Message>(found, of.message, 'message') });
  }

  typing(channelId: Id): void {
    const now = this.#parts.ports.clock.now();
    const session = this.#session;
    if (session?.status.name !== 'live' || now - (this.#typed.get(channelId) ?? -Infinity) < TYPING_MS) return;
    this.#typed.set(channelId, now);
    session.connection.ask({ type: 'typing', data: { channel_id: channelId } }).catch(() => {});
  }

  markRead(channelId: Id, seq: number): void {
    const session = this.#session;
    const channel = session?.state.channels[channelId];
    if (session === null || channel === undefined || session.state.me === null || seq <= channel.read_seq) return;
    session.marks.read(channelId, seq);
    const user_id = session.state.me.id;
    session.pretend({ type: 'read_updated', data: { channel_id: channelId, user_id, seq: Math.min(seq, channel.last_seq) } });
  }

  // -- reading ----------------------------------------------------------------------------------------

  async show(channelId: Id, target: Target): Promise<void> {
    await this.#signed().history.show(channelId, target);
  }
  async loadOlder(channelId: Id): Promise<void> {
    await this.#signed().history.loadOlder(channelId);
  }
  async loadNewer(channelId: Id): Promise<void> {
    await this.#signed().history.loadNewer(channelId);
  }
  async message(channelId: Id, messageId: Id): Promise<Message | null> {
    return this.#signed().history.message(channelId, messageId);
  }
  async loadMembers(channelId: Id): Promise<void> {
    await this.#signed().followers.loadMembers(channelId);
  }
  async loadServerMembers(serverId: Id): Promise<void> {
    await this.#signed().followers.loadServerMembers(serverId);
  }
  delivery(message: Message): Delivery | null {
    return people.delivery(this.state, message);
  }
  readers(message: Message): readonly Id[] {
    return people.readers(this.state, message);
  }
  nameOf(userId: Id, channelId?: Id): string {
    return people.nameOf(this.state, userId, channelId);
  }
  reconnect(): void {
    this.#session?.connection.wake();
  }

  // -- one's own --------------------------------------------------------------------------------------

  draft(channelId: Id): string {
    return this.#session?.drafts[channelId] ?? '';
  }
  setDraft(channelId: Id, text: string): void {
    this.#session?.setDraft(channelId, text);
  }
  preference<T>(key: string, fallback: T): T {
    const found = this.#session?.preferences.values[key];
    return found === undefined || typeof found !== typeof fallback ? fallback : (found as T);
  }
  setPreference(key: string, value: unknown): void {
    this.#session?.preferences.set(key, value);
  }
  level(channelId: Id): Level {
    return this.#session?.levels.of(channelId) ?? 'default';
  }
  async setLevel(channelId: Id, level: Level): Promise<void> {
    await this.#signed().levels.set(channelId, level);
  }
  async setServerLevel(serverId: Id, level: Notify): Promise<void> {
    await this.#signed().levels.setServer(serverId, level);
  }
  async loadLevels(): Promise<void> {
    await this.#signed().levels.load();
  }

  /** What the page is told by the browser. */
  listen(): void {
    addEventListener('online', () => this.reconnect());
    // A socket is told nothing of that: whether it still leads somewhere is asked at once.
    addEventListener('offline', () => this.#session?.connection.networkLost());
    addEventListener('storage', ({ key }) => {
      if (!isOfDrafts(key)) void this.accounts.recheck();
    });
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') this.reconnect();
      else void this.#session?.keepNow();
    });
    addEventListener('pagehide', () => void this.#session?.keepNow());
  }
}

/** Makes the store, and begins with the account that was shown last. */
export function createApp(parts: Partial<AppParts> = {}): App {
  const app = new AppStore({
    ports: parts.ports ?? browserPorts(),
    store: parts.store ?? new Store(),
    schedule: parts.schedule ?? byFrame,
  });
  app.listen();
  void app.accounts.begin();
  return app;
}
