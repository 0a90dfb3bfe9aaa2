/** Drafts of one account: in the store, and until it has them also where writing is over at once. */

import type { Id } from '../model/entities';
import { parseJson } from '../wire/problem';
import { fields, id, list, text as words } from '../wire/shape';
import type { Ports } from './ports';
import type { Store } from './store';

const PREFIX = 'hubbub.drafts.';
/** Of what is written at once, in characters: a longer draft is in the store alone. */
const ROOM = 100_000;

interface Copy {
  channel: Id;
  text: string;
}

const COPIES = list(fields({ channel: id, text: words }));

/** Whether what is under this key of `localStorage` is only drafts. */
export function isOfDrafts(key: string | null | undefined): boolean {
  return key?.startsWith(PREFIX) ?? false;
}

/** A page that is being closed is not waited for by IndexedDB, so what it may not have yet has a copy in `localStorage`. */
export class Drafts {
  readonly #key: string;
  /** Of each channel, how often its draft was written here. */
  readonly #turns = new Map<Id, number>();

  constructor(
    private readonly storage: Ports['storage'],
    private readonly store: Store,
    private readonly account: Id,
  ) {
    this.#key = PREFIX + account;
  }

  /** What was written last, also where the store did not get it any more; then it gets it now. Empty ones were taken away. */
  async recall(): Promise<Record<Id, string>> {
    const copies = this.#copies();
    const stored = await this.store.drafts(this.account);
    for (const { channel, text } of copies) {
      stored[channel] = text;
      void this.#hand(channel, text);
    }
    return Object.fromEntries(Object.entries(stored).filter(([, text]) => text !== ''));
  }

  /** Keeps one; an empty one is taken away. */
  put(channel: Id, text: string): void {
    this.#write([...this.#copies().filter((one) => one.channel !== channel), { channel, text }]);
    void this.#hand(channel, text);
  }

  /** Everything of the account that is here and not in the store. */
  forget(): void {
    this.#write([]);
  }

  /** To the store. What has another text by now, of this tab or another, goes on waiting. */
  async #hand(channel: Id, text: string): Promise<void> {
    const turn = (this.#turns.get(channel) ?? 0) + 1;
    this.#turns.set(channel, turn);
    const isStored = await this.store.putDraft(this.account, channel, text);
    if (!isStored || this.#turns.get(channel) !== turn) return;
    const copies = this.#copies();
    const left = copies.filter((one) => one.channel !== channel || one.text !== text);
    if (left.length < copies.length) this.#write(left);
  }

  #copies(): Copy[] {
    try {
      const found = parseJson(this.storage.getItem(this.#key) ?? '[]');
      return COPIES(found, this.#key) === null ? (found as Copy[]) : [];
    } catch {
      return [];
    }
  }

  /** The newest, as many as there is room for: an older text in its place would be taken for the newest. */
  #write(copies: readonly Copy[]): void {
    let from = 0;
    let room = ROOM - copies.reduce((sum, { text }) => sum + text.length, 0);
    for (; room < 0; from++) room += copies[from]?.text.length ?? 0;
    try {
      this.storage.removeItem(this.#key);
      if (from < copies.length) this.storage.setItem(this.#key, JSON.stringify(copies.slice(from)));
    } catch {
      // Full or forbidden: the store has them soon.
    }
  }
}
