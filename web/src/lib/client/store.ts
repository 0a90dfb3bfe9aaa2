/** What is kept in IndexedDB: the outbox, drafts, and what was last known. Nothing of it is needed to go on. */

import { openDB, type DBSchema, type IDBPDatabase } from 'idb';

import type { Id } from '../model/entities';
import { fields, id, number, oneOf, orNull, text } from '../wire/shape';
import type { Pending } from './contract';

const NAME = 'hubbub';
const VERSION = 1;

/** A queued message, whose it is, and which tab sends it. */
export interface Queued {
  nonce: string;
  account: Id;
  tab: string;
  order: number;
  pending: Pending;
}

interface Tables extends DBSchema {
  outbox: { key: string; value: Queued; indexes: { account: Id } };
  drafts: { key: [Id, Id]; value: { account: Id; channel: Id; text: string }; indexes: { account: Id } };
  /** By account and name. */
  known: { key: [Id, string]; value: { account: Id; name: string; value: unknown }; indexes: { account: Id } };
}

/** What another version wrote may be anything: only this is sent. */
const QUEUED = fields({
  nonce: text,
  tab: text,
  order: number,
  pending: fields({
    nonce: text,
    channel_id: id,
    content: text,
    reply_to: orNull(id),
    created_at: number,
    status: oneOf('queued', 'sending', 'failed'),
  }),
});

const TABLES = ['outbox', 'drafts', 'known'] as const;

/** `onLost`: it is closed, by a newer page that wants another shape of it or by the browser. */
function open(onLost: () => void): Promise<IDBPDatabase<Tables>> {
  return openDB<Tables>(NAME, VERSION, {
    upgrade(db) {
      for (const name of [...db.objectStoreNames]) db.deleteObjectStore(name);
      db.createObjectStore('outbox', { keyPath: 'nonce' }).createIndex('account', 'account');
      db.createObjectStore('drafts', { keyPath: ['account', 'channel'] }).createIndex('account', 'account');
      db.createObjectStore('known', { keyPath: ['account', 'name'] }).createIndex('account', 'account');
    },
    blocking(_old, _new, event) {
      (event.target as IDBDatabase).close();
      onLost();
    },
    terminated: onLost,
  });
}

/**
 * Opens once. What cannot be opened, as that of a newer client, may hold messages that were never sent: it is left as it is,
 * and nothing is kept meanwhile, as without IndexedDB.
 */
export class Store {
  #db: Promise<IDBPDatabase<Tables> | null> | null = null;

  #open(): Promise<IDBPDatabase<Tables> | null> {
    const lost = (): void => void (this.#db = null);
    this.#db ??= open(lost).catch(() => null);
    return this.#db;
  }

  /** The result, or null where there is no store or it failed. */
  async #try<T>(work: (db: IDBPDatabase<Tables>) => Promise<T>): Promise<T | null> {
    const db = await this.#open();
    if (db === null) return null;
    try {
      return await work(db);
    } catch {
      return null;
    }
  }

  /** Puts one thing, and has it finished at once: a page that is being closed is not asked any more. Whether it is there. */
  async #put<N extends (typeof TABLES)[number]>(name: N, value: Tables[N]['value']): Promise<boolean> {
    const done = await this.#try(async (db) => {
      const work = db.transaction(name, 'readwrite');
      const put = work.store.put(value);
      work.commit();
      await Promise.all([put, work.done]);
      return true;
    });
    return done ?? false;
  }

  async queued(account: Id): Promise<Queued[]> {
    const found = await this.#try((db) => db.getAllFromIndex('outbox', 'account', account));
    return (found ?? []).filter((one) => QUEUED(one, 'outbox') === null).sort((one, other) => one.order - other.order);
  }
  async putQueued(queued: Queued): Promise<void> {
    await this.#put('outbox', queued);
  }
  async dropQueued(nonce: string): Promise<void> {
    await this.#try((db) => db.delete('outbox', nonce));
  }

  async drafts(account: Id): Promise<Record<Id, string>> {
    const found = await this.#try((db) => db.getAllFromIndex('drafts', 'account', account));
    return Object.fromEntries((found ?? []).filter((one) => typeof one.text === 'string').map(({ channel, text }) => [channel, text]));
  }
  /** Whether it is there, or an empty one away. */
  async putDraft(account: Id, channel: Id, text: string): Promise<boolean> {
    if (text !== '') return this.#put('drafts', { account, channel, text });
    return (await this.#try((db) => db.delete('drafts', [account, channel]).then(() => true))) ?? false;
  }

  async known(account: Id, name: string): Promise<unknown> {
    return (await this.#try((db) => db.get('known', [account, name])))?.value;
  }
  async putKnown(account: Id, name: string, value: unknown): Promise<void> {
    await this.#put('known', { account, name, value });
  }

  /** Everything of an account. */
  async forget(account: Id): Promise<void> {
    await this.#try(async (db) => {
      const work = db.transaction(TABLES, 'readwrite');
      for (const name of TABLES) {
        const index = work.objectStore(name).index('account');
        for (let cursor = await index.openCursor(account); cursor; cursor = await cursor.continue()) await cursor.delete();
      }
      await work.done;
    });
  }
}
