/** What a person's clients remember for them: one object for all clients, of which this one only touches its own key. */

import type { Session } from './session.svelte';

const OWN = 'hubbub_web';
const NAME = 'preferences';
const PATH = '/users/@me/preferences';
const SAVE_MS = 1_000;

type Values = Readonly<Record<string, unknown>>;

function asObject(value: unknown): Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Values) : {};
}

export class Preferences {
  values: Values = $state.raw({});
  /** Set here and not stored at the server yet. */
  #changed: Values = {};
  #cancel: (() => void) | null = null;

  constructor(private readonly session: Session) {}

  /** As they were last known in this browser. */
  async recall(): Promise<void> {
    const { account, parts } = this.session;
    this.values = { ...asObject(await parts.store.known(account, NAME)), ...this.#changed };
  }

  /** As the server has them. */
  async load(): Promise<void> {
    if (Object.keys(this.#changed).length > 0) return this.#save();
    this.#show(asObject(asObject(await this.session.rest.get(PATH))[OWN]));
  }

  #show(values: Values): void {
    this.values = { ...values, ...this.#changed };
    void this.session.parts.store.putKnown(this.session.account, NAME, this.values);
  }

  set(key: string, value: unknown): void {
    this.#changed = { ...this.#changed, [key]: value };
    this.#show(this.values);
    this.#cancel?.();
    // What can't be stored now is stored when the connection is back.
    this.#cancel = this.session.parts.ports.clock.after(SAVE_MS, () => void this.#save().catch(() => {}));
  }

  async #save(): Promise<void> {
    const saved = this.#changed;
    const all = asObject(await this.session.rest.get(PATH));
    const mine = { ...asObject(all[OWN]), ...saved };
    await this.session.rest.put(PATH, { ...all, [OWN]: mine });
    this.#changed = Object.fromEntries(Object.entries(this.#changed).filter(([key, value]) => saved[key] !== value));
    this.#show(mine);
  }
}
