import { describe, expect, test } from 'vitest';

import { channel, message, ready, server } from '../testing/makers';
import { decode, encode } from './frames';
import { problemOf } from './problem';

describe('frames', () => {
  test('what is well made is read', () => {
    const data = ready([channel()], [server()]);
    expect(decode(JSON.stringify({ type: 'ready', ref: 'hello', data }))).toEqual({ kind: 'event', event: { type: 'ready', data }, ref: 'hello' });
  });
  test.each([
    ['', 'frame'],
    ['{', 'frame'],
    ['[]', 'frame'],
    ['null', 'frame'],
    ['{"type": 1}', 'frame.type'],
    ['{"type": "new_message"}', 'new_message.channel_id'],
    ['{"type": "new_message", "data": {"channel_id": "1", "version": "2"}}', 'new_message.version'],
    ['{"type": "ready", "data": []}', 'ready'],
    ['{"type": "error", "data": {"code": "odd", "message": ""}}', 'error.code'],
    [JSON.stringify({ type: 'new_message', data: { channel_id: 10, version: 1, message: message(1) } }), 'channel_id'],
    [JSON.stringify({ type: 'new_message', data: { channel_id: '10', version: 1, message: { ...message(1), author: null } } }), 'author'],
  ])('%s is garbage, and says where', (payload, where) => {
    const found = decode(payload);
    expect(found).toMatchObject({ kind: 'garbage', why: expect.stringContaining(where) });
  });
  test('bytes are garbage, what is not known is passed over, also by the names of objects', () => {
    expect(decode(new ArrayBuffer(2)).kind).toBe('garbage');
    expect(decode('{"type": "news"}')).toEqual({ kind: 'unknown', type: 'news' });
    for (const type of ['constructor', '__proto__', 'toString']) expect(['unknown', 'garbage']).toContain(decode(JSON.stringify({ type })).kind);
  });
  test('any frame with one thing gone or another is read or is garbage, and nothing is thrown', () => {
    const whole = JSON.stringify({ type: 'ready', data: ready([channel()], [server()]) });
    for (let n = 0; n < whole.length; n += 7) {
      for (const cut of [whole.slice(0, n), whole.slice(0, n) + whole.slice(n + 5), whole.slice(0, n) + 'null' + whole.slice(n + 1)]) {
        expect(['event', 'garbage', 'unknown']).toContain(decode(cut).kind);
      }
    }
  });
  test('commands are written with what they have', () => {
    expect(encode({ type: 'heartbeat' })).toBe('{"type":"heartbeat"}');
    expect(encode({ type: 'typing', data: { channel_id: '1' } }, 3)).toBe('{"type":"typing","ref":3,"data":{"channel_id":"1"}}');
  });
});

describe('problems', () => {
  test('native ones are taken at their word', () => {
    const body = JSON.stringify({ code: 'rate_limited', detail: 'wait', retry_after: 2, field: 'x' });
    expect(problemOf(429, body, null)).toEqual({ code: 'rate_limited', message: 'wait', retry_after: 2, field: 'x' });
  });
  test.each([
    [500, '<html>oops</html>', 'unavailable'],
    [502, '', 'unavailable'],
    [404, '{"code": "odd"}', 'not_found'],
    [401, 'null', 'unauthorized'],
    [418, '[]', 'invalid'],
  ])('%i %s: the status says what there is to say', (status, body, code) => {
    expect(problemOf(status, body, null)).toEqual({ code, message: `The server answered ${status}.` });
  });
  test('`retry-after` in seconds counts; a date does not', () => {
    expect(problemOf(503, '', '7')).toMatchObject({ retry_after: 7 });
    expect(problemOf(503, '', 'Wed, 21 Oct 2026 07:28:00 GMT')).not.toHaveProperty('retry_after');
  });
});
