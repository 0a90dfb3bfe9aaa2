/** What waits to be sent, as a list: pure. The order within a channel is that of the list. */

import type { Id, Message } from '../model/entities';
import type { Pending, Refusal } from './contract';

/** A pending message, when it may be tried next, and the place that its ack has told. */
export interface Item extends Pending {
  notBefore: number;
  /** It was sent at least once: it may be stored although no ack has come. */
  isInDoubt: boolean;
  /** Set once acknowledged: shown until the event has brought the message. */
  seq: number | null;
  /** A message that came looks like this one: it is not shown twice while it is found out. */
  isThere: boolean;
}

export type Queue = readonly Item[];

const LATER = new Set<Refusal['code']>(['rate_limited', 'unavailable', 'network']);
const PAUSE_S = 1;

/** A new one. */
export function item(pending: Pending): Item {
  return { ...pending, notBefore: 0, isInDoubt: pending.status === 'sending', seq: null, isThere: false };
}

function change(queue: Queue, nonce: string, patch: (one: Item) => Item): Queue {
  return queue.map((one) => (one.nonce === nonce ? patch(one) : one));
}

/** The next one of each channel that may go now: the first that has not failed, when nothing of it is on its way. */
export function due(queue: Queue, now: number): Item[] {
  const heads = new Map<Id, Item>();
  for (const one of queue) {
    if (one.status === 'failed' || one.seq !== null || heads.has(one.channel_id)) continue;
    heads.set(one.channel_id, one);
  }
  return [...heads.values()].filter((one) => one.status === 'queued' && one.notBefore <= now);
}

/** When to look again: the earliest time at which one that waits may go, or null. */
export function nextTime(queue: Queue, now: number): number | null {
  const times = queue.filter((one) => one.status === 'queued' && one.notBefore > now).map((one) => one.notBefore);
  return times.length === 0 ? null : Math.min(...times);
}

/** It is on its way. */
export function sending(queue: Queue, nonce: string): Queue {
  return change(queue, nonce, (one) => ({ ...without(one), status: 'sending', isInDoubt: true }));
}

function without({ error: _, ...one }: Item): Item {
  return one;
}

/** The server has it, as `seq`. */
export function acknowledged(queue: Queue, nonce: string, seq: number): Queue {
  return change(queue, nonce, (one) => ({ ...one, seq }));
}

/** Refused: for now it waits at the head of its channel; for good it stands aside, and the next may go. */
export function refused(queue: Queue, nonce: string, error: Refusal, now: number): Queue {
  return change(queue, nonce, (one) => {
    if (one.status !== 'sending') return one;
    // No answer although the connection stands: not at once again.
    if (error.code === 'network') return { ...one, status: 'queued', notBefore: now + PAUSE_S * 1000 };
    if (!LATER.has(error.code)) return { ...one, status: 'failed', isInDoubt: false, isThere: false, error };
    const notBefore = now + Math.ceil((error.retry_after ?? PAUSE_S) * 1000);
    return { ...one, status: 'queued', isInDoubt: false, isThere: false, notBefore, error };
  });
}

/** The connection is gone: what was on its way is to be sent again, with the same nonce. */
export function interrupted(queue: Queue): Queue {
  return queue.map((one) => (one.status === 'sending' && one.seq === null ? { ...one, status: 'queued' } : one));
}

/** A failed one once more, where it stands. */
export function again(queue: Queue, nonce: string): Queue {
  return change(queue, nonce, (one) => (one.status === 'failed' ? { ...without(one), status: 'queued', notBefore: 0 } : one));
}

/** Without one. */
export function drop(queue: Queue, nonce: string): Queue {
  return queue.filter((one) => one.nonce !== nonce);
}

/** Without those that have come as messages: up to `last_seq` of their channel. */
export function settle(queue: Queue, lastSeq: (channelId: Id) => number | undefined): Queue {
  const left = queue.filter((one) => one.seq === null || one.seq > (lastSeq(one.channel_id) ?? Infinity));
  return left.length === queue.length ? queue : left;
}

/** Messages of one's own that a resume has brought: each hides one that may be it. All are sent again nevertheless. */
export function recognised(queue: Queue, mine: readonly Message[]): Queue {
  const left = [...mine];
  let isChanged = false;
  const found = queue.map((one) => {
    if (!one.isInDoubt || one.isThere || one.seq !== null) return one;
    const place = left.findIndex((message) => looksLike(message, one));
    if (place < 0) return one;
    left.splice(place, 1);
    isChanged = true;
    return { ...one, isThere: true };
  });
  return isChanged ? found : queue;
}

function looksLike(message: Message, one: Item): boolean {
  const { channel_id, reply_to, content } = message;
  return channel_id === one.channel_id && reply_to === one.reply_to && content.trim() === one.content.trim();
}

/** What is shown as pending in a channel. */
export function shown(queue: Queue, channelId: Id): Item[] {
  return queue.filter((one) => one.channel_id === channelId && !one.isThere);
}
