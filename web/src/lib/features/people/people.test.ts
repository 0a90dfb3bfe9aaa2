import { cleanup, render, screen } from '@testing-library/svelte';
import type { Component } from 'svelte';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { setLanguage } from '../../ui/language.svelte';
import { go } from '../../ui/route.svelte';
import { asApp, FakeApp, user } from '../shell/testing/fake.svelte';
import Host from '../shell/testing/Host.svelte';
import { write } from './deeds';
import People from './People.svelte';

let fake: FakeApp;

function show(section: string): void {
  render(Host, { app: asApp(fake), what: People as unknown as Component<Record<string, unknown>>, given: { section } });
}

beforeEach(() => {
  setLanguage('en');
  fake = new FakeApp();
});
afterEach(cleanup);

test('without friends one is led to finding people, and with one not any more', () => {
  show('friends');
  screen.getByRole('button', { name: 'Find people' }).click();
  expect(location.hash).toBe('#/people/find');
  cleanup();
  fake.state = { ...fake.state, relationships: { '7': { user: user('7', 'Ann'), bond: 'friend', request_id: null, created_at: '' } } };
  show('friends');
  expect(screen.getByText('Ann')).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Find people' })).toBeNull();
});

test('a chat that is made is gone to, but not by who has gone elsewhere meanwhile', async () => {
  const places: string[] = [];
  for (const elsewhere of [false, true]) {
    let answer: (made: { id: string }) => void = () => undefined;
    Object.assign(fake.rest, { post: () => new Promise((done) => (answer = done)) });
    go('#/people/friends');
    const written = write(asApp(fake), '7');
    if (elsewhere) go('#/settings/profile');
    answer({ id: '70' });
    await written;
    places.push(location.hash);
  }
  expect(places).toEqual(['#/c/70', '#/settings/profile']);
});
