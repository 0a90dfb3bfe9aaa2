import { cleanup, render, screen, within } from '@testing-library/svelte';
import { flushSync } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Component } from 'svelte';

import { setLanguage } from '../../ui/language.svelte';
import Banner from './Banner.svelte';
import { closeDialog, dialog } from './dialogs.svelte';
import { places } from './order';
import Sidebar from './Sidebar.svelte';
import { asApp, channel, channels, FakeApp, server, servers, user } from './testing/fake.svelte';
import Host from './testing/Host.svelte';

let fake: FakeApp;

function show<P extends Record<string, unknown>>(what: Component<P>, given?: P): void {
  render(Host, { app: asApp(fake), what: what as unknown as Component<Record<string, unknown>>, ...(given ? { given } : {}) });
}

beforeEach(() => {
  setLanguage('en');
  fake = new FakeApp();
  closeDialog();
});
afterEach(() => {
  vi.useRealTimers();
  cleanup();
});

test('the banner counts down, is read out once, and tries at a click', () => {
  vi.useFakeTimers();
  fake.status = { name: 'waiting', retryAt: Date.now() + 5_000, why: 'server' };
  show(Banner);
  const spoken = screen.getByRole('status').textContent;
  expect(spoken).toContain('5 s');
  vi.advanceTimersByTime(2_000);
  flushSync();
  expect(document.body.textContent).toContain('again in 3 s');
  expect(screen.getByRole('status').textContent).toBe(spoken);
  screen.getByRole('button', { name: 'Try now' }).click();
  expect(fake.asked).toEqual(['reconnect']);
});

test('the banner goes when the connection is back, and a refusal leads to signing in', () => {
  fake.status = { name: 'refused', why: 'expired' };
  show(Banner);
  screen.getByRole('button', { name: 'Sign in again' }).click();
  expect(dialog()).toEqual({ name: 'sign_in' });
  fake.status = { name: 'live' };
  flushSync();
  expect(screen.queryByRole('button')).toBeNull();
});

test('the sidebar has every place by its name, with what is new in it said in words', () => {
  fake.state = {
    ...fake.state,
    users: { '2': user('2', 'Bob') },
    online: new Set(['2']),
    channels: channels(
      channel('0', { kind: 'lobby' }),
      channel('8', { kind: 'direct', peer: user('2', 'Bob'), unread: 2 }),
      channel('7', { kind: 'group', name: '<b>Readers</b>', unread: 1 }),
      channel('11', { server_id: '50', name: 'general', unread: 3, mentions: 1 }),
    ),
    servers: servers(server('50', { name: 'Makers' })),
  };
  show(Sidebar, { places: places(fake.state) });
  const side = within(screen.getByRole('navigation'));
  expect(side.getByRole('link', { name: /^Bob online 2 messages for you$/ }).getAttribute('href')).toBe('#/c/8');
  expect(side.getByRole('link', { name: /<b>Readers<\/b> 1 unread message/ })).toBeTruthy();
  const makers = within(side.getByRole('region', { name: 'Makers' }));
  expect(makers.getByRole('link', { name: /general 1 message for you/ })).toBeTruthy();
});

test('a folded server still shows how much in it is meant for oneself', () => {
  fake.state = {
    ...fake.state,
    channels: channels(channel('11', { server_id: '50', name: 'general', unread: 3, mentions: 1 }), channel('12', { server_id: '50', name: 'idle' })),
    servers: servers(server('50', { name: 'Makers' })),
  };
  show(Sidebar, { places: places(fake.state) });
  const fold = screen.getByRole('button', { name: 'Makers' });
  fold.click();
  flushSync();
  expect(fold.getAttribute('aria-expanded')).toBe('false');
  expect(screen.queryByRole('link', { name: /idle/ })).toBeNull();
  expect(screen.getByRole('region', { name: 'Makers' }).textContent).toContain('1 message for you');
  fold.click();
  flushSync();
  expect(screen.getByRole('link', { name: /idle/ })).toBeTruthy();
});
