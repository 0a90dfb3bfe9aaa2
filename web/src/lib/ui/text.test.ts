import { parse } from 'svelte/compiler';
import { expect, test } from 'vitest';

// What people see comes from words.ts: a component has no letters of its own, nor in what is read out.
const sources = import.meta.glob<string>('../../**/*.svelte', { eager: true, query: '?raw', import: 'default' });
const SPOKEN = new Set(['aria-label', 'title', 'placeholder', 'alt', 'label', 'text', 'hint']);

interface Node {
  type: string;
  name?: string;
  data?: string;
  value?: unknown;
}

function texts(node: unknown, inside: string[] = []): string[] {
  if (Array.isArray(node)) return node.flatMap((each) => texts(each, inside));
  if (node === null || typeof node !== 'object') return [];
  const { type, name, data } = node as Node;
  if (type === 'Script' || type === 'StyleSheet' || type === 'Comment' || type === 'StyleDirective') return [];
  if (type === 'Text') return /\p{L}/u.test(data ?? '') ? [...inside, data ?? ''] : [];
  if (type === 'Attribute' && !SPOKEN.has(name ?? '')) return [];
  return Object.values(node as object).flatMap((each) => texts(each, inside));
}

test.each(Object.entries(sources))('%s has no words of its own', (_, source) => {
  expect(texts(parse(source, { modern: true }).fragment)).toEqual([]);
});
