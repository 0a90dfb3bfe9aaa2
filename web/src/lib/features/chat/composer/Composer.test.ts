import { fireEvent, render, screen } from '@testing-library/svelte';
import { tick } from 'svelte';
import { beforeEach, expect, test, vi } from 'vitest';

import type { Channel } from '../../../model/entities';
import { EMPTY, type State } from '../../../model/state';
import type { App } from '../../../state';
import { setLanguage } from '../../../ui/language.svelte';
import { Conversation } from '../conversation.svelte';
import Composer from './Composer.svelte';

// Avatars ask for the store; pictures are of no concern here.
vi.mock('../../../state', () => ({ getApp: () => ({ rest: {} }) }));

const channel = { id: '7', kind: 'group', name: 'reading', status: 'active', slow_mode: 0, server_id: null, peer: null } as unknown as Channel;
const me = { id: '1', username: 'ann', display_name: 'Ann' };
const bob = { id: '2', username: 'bob', display_name: 'Bob' };

interface Fake {
  app: App;
  send: ReturnType<typeof vi.fn>;
  setDraft: ReturnType<typeof vi.fn>;
}

function fake(more: { may?: boolean; draft?: string } = {}): Fake {
  const messages = [{ id: '42', channel_id: '7', seq: 1, author: bob, content: '**hi** <@1>', recalled: false }, { id: '43', seq: 2, author: me, content: 'hello', recalled: false }];
  const state = { ...EMPTY, me, users: { 1: me, 2: bob }, channels: { 7: channel }, timelines: { 7: { messages, hasOlder: false, hasNewer: false } } };
  const [send, setDraft] = [vi.fn(() => 'nonce'), vi.fn()];
  const parts = {
    state: state as unknown as State,
    me,
    status: { name: 'live' },
    may: () => more.may ?? true,
    draft: () => more.draft ?? '',
    typing: vi.fn(),
    nameOf: (id: string) => (id === '2' ? 'Bob' : 'Ann'),
    send,
    setDraft,
  };
  return { app: parts as unknown as App, send, setDraft };
}

function shown(app: App, of: Channel = channel): { area: HTMLTextAreaElement; conversation: Conversation } {
  const conversation = new Conversation(app, '7');
  render(Composer, { conversation, channel: of });
  return { area: screen.getByRole('textbox'), conversation };
}

async function write(area: HTMLTextAreaElement, text: string): Promise<void> {
  area.value = text;
  area.setSelectionRange(text.length, text.length);
  await fireEvent.input(area);
}

beforeEach(() => setLanguage('en'));

test('Enter sends what is written, and the field and the draft are empty', async () => {
  const { app, send, setDraft } = fake();
  const { area } = shown(app);
  await write(area, ' hello @bob ');
  await fireEvent.keyDown(area, { key: 'Enter' });
  expect(send).toHaveBeenCalledExactlyOnceWith('7', 'hello <@2>', undefined);
  expect(area.value).toBe('');
  expect(setDraft).toHaveBeenLastCalledWith('7', '');
});

test('while an input method is composing, Enter chooses its word and sends nothing', async () => {
  const { app, send } = fake();
  const { area } = shown(app);
  await write(area, 'nihao');
  await fireEvent.keyDown(area, { key: 'Enter', isComposing: true });
  await fireEvent.keyDown(area, { key: 'Enter', keyCode: 229 });
  expect(send).not.toHaveBeenCalled();
  await fireEvent.keyDown(area, { key: 'Enter' });
  expect(send).toHaveBeenCalledOnce();
});

test('nothing but white space, and more than 5,000 characters, is not sent', async () => {
  const { app, send } = fake();
  const { area } = shown(app);
  await write(area, ' \n ');
  await fireEvent.keyDown(area, { key: 'Enter' });
  await write(area, 'x'.repeat(5_001));
  await fireEvent.keyDown(area, { key: 'Enter' });
  expect(send).not.toHaveBeenCalled();
  expect(screen.getByRole('alert').textContent).toContain('1 character too many');
});

test('suggestions take the arrows and Enter, and insert the user name', async () => {
  const { app, send } = fake();
  const { area } = shown(app);
  await write(area, 'hi @bo');
  expect((await screen.findByRole('option')).textContent).toContain('Bob');
  await fireEvent.keyDown(area, { key: 'Enter' });
  await vi.waitFor(() => expect(area.value).toBe('hi @bob '));
  expect(send).not.toHaveBeenCalled();
});

test('the arrow up in an empty field edits one own last message', async () => {
  const { area, conversation } = shown(fake().app);
  await fireEvent.keyDown(area, { key: 'ArrowUp' });
  expect(conversation.editing).toBe('43');
});

test('Esc leaves the answer', async () => {
  const { app, send } = fake();
  const { area, conversation } = shown(app);
  conversation.replyTo = app.state.timelines['7']?.messages[0] ?? null;
  await tick();
  expect(screen.getByText('Reply to Bob').nextElementSibling?.textContent).toBe('hi @Ann');
  await fireEvent.keyDown(area, { key: 'Escape' });
  expect(conversation.replyTo).toBeNull();
  await write(area, 'x');
  await fireEvent.keyDown(area, { key: 'Enter' });
  expect(send).toHaveBeenCalledWith('7', 'x', undefined);
});

test('who may not write sees why, and can still read and copy the draft', () => {
  const { area } = shown(fake({ may: false, draft: 'begun' }).app);
  expect(area.value).toBe('begun');
  expect(area.readOnly).toBe(true);
  expect(screen.getByRole('status').textContent).toContain('not write');
});

test('slow mode makes the next message wait', async () => {
  const { app, send } = fake();
  const slow = { ...app, may: (_: Channel, permission: string) => permission === 'SEND_MESSAGES' } as App;
  const { area } = shown(slow, { ...channel, slow_mode: 30 });
  for (const text of ['one', 'two']) {
    await write(area, text);
    await fireEvent.keyDown(area, { key: 'Enter' });
  }
  expect(send).toHaveBeenCalledOnce();
  expect(area.value).toBe('two');
  expect(screen.getByText(/30 seconds/)).toBeTruthy();
});

test('the page is marked as usable once', () => {
  shown(fake().app);
  render(Composer, { conversation: new Conversation(fake().app, '7'), channel });
  expect(performance.getEntriesByName('hubbub:interactive')).toHaveLength(1);
});
