import 'fake-indexeddb/auto';

import { beforeEach, describe, expect, test } from 'vitest';

import { Store } from '../client/store';
import type { Ports } from '../client/ports';
import { FakeClock, FakeLocks, FakeSocket, fakeStorage, settle } from '../testing/fakes';
import { ack, channel, ME, message, messages, ready, YOU } from '../testing/makers';
import { createApp } from './app.svelte';
import type { App } from './contract';

let clock: FakeClock;
let sockets: FakeSocket[];
let store: Store;
let parts: Parameters<typeof createApp>[0];
let asked: string[];
/** What answers before the table does, where a test wants it. */
let answers: (name: string) => Promise<Response> | null;

const TOKENS = { user: ME, session_id: 's', access_token: 'a', refresh_token: 'r', expires_in: 3_600 };

/** What REST answers, by method and path; what is not here is not found. */
const ANSWERS: Record<string, unknown> = {
  'POST /api/v1/auth/login': TOKENS,
  'POST /api/v1/auth/logout': null,
  'GET /api/v1/relationships': { relationships: [] },
  'GET /api/v1/users/@me/preferences': { other: 1, hubbub_web: { theme: 'dark' } },
  'PUT /api/v1/users/@me/preferences': null,
  'GET /api/v1/channels/10/messages': { messages: messages(1, 3).reverse(), has_more: false, version: 4 },
};

beforeEach(async () => {
  [clock, sockets, store, asked] = [new FakeClock(), [], new Store(), []];
  answers = () => null;
  let n = 0;
  const fetch: Ports['fetch'] = async (url, init) => {
    const name = `${init.method} ${url.split('?')[0]}`;
    const bearer = (init.headers as Record<string, string>)['authorization']?.slice('Bearer '.length) ?? '';
    asked.push(name + (init.method === 'PUT' ? ` ${init.body as string}` : name.endsWith('logout') ? ` ${bearer}` : ''));
    const special = answers(name);
    if (special !== null) return special;
    if (!(name in ANSWERS)) return new Response('', { status: 404 });
    return ANSWERS[name] === null ? new Response(null, { status: 204 }) : Response.json(ANSWERS[name]);
  };
  const socket = () => sockets[sockets.push(new FakeSocket()) - 1] as FakeSocket;
  const locks = new FakeLocks() as unknown as NonNullable<Ports['locks']>;
  const ports = { clock, random: () => 0, uuid: () => `n${Math.random()}-${++n}`, fetch, socket, storage: fakeStorage(), locks };
  parts = { ports, store, schedule: (call) => void clock.after(16, call) };
  await store.forget(ME.id);
});

async function signedIn(): Promise<[App, FakeSocket]> {
  const app = createApp(parts);
  await settle();
  await app.accounts.signIn('me', 'secret');
  return [app, await connected()];
}

async function connected(): Promise<FakeSocket> {
  await settle();
  const socket = sockets.at(-1) as FakeSocket;
  socket.onopen?.();
  await settle();
  socket.tell('ready', ready([channel({ last_seq: 3, unread: 3, version: 4 })]), 'hello');
  await clock.advance(20);
  return socket;
}

const said = (seq: number, author = YOU) => ({ channel_id: '10', version: seq + 1, message: message(seq, { author }) });

