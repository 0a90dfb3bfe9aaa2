import 'fake-indexeddb/auto';

import { deleteDB, openDB } from 'idb';
import { beforeEach, describe, expect, test } from 'vitest';

import { apply } from '../model/apply';
import { EMPTY } from '../model/state';
import { FakeClock, FakeLocks, fakeStorage } from '../testing/fakes';
import { channel, ME, messages, ready } from '../testing/makers';
import { keep, recall } from './keep';
import type { Ports } from './ports';
import { RestClient } from './rest';
import { Store } from './store';
import { Logins, type Tokens } from './tokens';

let clock: FakeClock;
let storage: Ports['storage'];
let locks: Ports['locks'];
let refreshed: string[];
let answer: (url: string, init: RequestInit) => Response | Promise<Response>;

function tokens(n: number, expires_in = 3_600): Tokens {
  return { user: ME, session_id: 's', access_token: `access ${n}`, refresh_token: `refresh ${n}`, expires_in };
}

beforeEach(() => {
  [clock, storage, locks, refreshed] = [new FakeClock(), fakeStorage(), new FakeLocks() as unknown as Ports['locks'], []];
  [lost, answered] = [0, new Map()];
  answer = () => new Response('{}');
});

let lost: number;
let answered: Map<string, number>;

/** Takes each refresh token once, as the server does, but for the same request again; loses as many answers as it is told to. */
const fetch: Ports['fetch'] = async (url, init) => {
  if (!url.endsWith('/auth/refresh')) return answer(url, init);
  const { refresh_token, nonce } = JSON.parse(init.body as string) as { refresh_token: string; nonce: string };
  const before = answered.get(`${refresh_token} ${nonce}`);
  if (before === undefined && refreshed.includes(refresh_token)) return new Response('', { status: 401 });
  if (before === undefined) refreshed.push(refresh_token);
  const found = before ?? refreshed.length + 1;
  answered.set(`${refresh_token} ${nonce}`, found);
  if (lost-- > 0) throw new TypeError('Failed to fetch');
  return Response.json(tokens(found));
};

function logins(): Logins {
  return new Logins({ clock, fetch, storage, locks, uuid: () => crypto.randomUUID() });
}

function bearer(init: RequestInit): string | undefined {
  return (init.headers as Record<string, string>)['authorization'];
}

describe('tokens', () => {
  test('tabs that renew at once renew once, and all have the new ones', async () => {
    logins().keep(tokens(1));
    const tabs = [logins(), logins(), logins()];
    expect(await Promise.all(tabs.map((tab) => tab.renew(ME.id)))).toEqual(['renewed', 'renewed', 'renewed']);
    expect(refreshed).toEqual(['refresh 1']);
    expect(await tabs[2]?.of(ME.id).current()).toBe('access 2');
  });
  test('a refresh whose answer was lost is asked for again and does not sign out', async () => {
    logins().keep(tokens(1));
    lost = 2;
    const outcomes = [];
    for (let n = 0; n < 3; n++) outcomes.push(await logins().renew(ME.id));
    expect(outcomes).toEqual(['unreachable', 'unreachable', 'renewed']);
    expect(await logins().of(ME.id).current()).toBe('access 2');
    expect(await logins().renew(ME.id)).toBe('renewed');
    expect(refreshed).toEqual(['refresh 1', 'refresh 2']);
  });
  test('without locks tabs that renew at once have the same answer', async () => {
    locks = null;
    logins().keep(tokens(1));
    const tabs = [logins(), logins(), logins()];
    expect(await Promise.all(tabs.map((tab) => tab.renew(ME.id)))).toEqual(['renewed', 'renewed', 'renewed']);
    expect(refreshed).toEqual(['refresh 1']);
    expect(await logins().renew(ME.id)).toBe('renewed');
    expect(refreshed).toEqual(['refresh 1', 'refresh 2']);
  });
  test('one that is about to end is renewed before it is used', async () => {
    logins().keep(tokens(1, 30));
    expect(await logins().of(ME.id).current()).toBe('access 2');
  });
  test('what cannot be read in the storage is as if nobody were signed in', () => {
    storage.setItem('hubbub.accounts', '{"active": 5');
    expect(logins().read()).toEqual({ active: null, logins: [] });
  });
  test('without one account the next is active', () => {
    logins().keep(tokens(1));
    logins().keep({ ...tokens(2), user: { ...ME, id: '9' } });
    logins().forget('9');
    expect(logins().read()).toMatchObject({ active: ME.id, logins: [{ id: ME.id }] });
  });
});

