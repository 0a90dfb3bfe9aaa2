import { beforeEach, expect, test } from 'vitest';

import type { Permission } from '../../model/entities';
import { setLanguage } from '../../ui/language.svelte';
import { serverItems } from './menus';
import { asApp, FakeApp, server, user } from './testing/fake.svelte';

const OWNER = { ...user('1', 'Ann'), created_at: '', admin: false, email: null };

function labels(permissions: Permission[], owner_id = '1'): string[] {
  const fake = new FakeApp();
  fake.state = { ...fake.state, me: OWNER };
  return serverItems(asApp(fake), server('50', { owner_id, permissions })).map(({ label }) => label);
}

beforeEach(() => setLanguage('en'));

test('whoever may manage channels begins a new one from the server’s menu', () => {
  expect(labels(['MANAGE_CHANNEL', 'CREATE_INVITE'])).toEqual(['Server settings', 'New channel', 'Invite people']);
  expect(labels(['CREATE_INVITE'], '2')).toEqual(['Server settings', 'Invite people', 'Leave']);
});

test('a new channel is asked for on the page of the channels', () => {
  const fake = new FakeApp();
  const item = serverItems(asApp(fake), server('50', { permissions: ['MANAGE_CHANNEL'] })).find(({ label }) => label === 'New channel');
  item?.action();
  expect(location.hash).toBe('#/s/50/settings/channels/new');
});