describe('the store', () => {
  test('nobody is signed in, then somebody is, and connected', async () => {
    const app = createApp(parts);
    await settle();
    expect([app.signedIn, app.me, app.status.name]).toEqual(['no', null, 'offline']);
    await app.accounts.signIn('me', 'secret');
    await connected();
    expect([app.signedIn, app.me?.id, app.status.name, app.stale]).toEqual(['yes', '1', 'live', false]);
    expect(app.preference('theme', 'light')).toBe('dark');
  });

  test('what comes within a frame is one change', async () => {
    const [app, socket] = await signedIn();
    await app.show('10', { latest: true });
    const before = app.state;
    for (let seq = 4; seq <= 40; seq++) socket.tell('new_message', said(seq));
    expect(app.state).toBe(before);
    await clock.advance(20);
    expect(app.state.timelines['10']?.messages).toHaveLength(40);
    await clock.advance(1_000);
    expect(socket.sent.filter(({ type }) => type === 'mark_delivered').at(-1)?.data).toEqual({ channel_id: '10', seq: 40 });
  });

  test('a message of one\'s own is shown once, from sending until it has come', async () => {
    const [app, socket] = await signedIn();
    await app.show('10', { latest: true });
    const count = () => app.pendingIn('10').length + (app.state.timelines['10']?.messages.length ?? 0) - 3;
    const nonce = app.send('10', 'hi');
    await settle();
    expect(count()).toBe(1);
    const sent = socket.sent.find(({ type }) => type === 'send_message');
    socket.tell('message_ack', ack(4, nonce), sent?.ref);
    await settle();
    expect([count(), app.pendingIn('10').length]).toEqual([1, 1]);
    socket.tell('new_message', said(4, ME));
    await clock.advance(20);
    expect([count(), app.pendingIn('10').length]).toEqual([1, 0]);
  });

  test('having read shows at once, and is told once', async () => {
    const [app, socket] = await signedIn();
    app.markRead('10', 2);
    app.markRead('10', 3);
    expect(app.state.channels['10']).toMatchObject({ unread: 0, read_seq: 3 });
    await clock.advance(500);
    expect(socket.sent.filter(({ type }) => type === 'mark_read').map(({ data }) => data)).toEqual([{ channel_id: '10', seq: 3 }]);
  });

  test('only the own key of the preferences is touched', async () => {
    const [app] = await signedIn();
    app.setPreference('size', 2);
    expect(app.preference('size', 1)).toBe(2);
    await clock.advance(2_000);
    expect(asked.at(-1)).toBe('PUT /api/v1/users/@me/preferences {"other":1,"hubbub_web":{"theme":"dark","size":2}}');
  });

  test('without a connection it opens with what was last known, drafts too', async () => {
    const [app] = await signedIn();
    await app.show('10', { latest: true });
    app.setDraft('10', 'half a tho');
    await clock.advance(6_000);
    const next = createApp(parts);
    await settle();
    await settle();
    expect([next.stale, next.draft('10'), next.state.timelines['10']?.messages.length]).toEqual([true, 'half a tho', 3]);
  });

  test('a draft is there again also where the page was closed while it was written', async () => {
    const [app] = await signedIn();
    const { storage } = parts?.ports as Ports;
    app.setDraft('10', 'half a tho');
    const copy = storage.getItem('hubbub.drafts.1') ?? '';
    await settle();
    await store.forget(ME.id);
    expect([copy, storage.getItem('hubbub.drafts.1')]).toEqual([expect.stringContaining('half a tho'), null]);
    storage.setItem('hubbub.drafts.1', copy);
    const next = createApp(parts);
    await settle();
    expect(next.draft('10')).toBe('half a tho');
    next.setDraft('10', 'half a thought');
    await next.accounts.signOut();
    expect([storage.getItem('hubbub.drafts.1'), await store.drafts(ME.id)]).toEqual([null, {}]);
  });

  test('signing out leaves nothing', async () => {
    const [app] = await signedIn();
    app.setDraft('10', 'secret');
    await clock.advance(6_000);
    await app.accounts.signOut();
    expect([app.signedIn, app.me, app.accounts.all]).toEqual(['no', null, []]);
    expect([await store.drafts(ME.id), await store.known(ME.id, 'state')]).toEqual([{}, undefined]);
  });

  test('a device that was signed out elsewhere is signed out here', async () => {
    const [app, socket] = await signedIn();
    app.setDraft('10', 'half a tho');
    await settle();
    socket.end(4006);
    await settle();
    expect(app.signedIn).toBe('no');
    expect(app.accounts.lost).toEqual({ name: ME.username, kept: 1 });
    await app.accounts.signIn('me', 'secret');
    await settle();
    expect([app.accounts.lost, app.draft('10')]).toEqual([null, 'half a tho']);
  });

  test('signing out in one tab ends the other one, and it keeps nothing', async () => {
    const [one] = await signedIn();
    const other = createApp(parts);
    await connected();
    expect([other.signedIn, other.me?.id]).toEqual(['yes', ME.id]);
    await one.accounts.signOut();
    dispatchEvent(new Event('storage'));
    await settle();
    expect([other.signedIn, other.me, other.accounts.lost]).toEqual(['no', null, null]);
    await clock.advance(6_000);
    expect(await store.known(ME.id, 'state')).toBeUndefined();
  });

  test('an answer to one account does not reach the next one', async () => {
    const [app] = await signedIn();
    let answer = (): void => {};
    const slow = new Promise<void>((resolve) => (answer = resolve));
    const late: Record<string, unknown> = { messages: { messages: messages(1, 3), has_more: false, version: 4 }, notify: { 10: 'nothing' } };
    answers = (name) => {
      const said = late[name.split('/').at(-1) ?? ''];
      return said === undefined ? null : slow.then(() => Response.json(said));
    };
    const [shown, levels] = [app.show('10', { latest: true }), app.loadLevels()];
    await settle();
    answers = (name) => (name.endsWith('/login') ? Promise.resolve(Response.json({ ...TOKENS, user: { ...ME, id: '9' } })) : null);
    await app.accounts.signIn('other', 'secret');
    answer();
    await Promise.allSettled([shown, levels]);
    await settle();
    const active = app.accounts.all.find((account) => account.active)?.id;
    expect([active, app.state.timelines, app.me, app.level('10')]).toEqual(['9', {}, null, 'default']);
    await store.forget('9');
  });

  test('signing out reaches the server with the token of who went', async () => {
    const [app] = await signedIn();
    await app.accounts.signOut();
    expect(asked.at(-1)).toBe('POST /api/v1/auth/logout a');
  });
});