describe('rest', () => {
  test('renews once on 401, and asks again', async () => {
    logins().keep(tokens(1));
    const seen: (string | undefined)[] = [];
    answer = (_, init) => {
      seen.push(bearer(init));
      return seen.length === 1 ? new Response('', { status: 401 }) : Response.json({ ok: 1 });
    };
    expect(await new RestClient({ clock, fetch }, logins().of(ME.id)).get('/users/@me')).toEqual({ ok: 1 });
    expect(seen).toEqual(['Bearer access 1', 'Bearer access 2']);
  });
  test('a device that was signed out is told of', async () => {
    logins().keep(tokens(1));
    refreshed = ['refresh 1'];
    answer = () => new Response('', { status: 401 });
    let isOut = false;
    const rest = new RestClient({ clock, fetch }, logins().of(ME.id), () => (isOut = true));
    await expect(rest.get('/users/@me')).rejects.toMatchObject({ refusal: { code: 'unauthorized' } });
    expect(isOut).toBe(true);
  });
  test.each([
    ['<html></html>', 200, 'garbage'],
    ['<html></html>', 500, 'unavailable'],
    ['', 404, 'not_found'],
  ])('%s with %i is refused with %s', async (body, status, code) => {
    answer = () => new Response(body, { status });
    await expect(new RestClient({ clock, fetch }, null).get('/x')).rejects.toMatchObject({ refusal: { code } });
  });
  test('no network is `network`; no answer in time too', async () => {
    answer = () => Promise.reject(new TypeError('failed'));
    await expect(new RestClient({ clock, fetch }, null).get('/x')).rejects.toMatchObject({ refusal: { code: 'network' } });
    answer = (_, init) => new Promise((_resolve, reject) => init.signal?.addEventListener('abort', () => reject(new Error('aborted'))));
    const late = expect(new RestClient({ clock, fetch }, null).get('/x')).rejects.toMatchObject({ refusal: { message: expect.stringContaining('in time') } });
    await clock.advance(20_000);
    await late;
  });
  test('an answer that stops in the middle of its body is late, too', async () => {
    answer = (_, init) => {
      const start = (body: ReadableStreamDefaultController): void => {
        body.enqueue(new TextEncoder().encode('{"half":'));
        init.signal?.addEventListener('abort', () => body.error(new Error('aborted')));
      };
      return new Response(new ReadableStream({ start }));
    };
    const late = expect(new RestClient({ clock, fetch }, null).get('/x')).rejects.toMatchObject({ refusal: { message: expect.stringContaining('in time') } });
    await clock.advance(20_000);
    await late;
  });
  test('a picture that is not there is null', async () => {
    answer = () => new Response('', { status: 404 });
    expect(await new RestClient({ clock, fetch }, null).blob('/users/1/avatar')).toBeNull();
  });
});

describe('what is kept', () => {
  const known = apply(EMPTY, { type: 'ready', data: ready([channel({ last_seq: 200, version: 300 })]) }, 0);
  const data = { channel_id: '10', messages: messages(101, 200), hasOlder: true, hasNewer: false };
  const state = apply(known, { answer: 'window', data }, 0);

  test('comes back, bounded, with positions of what is there', async () => {
    const store = new Store();
    await keep(store, ME.id, state);
    const found = await recall(store, ME.id);
    expect(found?.timelines['10']).toMatchObject({ hasOlder: true, hasNewer: false });
    expect(found?.timelines['10']?.messages).toEqual(messages(151, 200));
    expect(found?.positions).toEqual({ '10': 300 });
    await store.forget(ME.id);
    expect(await recall(store, ME.id)).toBeNull();
  });
  test.each([[null], [5], [{ shape: 0, state }], [{ shape: 1, state: { me: ME } }], [{ shape: 1 }]])('%j is begun anew', async (value) => {
    const store = new Store();
    await store.putKnown(ME.id, 'state', value);
    expect(await recall(store, ME.id)).toBeNull();
  });
});

test('what a newer client has kept is left to it', async () => {
  await deleteDB('hubbub');
  const newer = await openDB('hubbub', 9, { upgrade: (db) => void db.createObjectStore('outbox', { keyPath: 'nonce' }) });
  await newer.put('outbox', { nonce: 'n', text: 'never sent' });
  newer.close();
  const store = new Store();
  await store.putDraft(ME.id, '10', 'one');
  expect(await store.drafts(ME.id)).toEqual({});
  const again = await openDB('hubbub', 9);
  expect(await again.getAll('outbox')).toEqual([{ nonce: 'n', text: 'never sent' }]);
  again.close();
  await deleteDB('hubbub');
});

test('a store that another page had closed is opened again', async () => {
  const store = new Store();
  await store.putDraft(ME.id, '10', 'one');
  await new Promise<void>((resolve) => {
    const wanted = indexedDB.open('hubbub', 9);
    wanted.onsuccess = () => (wanted.result.close(), indexedDB.deleteDatabase('hubbub'), resolve());
  });
  await store.putDraft(ME.id, '10', 'two');
  expect(await store.drafts(ME.id)).toEqual({ 10: 'two' });
  await store.forget(ME.id);
});
