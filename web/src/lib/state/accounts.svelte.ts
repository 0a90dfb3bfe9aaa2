/** The accounts of this browser, and which of them is shown. */

import { Refused } from '../client/contract';
import { Drafts } from '../client/drafts';
import { checked, RestClient } from '../client/rest';
import type { Tokens } from '../client/tokens';
import type { Id, Profile } from '../model/entities';
import * as of from '../wire/entities';
import type { About, Account, Accounts, Lost } from './contract';
import { Session, type SessionParts } from './session.svelte';

/** What an older server, which does not say, is taken to be. */
const OLDER: About = { name: 'Hubbub', version: '', registration: 'open', claimable: false };

export class AccountsStore implements Accounts {
  session: Session | null = $state.raw(null);
  all: readonly Account[] = $state.raw([]);
  signedIn: 'unknown' | 'yes' | 'no' = $state('unknown');
  lost: Lost | null = $state.raw(null);
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
    const session = id === null ? null : new Session(id, { ...this.#parts, onSignedOut: () => void this.#left(id, session) });
    this.session = session;
    this.lost = null;
    this.#list();
    this.signedIn = id === null ? 'no' : 'yes';
    await session?.begin();
  }

  /** Another tab has signed in or out; what this one shows is nobody's business any more once its account is gone. */
  async recheck(): Promise<void> {
    const { session } = this;
    if (session !== null && this.#parts.logins.find(session.account) === null) await this.#left(session.account, session);
    else this.#list();
  }

  #list(): void {
    const active = this.session?.account;
    this.all = this.#parts.logins.read().logins.map(({ id, username, display_name }) => ({
      ...{ id, username, display_name },
      active: id === active,
    }));
  }

  /** The server does not know this device any more, or another tab signed out. Of a session that is over nothing counts. */
  async #left(id: Id, session: Session | null): Promise<void> {
    if (session === null || this.session !== session) return;
    const { store, logins } = this.#parts;
    const login = logins.find(id);
    logins.forget(id);
    await this.#open(null);
    if (login === null) return;
    // The person did not ask for it: what they wrote stays for when they sign in again.
    const [queued, drafts] = await Promise.all([store.queued(id), this.#drafts(id).recall()]);
    if (this.session === null) this.lost = { name: login.username, kept: queued.length + Object.keys(drafts).length };
  }

  #drafts(id: Id): Drafts {
    return new Drafts(this.#parts.ports.storage, this.#parts.store, id);
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
    const token = await this.#parts.logins.of(session.account).current();
    await this.#forget(session.account);
    // Told after it is forgotten, so that other tabs see who asked for it.
    const once = new RestClient(this.#parts.ports, { current: async () => token, renew: async () => 'refused' });
    try {
      await once.post('/auth/logout');
    } catch (error) {
      // Without an answer the device stays signed in at the server, until its tokens end; here it is forgotten all the same.
      if (!(error instanceof Refused)) throw error;
    }
  }

  async signOutEverywhere(): Promise<void> {
    if (this.session === null) return;
    await this.session.rest.delete('/auth/sessions');
    await this.signOut();
  }

  /** First nothing shows it any more, so that nothing is kept of it again. */
  async #forget(id: Id): Promise<void> {
    this.#parts.logins.forget(id);
    const opened = this.#open(this.#parts.logins.read().active);
    this.#drafts(id).forget();
    await this.#parts.store.forget(id);
    await opened;
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
