/** What the timeline shows, row by row: pure, so that it is decided without a page. */
import type { Pending, Target } from '../../../client/contract';
import type { Message } from '../../../model/entities';
import { saidAt } from '../../../model/messages';

/** Messages of one person stand together while no more than this lies between two of them, in ms. */
const TOGETHER_MS = 5 * 60_000;

/** A row: a message that the server has, or one of one's own that it has not yet. */
export type Row = { key: string; message: Message; pending?: undefined } | { key: string; message?: undefined; pending: Pending };

/** How a row stands to the one above it. */
export interface Standing {
  /** Shows who and when. */
  head: boolean;
  /** Begins a day: its time. */
  day: number | null;
  /** The line "new" is above it. */
  fresh: boolean;
}

const made = new WeakMap<Message, Row>();

function rowOf(message: Message): Row {
  let row = made.get(message);
  if (row === undefined) made.set(message, (row = { key: `m${message.seq}`, message }));
  return row;
}

/** All rows; a message that has not changed keeps its row. */
export function rows(messages: readonly Message[], pending: readonly Pending[]): Row[] {
  return [...messages.map(rowOf), ...pending.map((each): Row => ({ key: `p${each.nonce}`, pending: each }))];
}

/** When it was said, in ms since 1970. */
function timeOf(row: Row): number {
  return row.message ? saidAt(row.message) : row.pending.created_at;
}

function authorOf(row: Row, me: string): string {
  if (row.pending) return me;
  return row.message.webhook ? `${row.message.author.id} ${row.message.webhook.name}` : row.message.author.id;
}

function replies(row: Row): boolean {
  return (row.message ?? row.pending).reply_to !== null;
}

function sameDay(one: number, other: number): boolean {
  return new Date(one).toDateString() === new Date(other).toDateString();
}

/** Whether two rows are shown as one group: one author, close in time, and the second answers nothing. */
export function together(above: Row, row: Row, me: string): boolean {
  const apart = timeOf(row) - timeOf(above);
  // A clock that is hours off must not put a message of one's own into a group of yesterday.
  if (authorOf(above, me) !== authorOf(row, me) || replies(row)) return false;
  return row.pending !== undefined || (apart >= 0 && apart < TOGETHER_MS && above.message?.recalled !== true);
}

/** `newAfter`: the line stands above the first message of others with a greater `seq`; null is no line. */
export function standing(above: Row | undefined, row: Row, me: string, newAfter: number | null): Standing {
  const time = timeOf(row);
  const day = row.pending === undefined && (above === undefined || !sameDay(timeOf(above), time)) ? time : null;
  const fresh = isFirstNew(above, row, newAfter);
  return { head: day !== null || fresh || above === undefined || !together(above, row, me), day, fresh };
}

function isFirstNew(above: Row | undefined, row: Row, newAfter: number | null): boolean {
  if (newAfter === null || row.message === undefined || row.message.seq <= newAfter) return false;
  return above === undefined ? row.message.seq === newAfter + 1 : above.message !== undefined && above.message.seq <= newAfter;
}

/** Where the line stands when one's own words follow it: what one said oneself, on another device, is not new. */
export function pastOwn(messages: readonly Message[], newAfter: number | null, me: string | undefined): number | null {
  if (newAfter === null) return null;
  return messages.reduce((seq, message) => (message.seq === seq + 1 && message.author.id === me ? message.seq : seq), newAfter);
}

/** The row that a target names; -1 for the end. */
export function placeOf(view: readonly Row[], target: Target, newAfter: number | null): number {
  if ('message' in target) return view.findIndex((row) => row.message?.id === target.message);
  if ('date' in target) return view.findIndex((row) => row.message !== undefined && saidAt(row.message) >= target.date.getTime());
  if ('firstUnread' in target && newAfter !== null) return view.findIndex((row) => (row.message?.seq ?? 0) > newAfter);
  return -1;
}

/** One change of the list that the virtualiser can follow: at the start (`shift`), or anywhere else. */
export interface Step {
  rows: Row[];
  shift: boolean;
}

/**
 * From one list to the next in steps that each change one end. Null: they have nothing in common, and the place is lost.
 * The virtualiser keeps heights by index: both ends changed at once would put them beside the wrong rows.
 */
export function steps(from: readonly Row[], to: Row[]): Step[] | null {
  const [first, target] = [from[0], to[0]];
  if (first === undefined || target === undefined || first.key === target.key) return [{ rows: to, shift: false }];
  const [old, next] = [first.message?.seq, target.message?.seq];
  if (old === undefined || next === undefined) return null;
  const offset = old - next;
  const known = offset > 0 ? to[offset] : from[-offset];
  if (known?.key !== (offset > 0 ? first.key : target.key)) return null;
  if (offset > 0) {
    const between = to.slice(offset);
    return [...atEnd(from, between), { rows: to, shift: true }];
  }
  const between = from.slice(-offset);
  return between.length === to.length ? [{ rows: to, shift: true }] : [{ rows: between, shift: true }, { rows: to, shift: false }];
}

function atEnd(from: readonly Row[], to: Row[]): Step[] {
  return from.length === to.length ? [] : [{ rows: to, shift: false }];
}
