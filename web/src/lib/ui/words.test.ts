import { expect, test } from 'vitest';

import { language, setLanguage, tables, words } from './language.svelte';

// Every table of the client registers itself when it is loaded.
const parts = import.meta.glob('../**/words.ts', { eager: true });

const places = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? '').sort();

test('there are tables, and each key has the same places to fill in both languages', () => {
  expect(Object.keys(parts).length).toBeGreaterThan(0);
  const odd = tables.flatMap(({ en, zh }) =>
    Object.keys(en).filter((key) => {
      const forms = (en[key] ?? '').split('|');
      return forms.some((one) => !places(zh[key] ?? '').every((name) => places(forms.at(-1) ?? '').includes(name)) || (zh[key] ?? '') === '' || one === '');
    }),
  );
  expect(odd).toEqual([]);
});

test('a text takes its values and the form that fits', () => {
  const t = words({ left: '{n} day of {all}|{n} days of {all}' }, { left: '{all} 天中的 {n} 天' });
  setLanguage('en');
  expect(t('left', { n: 1, all: 7 })).toBe('1 day of 7');
  expect(t('left', { n: 2, all: 7 })).toBe('2 days of 7');
  setLanguage('zh');
  expect(t('left', { n: 1, all: 7 })).toBe('7 天中的 1 天');
  expect(language()).toBe('zh');
});
