import { describe, expect, test } from 'vitest';

import { chances } from '../testing/chances';
import { channel, message, messages, ME, ready } from '../testing/makers';
import { apply, applyAll, type Input } from './apply';
import type { Message } from './entities';
import { EMPTY, type Timeline } from './state';
import { append, catchUp, extend, KEPT, prepend, replace } from './timelines';

function line(from: number, to: number, more: Partial<Timeline> = {}): Timeline {
  return { messages: messages(from, to), hasOlder: from > 1, hasNewer: false, ...more };
}

function seqs({ messages: found }: Timeline): number[] {
  return found.map((one) => one.seq);
}

describe('pages', () => {
  test('older ones join above, newer ones below, each message once', () => {
    const grown = extend(prepend(line(5, 6, { hasNewer: true }), messages(3, 5).reverse(), true), messages(6, 8), false);
    expect(seqs(grown)).toEqual([3, 4, 5, 6, 7, 8]);
    expect([grown.hasOlder, grown.hasNewer]).toEqual([true, false]);
  });
  test('one that does not join changes nothing', () => {
    const known = line(5, 6);
    expect(prepend(known, messages(1, 3), false)).toBe(known);
    expect(extend(known, messages(8, 9), false)).toBe(known);
  });
  test('the far side is let go, and can be had again', () => {
    const above = prepend(line(11, 20), messages(1, 10), false, 12);
    expect([seqs(above).at(0), seqs(above).at(-1), above.hasNewer]).toEqual([1, 12, true]);
    const below = extend(line(1, 10, { hasNewer: true }), messages(11, 30), false, 12);
    expect([seqs(below).at(0), seqs(below).at(-1), below.hasOlder]).toEqual([19, 30, true]);
  });
});

describe('what is said', () => {
  test('joins what reaches the present, and nothing else', () => {
    expect(seqs(append(line(1, 2), message(3)))).toEqual([1, 2, 3]);
    const past = line(1, 2, { hasNewer: true });
    expect(append(past, message(3))).toBe(past);
  });
  test('behind a gap there is more to be read', () => {
    expect(append(line(1, 2), message(4))).toMatchObject({ hasNewer: true, messages: [{ seq: 1 }, { seq: 2 }] });
  });
  test('an older version changes nothing, a newer one does', () => {
    const known = line(1, 3);
    expect(replace(known, message(2, { version: 1, content: 'old' }))).toBe(known);
    expect(replace(known, message(2, { version: 99, content: 'new' })).messages[1]?.content).toBe('new');
  });
  test('after a gap, what has changed and what follows', () => {
    const found = catchUp(line(1, 3), [message(5), message(2, { version: 50, content: 'edited' }), message(4)]);
    expect(seqs(found)).toEqual([1, 2, 3, 4, 5]);
    expect(found.messages[1]?.content).toBe('edited');
  });
  test('is bounded', () => {
    let found = line(1, 1);
    for (let seq = 2; seq <= KEPT * 2; seq++) found = append(found, message(seq));
    expect(found.messages.length).toBeLessThanOrEqual(KEPT * 1.1);
    expect([found.hasOlder, found.messages.at(-1)?.seq]).toEqual([true, KEPT * 2]);
  });
});

test.each(Array.from({ length: 20 }, (_, seed) => seed))('whatever comes in whatever order, it is contiguous (%i)', (seed) => {
  const chance = chances(seed);
  let found: Timeline = line(50, 55, { hasNewer: true });
  for (let n = 0; n < 200; n++) {
    const from = 1 + Math.floor(chance() * 90);
    const page: Message[] = messages(from, from + Math.floor(chance() * 12));
    const act = Math.floor(chance() * 4);
    if (act === 0) found = prepend(found, page, from > 1, 40);
    else if (act === 1) found = extend(found, page, from < 90, 40);
    else if (act === 2) found = append(found, message(from, { version: n }), 40);
    else found = replace(found, message(from, { version: n }));
    const all = seqs(found);
    expect(all).toEqual(Array.from(all, (_, place) => (all[0] as number) + place));
    expect(all.length).toBeLessThanOrEqual(44);
  }
});

describe('in the state', () => {
  const begun = apply(EMPTY, { type: 'ready', data: ready([channel({ last_seq: 3, read_seq: 1, unread: 2, version: 4 })]) }, 0);
  const shown = apply(begun, { answer: 'window', data: { channel_id: '10', messages: messages(1, 3), hasOlder: false, hasNewer: false } }, 0);
  const said = (seq: number, more: Partial<Message> = {}): Input => ({
    type: 'new_message',
    data: { channel_id: '10', version: seq + 1, message: message(seq, more) },
  });

  test('unread grows with what others say, not with what one says oneself', () => {
    const next = applyAll(shown, [said(4), said(5, { author: ME })], 0);
    expect(next.channels['10']).toMatchObject({ unread: 3, last_seq: 5, version: 6 });
    expect(next.positions['10']).toBe(6);
  });
  test('what was recalled waits for nobody', () => {
    const recalled = message(3, { version: 5, recalled: true, content: '' });
    const next = apply(shown, { type: 'message_recalled', data: { channel_id: '10', version: 5, message: recalled } }, 0);
    expect(next.channels['10']?.unread).toBe(1);
    expect(next.timelines['10']?.messages[2]?.recalled).toBe(true);
  });
  test('having read moves what waits', () => {
    const next = apply(shown, { type: 'read_updated', data: { channel_id: '10', user_id: '1', seq: 2 } }, 0);
    expect(next.channels['10']).toMatchObject({ read_seq: 2, delivered_seq: 2, unread: 1 });
  });
  test('a resume keeps what goes on, and a limited one lets go', () => {
    const again = apply(shown, { type: 'ready', data: ready([channel({ last_seq: 4, version: 5 })]) }, 0);
    expect(again.positions['10']).toBe(4);
    const base = { channel_id: '10', from: 4, to: 5, members: [] };
    const caughtUp = apply(again, { type: 'sync', data: { ...base, messages: [message(4)], limited: false } }, 0);
    expect(caughtUp.timelines['10']?.messages.map((one) => one.seq)).toEqual([1, 2, 3, 4]);
    const limited = apply(again, { type: 'sync', data: { ...base, messages: [], limited: true } }, 0);
    expect([limited.timelines['10'], limited.positions['10']]).toEqual([undefined, 5]);
  });
  test('typing ends when the message comes', () => {
    const typing = apply(shown, { type: 'typing', data: { channel_id: '10', user: message(1).author } }, 100);
    expect(Object.keys(typing.typing['10'] ?? {})).toEqual(['2']);
    expect(apply(typing, said(4), 200).typing).toEqual({});
    expect(apply(typing, { answer: 'tick', data: {} }, 100_000).typing).toEqual({});
  });
  test('200 messages a second are no burden on a timeline of 3,000', () => {
    const full = { ...shown, timelines: { '10': line(1, KEPT) }, channels: { '10': channel({ last_seq: KEPT, version: KEPT }) } };
    const flood = Array.from({ length: 200 }, (_, n) => said(KEPT + 1 + n));
    const start = performance.now();
    const next = applyAll({ ...full, positions: { '10': KEPT } }, flood, 0);
    const ms = performance.now() - start;
    expect(next.channels['10']?.last_seq).toBe(KEPT + 200);
    console.info(`200 messages: ${ms.toFixed(1)} ms`);
  });
});
