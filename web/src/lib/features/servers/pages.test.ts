import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import type { Component } from 'svelte';
import { afterEach, beforeEach, expect, test } from 'vitest';

import type { Server } from '../../model/entities';
import { PERMISSIONS } from '../../model/permissions';
import { setLanguage } from '../../ui/language.svelte';
import { go } from '../../ui/route.svelte';
import { asApp, channel, channels, FakeApp, server } from '../shell/testing/fake.svelte';
import Host from '../shell/testing/Host.svelte';
import Channels from './Channels.svelte';
import Colour from './Colour.svelte';
import Matrix from './permissions/Matrix.svelte';
import RoleEditor from './RoleEditor.svelte';

const EVERYONE = { id: '2', server_id: '50', name: 'everyone', color: 0, position: 0, permissions: [] };
const READERS = { ...EVERYONE, id: '3', name: 'Readers', position: 1 };
let fake: FakeApp;

/** As its owner has it. */
function owned(): Server {
  return server('50', { name: 'Makers', roles: [EVERYONE, READERS], permissions: [...PERMISSIONS] });
}

function show<P extends Record<string, unknown>>(what: Component<P, object, string>, given: P): void {
  const app = asApp(Object.assign(fake, { loadServerMembers: () => Promise.resolve() }));
  render(Host, { app, what: what as unknown as Component<Record<string, unknown>>, given });
}

beforeEach(() => {
  setLanguage('en');
  fake = new FakeApp();
  go('#/');
});
afterEach(cleanup);

test('columns are added above the table, whose marks are explained there', () => {
  show(Matrix, { server: owned(), channel: channel('11', { server_id: '50' }) });
  const table = screen.getByRole('table', { hidden: true });
  const marks = screen.getByRole('list', { name: 'What the marks mean' });
  expect(within(marks).getAllByRole('listitem').map((one) => one.textContent)).toEqual(['Denied', 'As in the server', 'Allowed']);
  for (const one of [screen.getByLabelText('Add a role'), screen.getByRole('combobox', { name: 'Add a member' }), marks]) {
    expect(one.compareDocumentPosition(table) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
  }
});

test('only a role that adds to everyone’s says so', () => {
  const said = /adds to what Everyone may do/;
  show(RoleEditor, { server: owned(), role: READERS });
  expect(screen.getByText(said)).toBeTruthy();
  cleanup();
  show(RoleEditor, { server: owned(), role: EVERYONE });
  expect(screen.queryByText(said)).toBeNull();
});

test.each(['en' as const, 'zh' as const])('colours are named by words in %s, each by its own', (language) => {
  setLanguage(language);
  show(Colour, { value: 0 });
  const names = screen.getAllByRole('button').map((one) => one.getAttribute('aria-label') ?? one.textContent ?? '');
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name) => /[#\d]|^$/.test(name))).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
});

test('a new channel that the address asks for is made, and one is led there', async () => {
  const asked: unknown[] = [];
  fake.state = { ...fake.state, channels: channels(channel('11', { server_id: '50' })) };
  Object.assign(fake.rest, { post: (...all: unknown[]) => (asked.push(all), Promise.resolve({ id: '77' })) });
  go('#/s/50/settings/channels/new');
  show(Channels, { server: owned() });
  const dialog = within(screen.getByRole('dialog'));
  await fireEvent.input(dialog.getByLabelText('Name'), { target: { value: 'poems' } });
  await fireEvent.click(dialog.getByRole('button', { name: 'Create' }));
  await waitFor(() => expect(location.hash).toBe('#/c/77'));
  expect(asked).toEqual([['/servers/50/channels', { name: 'poems', category_id: null }]]);
});

test('a new channel is not asked for where one may make none, and given up one stays with the others', async () => {
  go('#/s/50/settings/channels/new');
  show(Channels, { server: server('50') });
  expect(screen.queryByRole('dialog')).toBeNull();
  cleanup();
  show(Channels, { server: owned() });
  await fireEvent.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Cancel' }));
  expect(location.hash).toBe('#/s/50/settings/channels');
  expect(screen.queryByRole('dialog')).toBeNull();
});

test('the dialog of a new channel leads nobody back who has gone elsewhere', async () => {
  go('#/s/50/settings/channels/new');
  show(Channels, { server: owned() });
  const dialog = screen.getByRole('dialog');
  cleanup();
  go('#/people/friends');
  // The platform tells it in a task of its own, when the page is no more.
  await fireEvent(dialog, new Event('close'));
  expect(location.hash).toBe('#/people/friends');
});
