import 'fake-indexeddb/auto';

import { beforeEach, describe, expect, test } from 'vitest';

import type { Command } from '../wire/frames';
import { chances } from '../testing/chances';
import { FakeClock, FakeLocks, settle } from '../testing/fakes';
import { ack } from '../testing/makers';
import type { Reply } from './connection';
import { Refused, type Refusal } from './contract';
import { Outbox } from './outbox';
import type { Ports } from './ports';
import { shown } from './queue';
import { Store } from './store';

type Data = { channel_id: string; content: string; nonce: string };

/** Takes messages as the server does: a nonce once, and each channel counts by itself. */
class FakeServer {
  said: Record<string, string[]> = {};
  #seqs = new Map<string, number>();
  isLive = true;
  /** What becomes of a message: taken and acknowledged, taken with the ack lost, lost on its way, or refused. */
  fate: (data: Data) => 'taken' | 'ack lost' | 'lost' | Refusal = () => 'taken';

  ask = async ({ data }: Command): Promise<Reply> => {
    const { channel_id, content, nonce } = data as Data;
    const fate = this.fate(data as Data);
    await Promise.resolve();
    if (typeof fate === 'object') throw new Refused(fate);
    if (fate !== 'lost' && !this.#seqs.has(nonce)) {
      const here = (this.said[channel_id] ??= []);
      here.push(content);
      this.#seqs.set(nonce, here.length);
    }
    if (fate !== 'taken') throw new Refused({ code: 'network', message: 'gone' });
    return { kind: 'ack', ack: ack(this.#seqs.get(nonce) as number, nonce, channel_id) };
  };
}

let clock: FakeClock;
let store: Store;
let locks: FakeLocks;
let server: FakeServer;
let account: string;
let accounts = 100;
let nonces = 0;

beforeEach(() => {
  [clock, store, locks, server] = [new FakeClock(), new Store(), new FakeLocks(), new FakeServer()];
  account = String(++accounts);
});

function tab(): Outbox {
  const uuid = () => `nonce-${++nonces}`;
  const ports = { clock, uuid, locks: locks as unknown as NonNullable<Ports['locks']> };
  return new Outbox({ ports, store, account, ask: server.ask, isLive: () => server.isLive, onChange: () => {} });
}

/** Lets what was given be kept, and time go on. */
async function goOn(outbox: Outbox, ms = 10): Promise<void> {
  await outbox.saved();
  await clock.advance(ms);
}

function contents(outbox: Outbox, channelId = '10'): string[] {
  return shown(outbox.queue, channelId).map((one) => one.content);
}

describe('sending', () => {
  test('in order, each channel by itself', async () => {
    const outbox = tab();
    for (let n = 0; n < 20; n++) outbox.send(String(10 + (n % 2)), String(n), null);
    await goOn(outbox, 100);
    expect(server.said).toEqual({
      '10': ['0', '2', '4', '6', '8', '10', '12', '14', '16', '18'],
      '11': ['1', '3', '5', '7', '9', '11', '13', '15', '17', '19'],
    });
  });

  test('an acknowledged one stays until its message has come', async () => {
    const outbox = tab();
    outbox.send('10', 'a', null);
    await goOn(outbox);
    expect(outbox.queue).toMatchObject([{ content: 'a', seq: 1, status: 'sending' }]);
    outbox.settle(() => 0);
    expect(contents(outbox)).toEqual(['a']);
    outbox.settle(() => 1);
    expect(contents(outbox)).toEqual([]);
    expect(await store.queued(account)).toEqual([]);
  });

  test('while not connected it is kept, and goes out once after', async () => {
    server.isLive = false;
    const outbox = tab();
    for (const content of 'abc') outbox.send('10', content, null);
    await goOn(outbox);
    expect(outbox.queue.map((one) => one.status)).toEqual(['queued', 'queued', 'queued']);
    expect((await store.queued(account)).map((one) => one.pending.content)).toEqual(['a', 'b', 'c']);
    server.isLive = true;
    outbox.pump();
    await goOn(outbox);
    expect(server.said['10']).toEqual(['a', 'b', 'c']);
  });
});

describe('refusals', () => {
  test('for now: it waits as long as it is told, and nothing overtakes it', async () => {
    const outbox = tab();
    const start = clock.now();
    server.fate = () => (clock.now() - start < 2_500 ? { code: 'rate_limited', message: 'slow', retry_after: 1 } : 'taken');
    for (const content of 'abc') outbox.send('10', content, null);
    await goOn(outbox, 2_000);
    expect(server.said['10']).toBeUndefined();
    expect(outbox.queue[0]).toMatchObject({ status: 'queued', error: { code: 'rate_limited' } });
    await goOn(outbox, 2_000);
    expect(server.said['10']).toEqual(['a', 'b', 'c']);
  });

  test('for good: it stands aside with its reason, the next goes, and it can be tried again or thrown away', async () => {
    const outbox = tab();
    server.fate = ({ content }) => (content === 'b' ? { code: 'forbidden', message: 'no' } : 'taken');
    const [, b] = [...'abc'].map((content) => outbox.send('10', content, null));
    await goOn(outbox);
    outbox.settle(() => 9);
    expect(server.said['10']).toEqual(['a', 'c']);
    expect(outbox.queue).toMatchObject([{ content: 'b', status: 'failed', error: { message: 'no' } }]);
    server.fate = () => 'taken';
    outbox.retry(b as string);
    await goOn(outbox);
    expect(server.said['10']).toEqual(['a', 'c', 'b']);
  });

  test('thrown away, it is nowhere any more', async () => {
    const outbox = tab();
    server.fate = () => ({ code: 'not_found', message: 'no such channel' });
    const nonce = outbox.send('10', 'a', null);
    await goOn(outbox);
    outbox.discard(nonce);
    await settle();
    expect([outbox.queue, await store.queued(account)]).toEqual([[], []]);
  });
});

describe('tabs', () => {
  test('what a closed tab has left another one sends, and only once', async () => {
    server.isLive = false;
    const closed = tab();
    for (const content of 'ab') closed.send('10', content, null);
    await goOn(closed);
    closed.close();
    await settle();
    server.isLive = true;
    const [one, other] = [tab(), tab()];
    await Promise.all([one.adopt(), other.adopt()]);
    await clock.advance(10);
    expect(server.said['10']).toEqual(['a', 'b']);
    expect(one.queue.length + other.queue.length).toBe(2);
  });

  test('what a living tab has is its own', async () => {
    server.isLive = false;
    const living = tab();
    living.send('10', 'a', null);
    await goOn(living);
    const other = tab();
    await other.adopt();
    expect(other.queue).toEqual([]);
  });
});

test('a message that a resume brought hides the one that it may be, which is sent again all the same', async () => {
  const outbox = tab();
  server.fate = () => 'ack lost';
  outbox.send('10', 'a', null);
  await goOn(outbox);
  server.isLive = false;
  outbox.interrupted();
  outbox.recognise([{ channel_id: '10', content: 'a', reply_to: null } as never]);
  expect(contents(outbox)).toEqual([]);
  server.fate = () => 'taken';
  server.isLive = true;
  outbox.pump();
  await goOn(outbox, 2_000);
  outbox.settle(() => 1);
  expect([outbox.queue, server.said['10']]).toEqual([[], ['a']]);
});

test.each(Array.from({ length: 30 }, (_, seed) => seed))('whatever goes wrong, nothing is lost, doubled or out of order (%i)', async (seed) => {
  const chance = chances(seed);
  const wanted: Record<string, string[]> = { '10': [], '11': [] };
  server.fate = () => {
    const drawn = chance();
    if (drawn < 0.2) return 'ack lost';
    if (drawn < 0.4) return 'lost';
    return drawn < 0.5 ? { code: 'unavailable', message: 'busy', retry_after: chance() } : 'taken';
  };
  let outbox = tab();
  for (let n = 0; n < 40; n++) {
    const channelId = chance() < 0.5 ? '10' : '11';
    (wanted[channelId] as string[]).push(String(n));
    outbox.send(channelId, String(n), null);
    await clock.advance(chance() < 0.5 ? 0 : chance() * 500);
    if (chance() < 0.3) {
      server.isLive = !server.isLive;
      if (server.isLive) outbox.pump();
      else outbox.interrupted();
    }
    if (chance() < 0.1) {
      await outbox.saved();
      outbox.close();
      await settle();
      outbox = tab();
      await outbox.adopt();
    }
  }
  server.isLive = true;
  server.fate = () => 'taken';
  await goOn(outbox, 5_000);
  outbox.pump();
  await clock.advance(5_000);
  expect(server.said).toEqual(wanted);
  expect(await store.queued(account)).toEqual([]);
}, 30_000);
