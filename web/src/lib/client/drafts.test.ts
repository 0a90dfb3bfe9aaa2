import 'fake-indexeddb/auto';

import { beforeEach, expect, test } from 'vitest';

import { fakeStorage, settle } from '../testing/fakes';
import { Drafts, isOfDrafts } from './drafts';
import { Store } from './store';

/** A store that is never done, as in a page that is being closed. */
class Closing extends Store {
  override putDraft(): Promise<boolean> {
    return new Promise(() => {});
  }
}

const KEY = 'hubbub.drafts.1';
let storage: ReturnType<typeof fakeStorage>;
let store: Store;

beforeEach(async () => {
  [storage, store] = [fakeStorage(), new Store()];
  await store.forget('1');
});

test('what the store has is nowhere else', async () => {
  new Drafts(storage, store, '1').put('10', 'half');
  expect(storage.getItem(KEY)).toContain('half');
  await settle();
  expect(storage.getItem(KEY)).toBeNull();
  expect(await store.drafts('1')).toEqual({ '10': 'half' });
});

test('what the store did not get any more is there the next time, and then stored', async () => {
  await store.putDraft('1', '10', 'ha');
  await store.putDraft('1', '11', 'sent since');
  const closing = new Drafts(storage, new Closing(), '1');
  closing.put('10', 'half');
  closing.put('10', 'half a thought');
  closing.put('11', '');
  expect(await new Drafts(storage, store, '1').recall()).toEqual({ '10': 'half a thought' });
  await settle();
  expect(await store.drafts('1')).toEqual({ '10': 'half a thought' });
  expect(storage.getItem(KEY)).toBeNull();
});

test('a copy goes only with the text that was stored', async () => {
  const drafts = new Drafts(storage, store, '1');
  drafts.put('10', 'a');
  new Drafts(storage, new Closing(), '1').put('10', 'of another tab');
  await settle();
  expect(await new Drafts(storage, store, '1').recall()).toEqual({ '10': 'of another tab' });
});

test('there is room for so much, and an older text never takes the place of a longer one', async () => {
  const closing = new Drafts(storage, new Closing(), '1');
  for (let n = 0; n < 30; n++) closing.put(`${100 + n}`, `${n}`.padEnd(9_000));
  expect(storage.getItem(KEY)?.length).toBeLessThan(101_000);
  expect(Object.keys(await closing.recall())).toEqual(Array.from({ length: 11 }, (_, n) => `${119 + n}`));
  closing.put('129', 'x'.repeat(100_001));
  expect(storage.getItem(KEY)).toBeNull();
});

test('each account has its own, and a forgotten one none', async () => {
  new Drafts(storage, new Closing(), '1').put('10', 'mine');
  new Drafts(storage, new Closing(), '2').put('10', 'yours');
  new Drafts(storage, store, '1').forget();
  expect(storage.getItem(KEY)).toBeNull();
  expect(await new Drafts(storage, new Closing(), '2').recall()).toEqual({ '10': 'yours' });
});

test.each(['{', '7', '[null]', '[{"channel":"__proto__","text":"x"}]', '[{"channel":"1","text":{}}]'])('%s is nobody’s draft', async (kept) => {
  storage.setItem(KEY, kept);
  expect(await new Drafts(storage, store, '1').recall()).toEqual({});
});

test('a storage that is full or forbidden keeps nothing, and nothing breaks', async () => {
  const refuse = (): never => {
    throw new DOMException('no', 'QuotaExceededError');
  };
  new Drafts({ getItem: refuse, setItem: refuse, removeItem: refuse }, store, '1').put('10', 'half');
  await settle();
  expect(await store.drafts('1')).toEqual({ '10': 'half' });
});

test('other tabs need not look who is signed in when a draft is written', () => {
  expect([isOfDrafts(KEY), isOfDrafts('hubbub.accounts'), isOfDrafts(null), isOfDrafts(undefined)]).toEqual([true, false, false, false]);
});
