/** Parts of histories: contiguous by `seq`, each message once, bounded. */

import type { Message } from './entities';
import type { Timeline } from './state';

/** How many messages of a channel are kept; beyond it the far side is let go. */
export const KEPT = 3_000;

/** A timeline of a channel in which nothing was said, or whose past one may not see. */
export const NOTHING: Timeline = { messages: [], hasOlder: false, hasNewer: false };

/** Where a message of this `seq` stands, or would stand. */
export function indexOf(messages: readonly Message[], seq: number): number {
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((messages[middle] as Message).seq < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The message of this `seq`, if it is here. */
export function at(timeline: Timeline | undefined, seq: number): Message | undefined {
  const found = timeline?.messages[indexOf(timeline.messages, seq)];
  return found?.seq === seq ? found : undefined;
}

/** The message of this id, if it is here. */
export function find(timeline: Timeline | undefined, id: string): Message | undefined {
  return timeline?.messages.findLast((message) => message.id === id);
}

/** One that is here already, in its newer version; what is older or not here changes nothing. */
export function replace(timeline: Timeline, message: Message): Timeline {
  const index = indexOf(timeline.messages, message.seq);
  const known = timeline.messages[index];
  if (known?.seq !== message.seq || known.version >= message.version) return timeline;
  return { ...timeline, messages: timeline.messages.with(index, message) };
}

/** A message that was just said. Behind a gap the timeline no longer reaches the present. */
export function append(timeline: Timeline, message: Message, kept = KEPT): Timeline {
  const last = timeline.messages.at(-1);
  if (last !== undefined && message.seq <= last.seq) return replace(timeline, message);
  if (timeline.hasNewer) return timeline;
  if (last !== undefined && message.seq !== last.seq + 1) return { ...timeline, hasNewer: true };
  return boundOlder({ ...timeline, messages: [...timeline.messages, message] }, kept);
}

function boundOlder(timeline: Timeline, kept: number): Timeline {
  const over = timeline.messages.length - kept;
  // Not for each message: the array is cut when a tenth more than needed is there.
  if (over <= kept / 10) return timeline;
  return { ...timeline, messages: timeline.messages.slice(over), hasOlder: true };
}

function boundNewer(timeline: Timeline, kept: number): Timeline {
  if (timeline.messages.length <= kept) return timeline;
  return { ...timeline, messages: timeline.messages.slice(0, kept), hasNewer: true };
}

function newer(one: Message, other: Message | undefined): Message {
  return other === undefined || one.version >= other.version ? one : other;
}

/** Two parts put together, by `seq`; of a message that is in both the newer version. */
function merge(one: readonly Message[], other: readonly Message[]): Message[] {
  const found = new Map<number, Message>();
  for (const message of [...one, ...other]) found.set(message.seq, newer(message, found.get(message.seq)));
  return [...found.values()].sort((a, b) => a.seq - b.seq);
}

/** A page's messages in ascending order, each once. */
export function ascending(messages: readonly Message[]): Message[] {
  return merge(messages, []);
}

/** Whether two parts overlap or follow each other, so that together they have no hole. */
function touches(one: readonly Message[], other: readonly Message[]): boolean {
  const [first, last, start, end] = [one[0], one.at(-1), other[0], other.at(-1)];
  if (!first || !last || !start || !end) return true;
  return Math.max(first.seq, start.seq) <= Math.min(last.seq, end.seq) + 1;
}

/** A page of what came before. One that does not join changes nothing. */
export function prepend(timeline: Timeline, page: readonly Message[], hasMore: boolean, kept = KEPT): Timeline {
  const older = ascending(page);
  if (!touches(older, timeline.messages)) return timeline;
  const messages = merge(older, timeline.messages);
  return boundNewer({ ...timeline, messages, hasOlder: hasMore }, kept);
}

/** A page of what came after; `hasMore`: the present is still farther. */
export function extend(timeline: Timeline, page: readonly Message[], hasMore: boolean, kept = KEPT): Timeline {
  const later = ascending(page);
  if (!touches(timeline.messages, later)) return timeline;
  const messages = merge(timeline.messages, later);
  return boundOlder({ ...timeline, messages, hasNewer: hasMore }, kept);
}

/** What was found changed: known messages in their newer versions, and those that follow the last one. */
export function catchUp(timeline: Timeline, changed: readonly Message[]): Timeline {
  let result = timeline;
  for (const message of ascending(changed)) result = append(result, message);
  return result;
}
