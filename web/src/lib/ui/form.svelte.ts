import { Refused } from '../client/contract';
import { explain } from './explain';

type Values = Record<string, unknown>;
/** What is wrong, by field; `form` is what belongs to none. */
export type Errors<T> = { [K in keyof T]?: string | undefined } & { form?: string | undefined };

function same(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

/**
 * What is typed into a form over what is kept. Fields follow what is kept until they are typed into; what was typed stays
 * until it is saved or taken back. What was saved shows at once, before the server's event has come.
 */
export class Form<T extends Values> {
  /** For `bind:value`. */
  readonly fields: T;
  errors = $state<Errors<T>>({});
  busy = $state(false);
  /** Whether the last thing that happened was saving. */
  saved = $state(false);
  #typed = $state<Values>({});
  #ahead = $state<Record<string, { value: unknown; over: unknown }>>({});
  #read: () => T;

  constructor(read: () => T) {
    this.#read = read;
    this.fields = new Proxy({} as T, {
      get: (_, name: string) => (name in this.#typed ? this.#typed[name] : this.#kept(name)),
      set: (_, name: string, value: unknown) => this.#type(name, value),
      has: (_, name: string) => name in read(),
    });
  }

  #kept(name: string): unknown {
    const found = this.#read()[name];
    const ahead = this.#ahead[name];
    return ahead !== undefined && same(ahead.over, found) ? ahead.value : found;
  }

  #type(name: string, value: unknown): boolean {
    this.#typed[name] = value;
    this.saved = false;
    if (this.errors[name] !== undefined || this.errors.form !== undefined) this.errors = { ...this.errors, [name]: undefined, form: undefined };
    return true;
  }

  /** What differs from what is kept. */
  get changes(): Partial<T> {
    const changed = Object.entries(this.#typed).filter(([name, value]) => !same(value, this.#kept(name)));
    return Object.fromEntries(changed) as Partial<T>;
  }

  get dirty(): boolean {
    return Object.keys(this.changes).length > 0;
  }

  /** Takes back what was typed. */
  reset(): void {
    this.#typed = {};
    this.errors = {};
  }

  /** Empties it, for the next thing to be made with it. */
  clear(): void {
    this.reset();
    this.#ahead = {};
  }

  /** Forgets what was saved, where what is kept is no value but a change. */
  settle(): void {
    this.#ahead = {};
  }

  /** Saves what differs; `check` says what is wrong before the server is asked. Whether it was saved. */
  async submit(save: (changes: Partial<T>) => Promise<unknown>, check?: (fields: T) => Errors<T>): Promise<boolean> {
    if (this.busy) return false;
    this.errors = known(check?.(this.fields) ?? {});
    if (Object.keys(this.errors).length > 0) return false;
    const { changes } = this;
    this.busy = true;
    try {
      await save(changes);
      this.#keep(changes);
    } catch (error) {
      this.errors = placed<T>(error, (name) => name in this.#read());
    } finally {
      this.busy = false;
    }
    return this.saved;
  }

  #keep(changes: Partial<T>): void {
    const now = this.#read();
    for (const [name, value] of Object.entries(changes)) this.#ahead[name] = { value, over: now[name] };
    this.#typed = {};
    this.saved = true;
  }
}

function known<T>(errors: Errors<T>): Errors<T> {
  return Object.fromEntries(Object.entries(errors).filter(([, text]) => text !== undefined)) as Errors<T>;
}

/** Beside the field that the server names, if the form has it. */
function placed<T>(error: unknown, has: (name: string) => boolean): Errors<T> {
  const field = error instanceof Refused ? error.refusal.field : undefined;
  return { [field !== undefined && has(field) ? field : 'form']: explain(error) } as Errors<T>;
}
