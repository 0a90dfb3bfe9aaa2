import { afterEach, describe, expect, test } from 'vitest';

import { setLanguage } from '../../../ui/language.svelte';
import { ACTIONS, sentence, TOPICS, type Entry, type Names } from './sentence';

// What the protocol's document names is what there is.
const documents = import.meta.glob<string>('../../../../../../docs/dialects/native.md', { eager: true, query: '?raw', import: 'default' });

const names: Names = {
  person: (id) => ({ '5': 'Ann', '7': 'Bo' })[id] ?? null,
  role: (id) => ({ '11': 'Readers' })[id] ?? null,
  channel: (id) => ({ '20': 'poetry' })[id] ?? null,
  category: (id) => ({ '30': 'Rooms' })[id] ?? null,
};

function entry(action: string, target_id: string | null, changes: Record<string, unknown> = {}): Entry {
  const actor = { id: '5', username: 'ann', display_name: 'Ann' };
  return { id: '1', server_id: '2', actor, action, target_id, reason: '', created_at: '', changes };
}

afterEach(() => setLanguage('en'));

describe('the audit log', () => {
  test('has a sentence for every action that the protocol names', () => {
    const text = Object.values(documents)[0] ?? '';
    const named = /Its actions: ([^]*?)\n\n/.exec(text)?.[1] ?? '';
    const actions = [...named.matchAll(/`([a-z]+\.[a-z]+)`/g)].map((found) => found[1]);
    expect(actions.length).toBeGreaterThan(20);
    expect([...ACTIONS].toSorted()).toEqual(actions.toSorted());
    expect(new Set(ACTIONS.map((action) => action.split('.')[0]))).toEqual(new Set(TOPICS));
  });

  test.each(['en', 'zh'] as const)('leaves no place open in %s', (language) => {
    setLanguage(language);
    const said = ACTIONS.map((action) => sentence(entry(action, '7', { name: 'x', code: 'c', author_id: '7', owner_id: '7' }), names));
    expect(said.filter((one) => !one.includes('Ann') || /[{}]/.test(one))).toEqual([]);
    expect(new Set(said).size).toBe(ACTIONS.length);
  });

  test('says what was changed, with names in place of ids', () => {
    setLanguage('en');
    expect(sentence(entry('member.update', '7', { nickname: 'Bobby', role_ids: ['11', '404'] }), names)).toBe(
      'Ann changed Bo: nickname Bobby, roles Readers, somebody or something that is gone',
    );
    expect(sentence(entry('channel.update', '20', { slow_mode: 5, category_id: '30' }), names)).toBe('Ann changed the channel #poetry: slow mode 5 s, category Rooms');
    expect(sentence(entry('message.recall', '900', { channel_id: '20', author_id: '7' }), names)).toBe('Ann recalled a message of Bo');
    expect(sentence(entry('channel.delete', '404', { name: 'old' }), names)).toBe('Ann deleted the channel #old');
  });

  test('names an action that it does not know, and what is gone', () => {
    setLanguage('en');
    expect(sentence(entry('moon.land', null), names)).toBe('Ann: moon.land');
    expect(sentence(entry('member.kick', '404'), names)).toBe('Ann kicked somebody or something that is gone');
  });
});
