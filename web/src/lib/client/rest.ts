/** REST under `/api/v1`. Throws only `Refused`. */

import { parseJson, problemOf } from '../wire/problem';
import type { Check } from '../wire/shape';
import { Refused, type Refusal, type Rest } from './contract';
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
      const answer = await this.#signed({ method: 'GET', url: address(path) });
      return await read(answer, () => answer.blob());
    } catch (error) {
      if (error instanceof Refused && error.refusal.code === 'not_found') return null;
      throw error;
    }
  }

  async upload<T>(path: string, bytes: Blob): Promise<T> {
    const wanted = { method: 'PUT', url: address(path), body: bytes, type: bytes.type, ms: UPLOAD_MS };
    return parsed<T>(await this.#signed(wanted));
  }

  async #json<T>(method: string, url: string, body?: unknown): Promise<T> {
    const sent = body === undefined ? {} : { body: JSON.stringify(body), type: 'application/json' };
    return parsed<T>(await this.#signed({ method, url, ...sent }));
  }

  /** With the token; when that is refused, once more with another one. */
  async #signed(wanted: Wanted): Promise<Response> {
    const token = this.renewal === null ? null : await this.renewal.current();
    const answer = await this.#request(wanted, token);
    if (answer.status !== 401 || this.renewal === null) return this.#succeeded(answer);
    const outcome = await this.renewal.renew();
    if (outcome === 'unreachable') throw unreachable(false);
    if (outcome === 'refused') this.onSignedOut();
    if (outcome === 'refused') return this.#succeeded(answer);
    return this.#succeeded(await this.#request(wanted, await this.renewal.current()));
  }

  async #request({ method, url, body, type, ms = TIMEOUT_MS }: Wanted, token: string | null): Promise<Response> {
    const abort = new AbortController();
    const cancel = this.ports.clock.after(ms, () => abort.abort());
    const headers: Record<string, string> = { accept: 'application/json' };
    if (type !== undefined) headers['content-type'] = type;
    if (token !== null) headers['authorization'] = `Bearer ${token}`;
    const given = body === undefined ? {} : { body };
    try {
      return await this.ports.fetch(url, { method, headers, ...given, signal: abort.signal, credentials: 'omit', cache: 'no-store' });
    } catch {
      throw unreachable(abort.signal.aborted);
    } finally {
      cancel();
    }
  }

  async #succeeded(answer: Response): Promise<Response> {
    if (answer.ok) return answer;
    const body = await read(answer, () => answer.text());
    throw new Refused(problemOf(answer.status, body, answer.headers.get('retry-after')) as Refusal);
  }
}

async function read<T>(_: Response, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch {
    throw unreachable(false);
  }
}

async function parsed<T>(answer: Response): Promise<T> {
  const body = await read(answer, () => answer.text());
  if (answer.status === 204 || body === '') return undefined as T;
  const found = parseJson(body);
  if (found === undefined) throw new Refused({ code: 'garbage', message: 'The server answered something that is not JSON.' });
  return found as T;
}
