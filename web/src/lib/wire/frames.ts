/** Frames ↔ text. What can't be read is garbage with a reason, what is not known is passed over: nothing throws. */

import type { EventName, ServerEvent } from '../model/events';
import * as of from './entities';
import { both, count, fields, flag, id, list, maybe, number, oneOf, orNull, table, text, type Check } from './shape';

/** A command that the server answers with the same `ref`. */
export interface Command {
  type: string;
  data?: unknown;
}

/** Codes of native's errors. */
export const CODES = [
  'unauthorized',
  'forbidden',
  'not_found',
  'invalid',
  'rate_limited',
  'conflict',
  'too_large',
  'unavailable',
] as const;

export interface WireError {
  code: (typeof CODES)[number];
  message: string;
  retry_after?: number;
  field?: string;
  channel_id?: string;
}

/** The answer to `send_message`. */
export interface Ack {
  message_id: string;
  channel_id: string;
  seq: number;
  version: number;
  timestamp: string;
  nonce: string | null;
  duplicate: boolean;
}

export type Ref = string | number | null;

/** What a frame turned out to be. */
export type Incoming =
  | { kind: 'event'; event: ServerEvent; ref: Ref }
  | { kind: 'ack'; ack: Ack; ref: Ref }
  | { kind: 'ok'; data: unknown; ref: Ref }
  | { kind: 'error'; error: WireError; ref: Ref }
  | { kind: 'heartbeat_ack' }
  | { kind: 'unknown'; type: string }
  | { kind: 'garbage'; why: string; ref: Ref };

const versioned = (more: Record<string, Check>): Check => fields({ channel_id: id, version: count, ...more });
const inServer = (more: Record<string, Check> = {}): Check => fields({ server_id: id, version: count, ...more });
const withMessage = versioned({ message: of.message });
const withReaction = both(withMessage, fields({ user_id: id, emoji: text }));
const withChannel = versioned({ channel: of.bareChannel });
const withMember = versioned({ member: of.member });
const position = fields({ channel_id: id, user_id: id, seq: count });

const EVENTS: Record<EventName, Check> = {
  ready: fields({
    user: of.profile,
    session_id: text,
    servers: list(of.serverView),
    channels: list(of.channel),
    presences: table(text),
    heartbeat_interval: number,
  }),
  sync: fields({ channel_id: id, from: count, to: count, messages: list(of.message), members: list(of.membership), limited: flag }),
  new_message: withMessage,
  message_updated: withMessage,
  message_recalled: withMessage,
  message_pinned: withMessage,
  message_unpinned: withMessage,
  reaction_added: withReaction,
  reaction_removed: withReaction,
  channel_created: withChannel,
  channel_updated: withChannel,
  channel_deleted: fields({ channel_id: id, version: maybe(count) }),
  member_joined: withMember,
  member_updated: withMember,
  member_left: versioned({ member: of.member, by: id }),
  read_updated: position,
  delivered_updated: position,
  typing: fields({ channel_id: id, user: of.user }),
  presence_updated: fields({ user_id: id, status: oneOf('online', 'offline') }),
  user_updated: fields({ user: of.user }),
  relationship_updated: fields({ relationship: of.relationship }),
  relationship_removed: fields({ user_id: id }),
  server_created: inServer({ server: of.serverView }),
  server_removed: inServer({ how: text }),
  server_updated: inServer({ server: of.bareServer }),
  server_deleted: inServer(),
  server_member_joined: inServer({ member: of.serverMember }),
  server_member_updated: inServer({ member: of.serverMember }),
  server_member_left: inServer({ user: of.user, by: id, how: text }),
  role_created: inServer({ role: of.role }),
  role_updated: inServer({ role: of.role }),
  role_deleted: inServer({ role_id: id }),
  category_created: inServer({ category: of.category }),
  category_updated: inServer({ category: of.category }),
  category_deleted: inServer({ category_id: id }),
};

const ACK = fields({
  message_id: id,
  channel_id: id,
  seq: count,
  version: count,
  timestamp: text,
  nonce: orNull(text),
  duplicate: flag,
});
const ERROR = fields({ code: oneOf(...CODES), message: text, retry_after: maybe(number), field: maybe(text), channel_id: maybe(id) });

/** By name; not an object, which has names of its own. */
const CHECKS = new Map<string, Check>([...Object.entries(EVENTS), ['message_ack', ACK], ['error', ERROR]]);

function parsed(payload: unknown): unknown {
  if (typeof payload !== 'string') return undefined;
  try {
    return JSON.parse(payload) as unknown;
  } catch {
    return undefined;
  }
}

function refOf(frame: Record<string, unknown>): Ref {
  const { ref } = frame;
  return typeof ref === 'string' || typeof ref === 'number' ? ref : null;
}

/** Reads one frame. */
export function decode(payload: unknown): Incoming {
  const found = parsed(payload);
  const wrong = fields({ type: text })(found, 'frame');
  if (wrong !== null) return { kind: 'garbage', why: wrong, ref: null };
  const frame = found as { type: string; data?: unknown };
  return named(frame.type, frame.data ?? {}, refOf(frame as Record<string, unknown>));
}

function named(type: string, data: unknown, ref: Ref): Incoming {
  if (type === 'heartbeat_ack') return { kind: 'heartbeat_ack' };
  if (type === 'ok') return { kind: 'ok', data, ref };
  const check = CHECKS.get(type);
  if (check === undefined) return { kind: 'unknown', type };
  const wrong = check(data, type);
  if (wrong !== null) return { kind: 'garbage', why: wrong, ref };
  // Checked just now; TypeScript can't follow a table of checks.
  if (type === 'message_ack') return { kind: 'ack', ack: data as Ack, ref };
  if (type === 'error') return { kind: 'error', error: data as WireError, ref };
  return { kind: 'event', event: { type, data } as ServerEvent, ref };
}

/** Writes one frame. */
export function encode(command: Command, ref?: Ref): string {
  const { type, data } = command;
  return JSON.stringify({ type, ...(ref == null ? {} : { ref }), ...(data === undefined ? {} : { data }) });
}
