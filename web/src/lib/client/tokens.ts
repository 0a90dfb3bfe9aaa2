/** The accounts that this browser is signed in with, and the renewal of their tokens: in one tab at a time. */

import type { Id } from '../model/entities';
import * as of from '../wire/entities';
import { parseJson, problemOf } from '../wire/problem';
import { fields, id, list, maybe, number, orNull, text } from '../wire/shape';
import type { Ports } from './ports';

const KEY = 'hubbub.accounts';
/** A token that ends within this time, in ms, is renewed before it is used. */
const EARLY_MS = 60_000;

/** An account, with what signs its requests. `expires_at` in ms of this browser's clock. */
export interface Login {
  id: Id;
  username: string;
  display_name: string;
  session_id: string;
  access_token: string;
  refresh_token: string;
  /** What the server knows a repeated refresh by: no answer may have come, and tabs may ask at once. */
  nonce?: string;
  expires_at: number;
}

interface Stored {
  active: Id | null;
  logins: Login[];
}

/** What `/auth/login`, `register` and `refresh` answer. */
export interface Tokens {
  user: { id: Id; username: string; display_name: string };
  session_id: string;
  access_token: string;
  refresh_token: string;
  expires_in: number;
}

export type Outcome = 'renewed' | 'refused' | 'unreachable';

/** What a connection and REST need to know of tokens. */
export interface Renewal {
  /** A token that is not about to end, as far as one can tell; null without one. */
  current(): Promise<string | null>;
  /** Another token. */
  renew(): Promise<Outcome>;
}

const STORED = fields({
  active: orNull(id),
  logins: list(
    fields({ id, username: text, display_name: text, session_id: text, access_token: text, refresh_token: text, nonce: maybe(text), expires_at: number }),
  ),
});
const NOBODY: Stored = { active: null, logins: [] };

/** Reads and writes them; other tabs may do so at any time, so nothing is remembered in between. */
export class Logins {
  constructor(private readonly ports: Pick<Ports, 'clock' | 'fetch' | 'storage' | 'locks' | 'uuid'>) {}

  /** What is stored; what can't be read is as if nobody were signed in. */
  read(): Stored {
    const raw = this.#raw();
    const found = raw === null ? undefined : parseJson(raw);
    return STORED(found, KEY) === null ? (found as Stored) : NOBODY;
  }

  #raw(): string | null {
    try {
      return this.ports.storage.getItem(KEY);
    } catch {
      return null;
    }
  }

  #write(stored: Stored): void {
    try {
      this.ports.storage.setItem(KEY, JSON.stringify(stored));
    } catch {
      // Full or forbidden: then one is signed in until the page is closed, and there is nobody to be told.
    }
  }

  find(accountId: Id): Login | null {
    return this.read().logins.find((login) => login.id === accountId) ?? null;
  }

  /** Keeps what the server handed out, and makes it the active account. */
  keep(tokens: Tokens, isActive = true): Login {
    const { user, session_id, access_token, refresh_token, expires_in } = tokens;
    const { id: accountId, username, display_name } = user;
    const expires_at = this.ports.clock.now() + expires_in * 1000;
    const { logins, active } = this.read();
    const place = logins.findIndex((one) => one.id === accountId);
    const before = logins[place];
    // Another tab may have kept the same answer: then this is its nonce, too.
    const nonce = (before?.refresh_token === refresh_token ? before.nonce : undefined) ?? this.ports.uuid();
    const login = { id: accountId, username, display_name, session_id, access_token, refresh_token, nonce, expires_at };
    const all = place < 0 ? [...logins, login] : logins.with(place, login);
    this.#write({ active: isActive ? accountId : active, logins: all });
    return login;
  }

  /** Which account the next page begins with. */
  activate(accountId: Id): void {
    this.#write({ ...this.read(), active: accountId });
  }

  /** Without one; another one is active then, if there is any. */
  forget(accountId: Id): void {
    const { logins, active } = this.read();
    const left = logins.filter((login) => login.id !== accountId);
    this.#write({ logins: left, active: active === accountId ? (left[0]?.id ?? null) : active });
  }

  /** The tokens of one account. */
  of(accountId: Id): Renewal {
    return {
      current: async () => {
        const login = this.find(accountId);
        if (login === null) return null;
        if (login.expires_at - EARLY_MS > this.ports.clock.now()) return login.access_token;
        await this.renew(accountId);
        return this.find(accountId)?.access_token ?? null;
      },
      renew: () => this.renew(accountId),
    };
  }

  /** A refresh token works once: tabs take turns, and whoever finds that another one was quicker takes its tokens. */
  renew(accountId: Id): Promise<Outcome> {
    const before = this.find(accountId);
    const work = async (): Promise<Outcome> => {
      const login = this.find(accountId);
      if (login === null) return 'refused';
      return login.refresh_token === before?.refresh_token ? this.#refresh(login) : 'renewed';
    };
    // Without locks tabs may ask at once: with the same nonce, they have the same answer.
    return this.ports.locks === null ? work() : this.ports.locks.request(`hubbub.renew.${accountId}`, work);
  }

  async #refresh(login: Login): Promise<Outcome> {
    try {
      const body = JSON.stringify({ refresh_token: login.refresh_token, nonce: login.nonce });
      const headers = { 'content-type': 'application/json' };
      const answer = await this.ports.fetch('/api/v1/auth/refresh', { method: 'POST', headers, body });
      const said = await answer.text();
      const found = parseJson(said);
      if (answer.ok && of.tokens(found, 'tokens') === null) {
        this.keep(found as Tokens, this.read().active === login.id);
        return 'renewed';
      }
      return problemOf(answer.status, said, null).code === 'unauthorized' ? 'refused' : 'unreachable';
    } catch {
      return 'unreachable';
    }
  }
}
