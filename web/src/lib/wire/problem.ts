/** REST's refusals (RFC 9457), and what stands in their place when something else answers. */

import { CODES, type WireError } from './frames';
import { fields, maybe, number, oneOf, text } from './shape';

/** Without a server's own words: what the status says. */
export type Problem = Omit<WireError, 'channel_id'> | { code: 'garbage'; message: string };

const PROBLEM = fields({ code: oneOf(...CODES), detail: text, field: maybe(text), retry_after: maybe(number) });

const BY_STATUS: Record<number, WireError['code']> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  413: 'too_large',
  422: 'invalid',
  429: 'rate_limited',
};

/** JSON, or undefined where it is none. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

function fromStatus(status: number, retryAfter: string | null): Problem {
  const code = BY_STATUS[status] ?? (status >= 500 ? 'unavailable' : 'invalid');
  const seconds = retryAfter === null || retryAfter === '' ? NaN : Number(retryAfter);
  const message = `The server answered ${status}.`;
  return Number.isFinite(seconds) && seconds >= 0 ? { code, message, retry_after: seconds } : { code, message };
}

/** What an answer that is no success says; an HTML page, nothing at all, or an unknown code say no more than the status. */
export function problemOf(status: number, body: string, retryAfter: string | null): Problem {
  const found = parseJson(body);
  if (PROBLEM(found, 'problem') !== null) return fromStatus(status, retryAfter);
  const { code, detail, field, retry_after } = found as { code: WireError['code']; detail: string; field?: string; retry_after?: number };
  return {
    code,
    message: detail,
    ...(field === undefined ? {} : { field }),
    ...(retry_after === undefined ? {} : { retry_after }),
  };
}
