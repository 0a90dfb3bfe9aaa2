/** A timeline as rows: days, the line where new begins, and messages that stand together. */

import type { Id, Message } from './entities';
import { saidAt } from './messages';

/** Messages of one person stand together while no more than this lies between two of them, in ms. */
export const TOGETHER_MS = 5 * 60_000;

export type Row =
  | { kind: 'day'; key: string; time: number }
  | { kind: 'new'; key: string }
  /** `isFirst`: the head of those that stand together, with name and picture. */
  | { kind: 'message'; key: string; message: Message; isFirst: boolean };

export interface Marks {
  /** What one had read when one began to look; null without a line. */
  newAfter: number | null;
  me: Id | null;
}

/** The day of a time, in ms since 1970, where this browser is. */
export function localDay(time: number): string {
  const date = new Date(time);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}

function standTogether(one: Message, other: Message): boolean {
  const gap = saidAt(other) - saidAt(one);
  return (
    one.author.id === other.author.id &&
    one.webhook?.name === other.webhook?.name &&
    other.reply_to === null &&
    gap <= TOGETHER_MS &&
    // A clock that was set back puts nobody's words under another head.
    gap >= -TOGETHER_MS
  );
}

function isNew(message: Message, { newAfter, me }: Marks): boolean {
  return newAfter !== null && message.seq > newAfter && message.author.id !== me && !message.recalled;
}

/** The rows of some messages, ascending. Keys stay the same when more is put before or after. */
export function rows(messages: readonly Message[], marks: Marks, dayOf: (time: number) => string = localDay): Row[] {
  const found: Row[] = [];
  let before: Message | null = null;
  let day = '';
  let isMarked = messages.length > 0 && isNew(messages[0] as Message, marks) && (messages[0] as Message).seq > (marks.newAfter ?? 0) + 1;
  for (const message of messages) {
    const today = dayOf(saidAt(message));
    const heads: Row[] = [];
    if (today !== day) heads.push({ kind: 'day', key: `day ${today}`, time: saidAt(message) });
    if (!isMarked && isNew(message, marks)) heads.push({ kind: 'new', key: 'new' });
    isMarked ||= heads.some((row) => row.kind === 'new');
    const isFirst = before === null || heads.length > 0 || !standTogether(before, message);
    found.push(...heads, { kind: 'message', key: message.id, message, isFirst });
    [before, day] = [message, today];
  }
  return found;
}
