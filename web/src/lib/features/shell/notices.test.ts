import { expect, test } from 'vitest';

import { inviteCode } from './invite';
import { shortcut } from './keys';
import { arrivals, tells, title } from './notices';
import { channel, channels } from './testing/fake.svelte';

const before = channels(channel('7', { last_seq: 3, unread: 1, mentions: 0 }), channel('8', { last_seq: 3 }));

test('what arrives is what became unread since, with what is meant for oneself', () => {
  const after = channels(channel('7', { last_seq: 5, unread: 3, mentions: 1 }), before['8'] ?? channel('8'));
  expect(arrivals(before, after)).toEqual([{ channelId: '7', unread: 2, mentions: 1 }]);
});

test('one’s own messages, reading, edits and channels that are new here are no arrivals', () => {
  const after = channels(
    channel('7', { last_seq: 4, unread: 0 }),
    channel('8', { last_seq: 3, unread: 0, version: 9 }),
    channel('9', { last_seq: 9, unread: 9 }),
  );
  expect(arrivals(before, after)).toEqual([]);
  expect(arrivals(before, before)).toEqual([]);
});

test('the first message of a chat that was not there before arrives', () => {
  const after = { ...before, ...channels(channel('9', { kind: 'direct', last_seq: 1, unread: 1 }), channel('10', { kind: 'group', last_seq: 4 })) };
  expect(arrivals(before, after)).toEqual([{ channelId: '9', unread: 1, mentions: 0 }]);
});

test('levels decide what is told', () => {
  const plain = { channelId: '7', unread: 2, mentions: 0 };
  const meant = { ...plain, mentions: 1 };
  expect([tells(plain, 'all'), tells(plain, 'mentions'), tells(plain, 'nothing')]).toEqual([true, false, false]);
  expect([tells(meant, 'all'), tells(meant, 'mentions'), tells(meant, 'nothing')]).toEqual([true, true, false]);
});

test('the title counts what is meant for oneself, and only marks what is not', () => {
  expect(title('general', 3, 9)).toBe('(3) \u2068general\u2069 – Hubbub');
  expect(title('general', 0, 9)).toBe('• \u2068general\u2069 – Hubbub');
  expect(title('', 120, 0)).toBe('(99+) Hubbub');
  expect(title('', 0, 0)).toBe('Hubbub');
});

const key = (given: Partial<KeyboardEvent>) =>
  shortcut({ key: '', altKey: false, shiftKey: false, ctrlKey: false, metaKey: false, isComposing: false, ...given });

test('shortcuts, and nothing while an input method composes', () => {
  expect(key({ key: 'k', ctrlKey: true })).toBe('switcher');
  expect(key({ key: 'K', metaKey: true })).toBe('switcher');
  expect(key({ key: 'k', ctrlKey: true, isComposing: true })).toBeNull();
  expect(key({ key: '/', ctrlKey: true })).toBe('help');
  expect(key({ key: 'ArrowDown', altKey: true })).toBe('next');
  expect(key({ key: 'ArrowUp', altKey: true, shiftKey: true })).toBe('previous_unread');
  expect([key({ key: 'k' }), key({ key: 'ArrowDown' }), key({ key: 'ArrowDown', altKey: true, ctrlKey: true })]).toEqual([null, null, null]);
});

test.each([
  ['https://chat.example/#/invite/aB3_x-9', 'aB3_x-9'],
  [' aB3_x-9 ', 'aB3_x-9'],
  ['https://chat.example/invite/aB3x9/', 'aB3x9'],
  ['https://chat.example/', null],
  ['two words', null],
  ['', null],
])('an invite in %s: %s', (text, code) => {
  expect(inviteCode(text)).toBe(code);
});
