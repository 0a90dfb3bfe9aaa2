/** The accounts of this browser, and which of them is shown. */

import { Refused } from '../client/contract';
import { checked, RestClient } from '../client/rest';
import type { Tokens } from '../client/tokens';
import type { Id, Profile } from '../model/entities';
import * as of from '../wire/entities';
import type { About, Account, Accounts } from './contract';
import { Session, type SessionParts } from './session.svelte';

/** What an older server, which does not say, is taken to be. */
const OLDER: About = { name: 'Hubbub', version: '', registration: 'open', claimable: false };

export class AccountsStore implements Accounts {
  session: Session | null = $state.raw(null);
  all: readonly Account[] = $state.raw([]);
  signedIn: 'unknown' | 'yes' | 'no' = $state('unknown');
  readonly #rest: RestClient;
  readonly #parts: Omit<SessionParts, 'onSignedOut'>;

  constructor(parts: Omit<SessionParts, 'onSignedOut'>) {
    this.#parts = parts;
    this.#rest = new RestClient(parts.ports, null);
  }

  /** Begins with the account that was shown last. */
  async begin(): Promise<void> {
    const { active, logins } = this.#parts.logins.read();
    const login = logins.find((one) => one.id === active) ?? logins[0];
    await this.#open(login?.id ?? null);
  }

  async #open(id: Id | null): Promise<void> {
    this.session?.close();
    this.session = id === null ? null : new Session(id, { ...this.#parts, onSignedOut: () => void this.#lost(id) });
    this.#list();
    this.signedIn = id === null ? 'no' : 'yes';
    await this.session?.begin();
  }

  #list(): void {
    const active = this.session?.account;
    this.all = this.#parts.logins.read().logins.map(({ id, username, display_name }) => ({
      ...{ id, username, display_name },
      active: id === active,
    }));
  }

  /** The server does not know this device any more. What waits to be sent stays for when one signs in again. */
  async #lost(id: Id): Promise<void> {
    if (this.#parts.logins.find(id) === null) return;
    this.#parts.logins.forget(id);
    if (this.session?.account === id) await this.#open(null);
    else this.#list();
  }

  async about(): Promise<About> {
    try {
      return checked<About>(await this.#rest.get('/about'), of.about, 'about');
    } catch (error) {
      if (error instanceof Refused && error.refusal.code === 'not_found') return OLDER;
      throw error;
    }
  }

  async signUp(wanted: { username: string; password: string; display_name?: string; email?: string }): Promise<void> {
    await this.#enter(await this.#rest.post('/auth/register', wanted));
  }

  async signIn(login: string, password: string): Promise<void> {
    await this.#enter(await this.#rest.post('/auth/login', { login, password }));
  }

  async #enter(answer: unknown): Promise<void> {
    const tokens = checked<Tokens>(answer, of.tokens, 'tokens');
    this.#parts.logins.keep(tokens);
    await this.#open(tokens.user.id);
  }

  async signOut(): Promise<void> {
    const { session } = this;
    if (session === null) return;
    try {
      await session.rest.post('/auth/logout');
    } catch (error) {
      // Without an answer the device stays signed in at the server, until its tokens end; here it is forgotten all the same.
      if (!(error instanceof Refused)) throw error;
    }
    await this.#forget(session.account);
  }

  async signOutEverywhere(): Promise<void> {
    if (this.session === null) return;
    await this.session.rest.delete('/auth/sessions');
    await this.signOut();
  }

  async #forget(id: Id): Promise<void> {
    this.session?.close();
    this.#parts.logins.forget(id);
    await this.#parts.store.forget(id);
    await this.#open(this.#parts.logins.read().active);
  }

  async switchTo(id: Id): Promise<void> {
    if (this.session?.account === id) return;
    if (this.#parts.logins.find(id) === null) {
      throw new Refused({ code: 'unauthorized', message: 'Sign in with this account first.' });
    }
    this.#parts.logins.activate(id);
    await this.#open(id);
  }

  async claimAdmin(token: string): Promise<void> {
    if (this.session === null) throw new Refused({ code: 'unauthorized', message: 'Sign in first.' });
    const found = await this.session.rest.post('/auth/claim-admin', { token });
    const { admin } = checked<Profile>(found, of.profile, 'profile');
    this.session.tell('me', { profile: { admin } });
  }
}
