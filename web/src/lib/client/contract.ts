/** What the floors above may rely on: the connection's status, what waits to be sent, and refusals. */

import type { Id, Message } from '../model/entities';

/** `waiting`: the next try is at `retryAt` (ms since 1970, the client's clock). `refused`: only signing in again helps. */
export type ConnectionStatus =
  | { name: 'offline' }
  | { name: 'connecting' }
  | { name: 'syncing' }
  | { name: 'live' }
  | { name: 'waiting'; retryAt: number; why: 'network' | 'server' | 'draining' | 'slow' }
  | { name: 'refused'; why: 'expired' | 'signed_out' | 'too_big' | 'malformed' };

/** A message of one's own that the server has not acknowledged. The nonce makes every retry the same message. */
export interface Pending {
  nonce: string;
  channel_id: Id;
  content: string;
  reply_to: Id | null;
  /** In ms since 1970, the client's clock. */
  created_at: number;
  status: 'queued' | 'sending' | 'failed';
  error?: Refusal;
}

/** How far a message of one's own is. */
export type Delivery = 'sent' | 'delivered' | 'read';

/** A refusal in native's words; `network` and `garbage` are the client's own: no answer, or none that can be read. */
export interface Refusal {
  code:
    | 'unauthorized'
    | 'forbidden'
    | 'not_found'
    | 'invalid'
    | 'rate_limited'
    | 'conflict'
    | 'too_large'
    | 'unavailable'
    | 'network'
    | 'garbage';
  message: string;
  field?: string;
  /** In seconds. */
  retry_after?: number;
}

/** Thrown by everything that asks the server. */
export class Refused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message);
  }
}

/** REST under `/api/v1`: adds the token, renews it once when it has expired, and throws only `Refused`. */
export interface Rest {
  get<T>(path: string, query?: Record<string, string | number | undefined>): Promise<T>;
  post<T>(path: string, body?: unknown): Promise<T>;
  put<T>(path: string, body?: unknown): Promise<T>;
  patch<T>(path: string, body: unknown): Promise<T>;
  delete<T>(path: string, query?: Record<string, string | number | undefined>, body?: unknown): Promise<T>;
  /** A picture as it is stored; null where there is none. */
  blob(path: string): Promise<Blob | null>;
  /** Bytes of a picture. */
  upload<T>(path: string, bytes: Blob): Promise<T>;
}

/** Where `App.show` leads a timeline. */
export type Target = { latest: true } | { message: Id } | { date: Date } | { firstUnread: true };

/** What an answer to `send` turns into, for whoever waits. */
export type Sent = { message: Pick<Message, 'id' | 'seq' | 'created_at'>; duplicate: boolean };
