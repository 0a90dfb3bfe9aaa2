import { cleanup, render, screen } from '@testing-library/svelte';
import type { Component } from 'svelte';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { Refused } from '../../client/contract';
import { setLanguage } from '../../ui/language.svelte';
import { asApp, FakeApp, server, user } from '../shell/testing/fake.svelte';
import Host from '../shell/testing/Host.svelte';
import Invite from './Invite.svelte';

let fake: FakeApp;

/** The page of an invite by person 7 to the server Makers; `profile` answers for whoever is asked for. */
function show(profile: () => Promise<unknown>): void {
  const preview = { invite: { creator_id: '7', expires_at: null }, server: server('50', { name: 'Makers' }), member_count: 3 };
  fake.rest.get = (path) => (path === '/invites/abc' ? Promise.resolve(preview) : path === '/users/7' ? profile() : Promise.reject(new Error(path)));
  render(Host, { app: asApp(fake), what: Invite as unknown as Component<Record<string, unknown>>, given: { code: 'abc' } });
}

/** Without the marks that keep a name's direction to itself. */
async function heading(): Promise<string | undefined> {
  return (await screen.findByRole('heading', { level: 1 })).textContent?.replace(/[\u2068\u2069]/g, '');
}

beforeEach(() => {
  setLanguage('en');
  fake = new FakeApp();
});
afterEach(cleanup);

test.each([
  ['en' as const, 'Ann Lee invites you to Makers'],
  ['zh' as const, 'Ann Lee 邀请你加入 Makers'],
])('an invite says in %s who invites where', async (language, said) => {
  setLanguage(language);
  show(() => Promise.resolve(user('7', 'Ann Lee')));
  expect(await heading()).toBe(said);
});

test('an invite of somebody who is not there any more still says where it leads', async () => {
  show(() => Promise.reject(new Refused({ code: 'not_found', message: '' })));
  expect(await heading()).toBe('You are invited to Makers');
});

test('one’s own invite does not name oneself', async () => {
  fake.state = { ...fake.state, me: { ...user('7', 'Ann Lee'), created_at: '', admin: false, email: null } };
  show(() => Promise.reject(new Error('nobody asks for oneself')));
  expect(await heading()).toBe('You are invited to Makers');
});
