import { render, screen } from '@testing-library/svelte';
import { flushSync } from 'svelte';
import { beforeEach, expect, test, vi } from 'vitest';

import type { Channel, Id } from '../../../model/entities';
import { apply } from '../../../model/apply';
import { EMPTY, type State } from '../../../model/state';
import type { App } from '../../../state';
import { channel, ME, messages, ready } from '../../../testing/makers';
import { setLanguage } from '../../../ui/language.svelte';
import { Conversation } from '../conversation.svelte';
import Timeline from './Timeline.svelte';

vi.mock('../../../state', () => ({ getApp: () => ({ rest: {} }) }));

const ID = '10';

/** A store whose history answers each `show` with the newest messages; `gone` is a message that is not there. */
class FakeApp {
  state = $state.raw<State>(EMPTY);
  shown: string[] = [];
  me = ME;
  status = { name: 'live' };
  pendingIn = () => [];
  may = () => true;
  delivery = () => null;
  readers = () => [];
  nameOf = (id: Id) => id;
  markRead = () => {};
  loadOlder = async () => {};
  loadNewer = async () => {};
  message = async () => null;

  constructor(of: Partial<Channel> = {}) {
    this.state = apply(EMPTY, { type: 'ready', data: ready([channel({ id: ID, last_seq: 3, version: 4, ...of })]) }, 0);
  }
  async show(_: Id, target: unknown): Promise<void> {
    this.shown.push(JSON.stringify(target));
    if (JSON.stringify(target).includes('gone')) throw new Error('not there');
    const isPast = JSON.stringify(target).includes('date');
    const data = { channel_id: ID, messages: messages(1, isPast ? 1 : 3), hasOlder: false, hasNewer: isPast };
    this.state = apply(this.state, { answer: 'window', data }, 0);
  }
}

async function opened(fake: FakeApp, messageId?: string): Promise<Conversation> {
  const conversation = new Conversation(fake as unknown as App, ID);
  render(Timeline, { conversation, messageId });
  await vi.waitFor(() => expect(document.querySelector('[role=log]')?.getAttribute('aria-busy')).toBe('false'));
  return conversation;
}

beforeEach(() => setLanguage('en'));

test('what a resume says may have holes is read anew', async () => {
  const fake = new FakeApp();
  await opened(fake);
  expect(fake.shown).toEqual(['{"latest":true}']);
  const gap = { channel_id: ID, from: 4, to: 900, messages: [], members: [], limited: true };
  fake.state = apply(fake.state, { type: 'sync', data: gap }, 0);
  expect(fake.state.timelines[ID]).toBeUndefined();
  flushSync();
  await vi.waitFor(() => expect(fake.state.timelines[ID]?.messages).toHaveLength(3));
  expect(fake.shown).toHaveLength(2);
});

test('a link to a message that is gone leads to the latest', async () => {
  const fake = new FakeApp();
  await opened(fake, 'gone');
  expect(fake.shown).toEqual(['{"message":"gone"}', '{"latest":true}']);
});

test('a day whose messages fit on the screen stays there when newer ones come', async () => {
  const fake = new FakeApp();
  const conversation = await opened(fake);
  const loads = vi.spyOn(fake, 'loadNewer');
  conversation.toDate(new Date(0));
  // The second time it has found its place.
  await vi.waitFor(() => expect(loads.mock.calls.length).toBeGreaterThan(1));
  const data = { channel_id: ID, messages: messages(1, 3), hasOlder: false, hasNewer: false };
  fake.state = apply(fake.state, { answer: 'window', data }, 0);
  flushSync();
  expect(screen.getByRole('button', { name: 'To the latest message' })).toBeTruthy();
});
