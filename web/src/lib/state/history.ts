/** Leads timelines: to the present, to a message, to a day, to where one left off; and farther both ways. */

import { Refused, type Target } from '../client/contract';
import { checked } from '../client/rest';
import type { Id, Message, Page } from '../model/entities';
import { saidAt } from '../model/messages';
import { find } from '../model/timelines';
import * as of from '../wire/entities';
import type { Session } from './session.svelte';

const PAGE = 50;
const LONG_PAGE = 100;
/** How many pages a search for where one left off may read. */
const SEARCHES = 24;
/** How many channels keep all that was loaded of them. */
const WHOLE = 8;

/** Where a message stands, in numbers and in time. */
function pointOf(message: Message): { seq: number; time: number } {
  return { seq: message.seq, time: saidAt(message) };
}

type Query = Record<string, string | number | undefined>;

export class History {
  /** What is being loaded: asked twice, it is loaded once. */
  #loading = new Map<string, Promise<void>>();
  /** The channels looked at, the latest first. */
  #looked: Id[] = [];

  constructor(private readonly session: Session) {}

  #once(key: string, work: () => Promise<void>): Promise<void> {
    const running = this.#loading.get(key);
    if (running !== undefined) return running;
    const begun = work().finally(() => this.#loading.delete(key));
    this.#loading.set(key, begun);
    return begun;
  }

  async #page(channelId: Id, query: Query): Promise<Page> {
    const found = await this.session.rest.get(`/channels/${channelId}/messages`, { limit: PAGE, ...query });
    return checked<Page>(found, of.page, 'page');
  }

  show(channelId: Id, target: Target): Promise<void> {
    this.#look(channelId);
    return this.#once(`${channelId} ${JSON.stringify(target)}`, () => this.#show(channelId, target));
  }

  /** Of channels that nobody has looked at for long only the end is kept. */
  #look(channelId: Id): void {
    this.#looked = [channelId, ...this.#looked.filter((id) => id !== channelId)];
    for (const id of this.#looked.splice(WHOLE)) this.session.tell('trim', { channel_id: id, kept: PAGE });
  }

  #show(channelId: Id, target: Target): Promise<void> {
    if ('latest' in target) return this.#latest(channelId);
    if ('message' in target) return this.#message(channelId, target.message);
    if ('date' in target) return this.#window(channelId, { at: target.date.toISOString() });
    return this.#firstUnread(channelId);
  }

  async #latest(channelId: Id): Promise<void> {
    const known = this.session.state.timelines[channelId];
    if (known !== undefined && !known.hasNewer) return;
    try {
      await this.#window(channelId, {});
    } catch (error) {
      if (!(error instanceof Refused) || error.refusal.code !== 'forbidden') throw error;
      // One may not read what was said before, but hears what is said from now on.
      this.session.tell('window', { channel_id: channelId, messages: [], hasOlder: false, hasNewer: false });
    }
  }

  async #message(channelId: Id, messageId: Id): Promise<void> {
    if (find(this.session.state.timelines[channelId], messageId) !== undefined) return;
    await this.#window(channelId, { around: messageId });
  }

  /** A page in the place of what is shown. The first message of a channel has the `seq` 1. */
  async #window(channelId: Id, query: Query): Promise<void> {
    const page = await this.#page(channelId, query);
    const seqs = page.messages.map((message) => message.seq);
    const hasOlder = seqs.length > 0 && Math.min(...seqs) > 1;
    this.session.tell('window', { channel_id: channelId, messages: page.messages, hasOlder, hasNewer: false });
  }

  async #firstUnread(channelId: Id): Promise<void> {
    const channel = this.session.state.channels[channelId];
    if (channel === undefined) return;
    const wanted = channel.read_seq + 1;
    if (channel.unread === 0) return this.#latest(channelId);
    if (this.#covers(channelId, wanted)) return;
    await this.#latest(channelId);
    if (!this.#covers(channelId, wanted)) await this.#search(channelId, wanted);
  }

  #covers(channelId: Id, seq: number): boolean {
    const messages = this.session.state.timelines[channelId]?.messages ?? [];
    const [first, last] = [messages[0], messages.at(-1)];
    return first !== undefined && last !== undefined && first.seq <= seq && seq <= last.seq;
  }

  /** History has no cursor of numbers: the time is guessed from the numbers around it, or halved where people talk unevenly. */
  async #search(channelId: Id, seq: number): Promise<void> {
    const { channels, timelines } = this.session.state;
    const begin = Date.parse(channels[channelId]?.created_at ?? '') || 0;
    const newest = timelines[channelId]?.messages[0];
    let [low, high] = [{ seq: 0, time: begin }, newest === undefined ? { seq, time: begin } : pointOf(newest)];
    for (let n = 0; n < SEARCHES && low.time < high.time; n++) {
      const share = n % 2 === 0 ? (seq - low.seq) / (high.seq - low.seq) : 0.5;
      const time = Math.floor(low.time + share * (high.time - low.time));
      const { messages } = await this.#page(channelId, { at: new Date(time).toISOString(), limit: LONG_PAGE });
      const ordered = messages.toSorted((one, other) => one.seq - other.seq);
      const [first, last] = [ordered[0], ordered.at(-1)];
      if (first === undefined || last === undefined) return;
      if (last.seq < seq) low = pointOf(last);
      else if (first.seq > seq) high = pointOf(first);
      else return this.#found(channelId, ordered, first);
    }
  }

  #found(channel_id: Id, messages: Message[], first: Message): void {
    this.session.tell('window', { channel_id, messages, hasOlder: first.seq > 1, hasNewer: false });
  }

  loadOlder(channelId: Id): Promise<void> {
    return this.#once(`${channelId} older`, async () => {
      const known = this.session.state.timelines[channelId];
      const first = known?.messages[0];
      if (known === undefined || !known.hasOlder || first === undefined) return;
      const { messages, has_more } = await this.#page(channelId, { before: first.id });
      this.session.tell('older', { channel_id: channelId, messages, has_more });
    });
  }

  loadNewer(channelId: Id): Promise<void> {
    return this.#once(`${channelId} newer`, async () => {
      const known = this.session.state.timelines[channelId];
      const last = known?.messages.at(-1);
      if (known === undefined || !known.hasNewer) return;
      if (last === undefined) return this.#window(channelId, {});
      const { messages, has_more } = await this.#page(channelId, { after: last.id });
      this.session.tell('newer', { channel_id: channelId, messages, has_more });
    });
  }

  async message(channelId: Id, messageId: Id): Promise<Message | null> {
    const { timelines, asides } = this.session.state;
    const known = find(timelines[channelId], messageId) ?? asides[messageId];
    if (known !== undefined) return known;
    try {
      const found = await this.session.rest.get(`/channels/${channelId}/messages/${messageId}`);
      const message = checked<Message>(found, of.message, 'message');
      this.session.tell('message', { message });
      return message;
    } catch (error) {
      if (error instanceof Refused && error.refusal.code === 'not_found') return null;
      throw error;
    }
  }
}
