import { beforeEach, describe, expect, test } from 'vitest';

import type { ServerEvent } from '../model/events';
import { FakeClock, FakeSocket, settle } from '../testing/fakes';
import { ack, channel, message, ready } from '../testing/makers';
import { Connection } from './connection';
import { Refused, type ConnectionStatus } from './contract';
import type { Outcome } from './tokens';

let clock: FakeClock;
let sockets: FakeSocket[];
let statuses: ConnectionStatus['name'][];
let events: ServerEvent[];
let garbage: string[];
let positions: Record<string, number>;
let outcome: Outcome;
let connection: Connection;

beforeEach(() => {
  clock = new FakeClock();
  [sockets, statuses, events, garbage, positions, outcome] = [[], [], [], [], {}, 'renewed'];
  const socket = () => {
    sockets.push(new FakeSocket());
    return last();
  };
  const renewal = { current: async () => 'token', renew: async () => outcome };
  connection = new Connection({ clock, random: () => 0, socket }, renewal, {
    onStatus: ({ name }) => void statuses.push(name),
    onEvent: (event) => void events.push(event),
    onGarbage: (why) => void garbage.push(why),
    positions: () => positions,
  });
});

function last(): FakeSocket {
  return sockets.at(-1) as FakeSocket;
}

async function open(): Promise<FakeSocket> {
  if (connection.status.name === 'offline') connection.start();
  last().onopen?.();
  await settle();
  return last();
}

async function live(channels = [channel()]): Promise<FakeSocket> {
  const socket = await open();
  socket.tell('ready', ready(channels), 'hello');
  return socket;
}

describe('beginning', () => {
  test('says who one is and from where to go on', async () => {
    positions = { '10': 5 };
    const socket = await open();
    expect(socket.sent[0]).toEqual({ type: 'connect', ref: 'hello', data: { token: 'token', positions } });
  });
  test('is live when everything that was missed is here', async () => {
    positions = { '10': 5, '11': 7 };
    const socket = await live([channel({ version: 8 }), channel({ id: '11', version: 7 })]);
    expect(connection.status.name).toBe('syncing');
    socket.tell('sync', { channel_id: '10', from: 5, to: 8, messages: [], members: [], limited: false }, 'hello');
    expect(statuses).toEqual(['connecting', 'syncing', 'live']);
  });
  test('a position that cannot be is as if too much was missed', async () => {
    positions = { '10': 9 };
    const socket = await live([channel({ version: 8 })]);
    socket.tell('error', { code: 'invalid', message: 'ahead', channel_id: '10' }, 'hello');
    expect(events.at(-1)).toMatchObject({ type: 'sync', data: { channel_id: '10', to: 8, limited: true } });
    expect(connection.status.name).toBe('live');
  });
  test('a channel that is no longer there keeps nobody waiting', async () => {
    positions = { '12': 9 };
    const socket = await live();
    socket.tell('error', { code: 'not_found', message: 'gone', channel_id: '12' }, 'hello');
    expect(connection.status.name).toBe('live');
    expect(events.map((event) => event.type)).toEqual(['ready']);
  });
  test('put off by the server, it waits as long as it is told', async () => {
    const socket = await open();
    socket.tell('error', { code: 'unavailable', message: 'busy', retry_after: 3 }, 'hello');
    expect(connection.status).toMatchObject({ name: 'waiting', retryAt: clock.now() + 3_000 });
  });
  test('a server that takes the connection and says nothing is left', async () => {
    await open();
    await clock.advance(30_000);
    expect(sockets[0]?.isClosed).toBe(true);
    expect(statuses).toContain('waiting');
  });
});

describe('keeping alive', () => {
  test('a heartbeat that is not answered ends the connection', async () => {
    const socket = await live();
    socket.tell('heartbeat_ack');
    await clock.advance(30_000);
    expect(socket.sent.filter(({ type }) => type === 'heartbeat')).toHaveLength(2);
    await clock.advance(10_000);
    expect(socket.isClosed).toBe(true);
    expect(connection.status.name).not.toBe('live');
  });
  test('answered, it goes on', async () => {
    const socket = await live();
    socket.onFrame = ({ type }) => type === 'heartbeat' && socket.tell('heartbeat_ack');
    socket.tell('heartbeat_ack');
    await clock.advance(300_000);
    expect(connection.status.name).toBe('live');
    expect(sockets).toHaveLength(1);
  });
  test('where the network seems to be gone, an answer is due in two seconds, also one that is awaited already', async () => {
    const socket = await live();
    connection.networkLost();
    expect(socket.sent.filter(({ type }) => type === 'heartbeat')).toHaveLength(1);
    connection.wake();
    await clock.advance(1_900);
    expect(connection.status.name).toBe('live');
    await clock.advance(200);
    expect(connection.status).toMatchObject({ name: 'waiting', why: 'network' });
  });
  test('where the server is there all the same, it stays live', async () => {
    const socket = await live();
    socket.tell('heartbeat_ack');
    socket.onFrame = ({ type }) => type === 'heartbeat' && socket.tell('heartbeat_ack');
    connection.networkLost();
    await clock.advance(20_000);
    expect(connection.status.name).toBe('live');
    expect(sockets).toHaveLength(1);
  });
  test('after a close it comes back by itself', async () => {
    (await live()).end(1006);
    await clock.advance(250);
    expect(sockets).toHaveLength(2);
  });
  test('what an old socket still says is not heard', async () => {
    const old = await live();
    const heard = old.onmessage;
    old.end(1006);
    expect(old.onmessage).toBeNull();
    expect(heard).not.toBeNull();
  });
  test('4001 renews, then opens anew', async () => {
    (await live()).end(4001);
    await settle();
    expect(sockets).toHaveLength(2);
    outcome = 'refused';
    await live();
    last().end(4001);
    await settle();
    expect(connection.status).toEqual({ name: 'refused', why: 'expired' });
  });
});

describe('asking', () => {
  test('an answer finds who asked', async () => {
    const socket = await live();
    socket.onFrame = ({ ref }) => socket.tell('message_ack', ack(3, 'n'), ref);
    expect(await connection.ask({ type: 'send_message' })).toMatchObject({ kind: 'ack', ack: { seq: 3 } });
  });
  test('a refusal is thrown', async () => {
    const socket = await live();
    socket.onFrame = ({ ref }) => socket.tell('error', { code: 'forbidden', message: 'no' }, ref);
    await expect(connection.ask({ type: 'typing' })).rejects.toEqual(new Refused({ code: 'forbidden', message: 'no' }));
  });
  test('without an answer, and when the connection goes, it is refused with `network`', async () => {
    const socket = await live();
    const late = expect(connection.ask({ type: 'typing' })).rejects.toMatchObject({ refusal: { code: 'network' } });
    await clock.advance(20_000);
    await late;
    const gone = expect(connection.ask({ type: 'typing' })).rejects.toMatchObject({ refusal: { code: 'network' } });
    socket.end(1006);
    await gone;
    await expect(connection.ask({ type: 'typing' })).rejects.toMatchObject({ refusal: { code: 'network' } });
  });
});

test('garbage is reported, what is not known passed over, and the rest goes on', async () => {
  const socket = await live();
  socket.onmessage?.({ data: '<html>' });
  socket.tell('new_message', { channel_id: '10', version: 2 });
  socket.tell('something_new', { x: 1 });
  socket.tell('new_message', { channel_id: '10', version: 2, message: message(1) });
  expect(garbage).toHaveLength(2);
  expect(events.map((event) => event.type)).toEqual(['ready', 'new_message']);
  expect(connection.status.name).toBe('live');
});
