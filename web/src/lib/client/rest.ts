/** REST under `/api/v1`. Throws only `Refused`. */

import { parseJson, problemOf } from '../wire/problem';
import type { Check } from '../wire/shape';
import { Refused, type Rest } from './contract';
import type { Ports } from './ports';
import type { Renewal } from './tokens';

const BASE = '/api/v1';
const TIMEOUT_MS = 20_000;
const UPLOAD_MS = 120_000;

type Query = Record<string, string | number | undefined>;

function address(path: string, query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return BASE + path + (search === '' ? '' : `?${search}`);
}

function unreachable(isLate: boolean): Refused {
  const message = isLate ? 'The server did not answer in time.' : 'The server cannot be reached.';
  return new Refused({ code: 'network', message });
}

/** What was answered, if it looks as it should; throws `Refused` with `garbage` otherwise. */
export function checked<T>(value: unknown, check: Check, name: string): T {
  const wrong = check(value, name);
  if (wrong !== null) throw new Refused({ code: 'garbage', message: wrong });
  return value as T;
}

interface Wanted {
  method: string;
  url: string;
  body?: BodyInit;
  type?: string;
  ms?: number;
}

type Read<T> = (answer: Response) => Promise<T>;
type Answer<T> = { status: number; value: T } | { status: number; refused: Refused };

/** REST with one account's token, or with none. */
export class RestClient implements Rest {
  constructor(
    private readonly ports: Pick<Ports, 'clock' | 'fetch'>,
    private readonly renewal: Renewal | null,
    /** Told when the server no longer takes the account's tokens. */
    private readonly onSignedOut: () => void = () => {},
  ) {}

  get<T>(path: string, query?: Query): Promise<T> {
    return this.#json<T>('GET', address(path, query));
  }
  post<T>(path: string, body?: unknown): Promise<T> {
    return this.#json<T>('POST', address(path), body);
  }
  put<T>(path: string, body?: unknown): Promise<T> {
    return this.#json<T>('PUT', address(path), body);
  }
  patch<T>(path: string, body: unknown): Promise<T> {
    return this.#json<T>('PATCH', address(path), body);
  }
  delete<T>(path: string, query?: Query, body?: unknown): Promise<T> {
    return this.#json<T>('DELETE', address(path, query), body);
  }

  async blob(path: string): Promise<Blob | null> {
    try {
      return await this.#signed({ method: 'GET', url: address(path) }, (answer) => answer.blob());
    } catch (error) {
      if (error instanceof Refused && error.refusal.code === 'not_found') return null;
      throw error;
    }
  }

  async upload<T>(path: string, bytes: Blob): Promise<T> {
    return this.#signed<T>({ method: 'PUT', url: address(path), body: bytes, type: bytes.type, ms: UPLOAD_MS }, parsed);
  }

  async #json<T>(method: string, url: string, body?: unknown): Promise<T> {
    const sent = body === undefined ? {} : { body: JSON.stringify(body), type: 'application/json' };
    return this.#signed<T>({ method, url, ...sent }, parsed);
  }

  /** With the token; when that is refused, once more with another one. */
  async #signed<T>(wanted: Wanted, read: Read<T>): Promise<T> {
    const token = this.renewal === null ? null : await this.renewal.current();
    const answer = await this.#request(wanted, token, read);
    if (answer.status !== 401 || this.renewal === null) return succeeded(answer);
    const outcome = await this.renewal.renew();
    if (outcome === 'unreachable') throw unreachable(false);
    if (outcome === 'refused') {
      this.onSignedOut();
      return succeeded(answer);
    }
    return succeeded(await this.#request(wanted, await this.renewal.current(), read));
  }

  /** The whole answer: what stops in the middle of its body is late, too. */
  async #request<T>({ method, url, body, type, ms = TIMEOUT_MS }: Wanted, token: string | null, read: Read<T>): Promise<Answer<T>> {
    const abort = new AbortController();
    const cancel = this.ports.clock.after(ms, () => abort.abort());
    const headers: Record<string, string> = { accept: 'application/json' };
    if (type !== undefined) headers['content-type'] = type;
    if (token !== null) headers['authorization'] = `Bearer ${token}`;
    const given = body === undefined ? {} : { body };
    try {
      const answer = await this.ports.fetch(url, { method, headers, ...given, signal: abort.signal, credentials: 'omit', cache: 'no-store' });
      if (answer.ok) return { status: answer.status, value: await read(answer) };
      return { status: answer.status, refused: new Refused(problemOf(answer.status, await answer.text(), answer.headers.get('retry-after'))) };
    } catch (error) {
      throw error instanceof Refused ? error : unreachable(abort.signal.aborted);
    } finally {
      cancel();
    }
  }
}

function succeeded<T>(answer: Answer<T>): T {
  if ('refused' in answer) throw answer.refused;
  return answer.value;
}

async function parsed<T>(answer: Response): Promise<T> {
  const body = await answer.text();
  if (answer.status === 204 || body === '') return undefined as T;
  const found = parseJson(body);
  if (found === undefined) throw new Refused({ code: 'garbage', message: 'The server answered something that is not JSON.' });
  return found as T;
}
