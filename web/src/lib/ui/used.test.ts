import { expect, test } from 'vitest';

const sources = import.meta.glob<string>(['/src/**/*.ts', '/src/**/*.svelte', '!/src/**/*.test.ts', '!/src/**/testing/**'], {
  eager: true,
  query: '?raw',
  import: 'default',
});
const tables = import.meta.glob<Record<string, unknown>>('/src/**/words.ts', { eager: true });

/** Keys that come from elsewhere than the sources that show them: from the server, or the model. By table: in which source they stand. */
const FROM: Readonly<Record<string, readonly string[]>> = {
  '/src/lib/ui/words.ts': ['/src/lib/client/contract.ts'],
  '/src/lib/features/servers/permissions/words.ts': ['/src/lib/model/permissions.ts'],
};

/** The keys of a table, as its source has them: those of its first language. */
function keysOf(source: string): string[] {
  const english = source.slice(0, source.indexOf('\n  },\n'));
  return [...english.matchAll(/^ {4}(\w+):/gm)].map((found) => found[1] ?? '');
}

function resolved(from: string, path: string): string {
  return `${new URL(path, `http://x${from}`).pathname}.ts`;
}

/** What shows a table's words, or names them for who does: whatever imports it, and what stands beside it or below. */
function usersOf(table: string): string[] {
  const folder = table.slice(0, table.lastIndexOf('/') + 1);
  const users = Object.entries(sources).filter(([name, text]) =>
    name.endsWith('/words.ts') ? false : name.startsWith(folder) || [...text.matchAll(/from '(\.[^']*words)'/g)].some((found) => resolved(name, found[1] ?? '') === table),
  );
  const own = sources[table] ?? '';
  return [...users.map(([, text]) => text), own.slice(own.lastIndexOf('\n);')), ...(FROM[table] ?? []).map((name) => sources[name] ?? '')];
}

/** Put together by a template, such as `level_${one}`: all keys of that form. */
function forms(text: string): RegExp[] {
  const found = text.matchAll(/`(\w*\$\{[^`]*?\}\w*)`/g);
  const whole = [...found].map((one) => (one[1] ?? '').replace(/\$\{.*?\}/g, '\u0000')).filter((one) => /\w/.test(one) && /^[\w\u0000]+$/.test(one));
  return whole.map((one) => new RegExp(`^${one.replaceAll('\u0000', '.+')}$`));
}

test.each(Object.keys(tables))('every word of %s is shown somewhere', (table) => {
  const keys = keysOf(sources[table] ?? '');
  const users = usersOf(table);
  // In quotes, or as the name of a field: lists and tables of keys are both.
  const named = new Set(users.flatMap((text) => [...text.matchAll(/'(\w+)'|\b(\w+):|[{,] (\w+)(?=[,} ])/g)].map((found) => found[1] ?? found[2] ?? found[3])));
  const all = users.flatMap(forms);
  expect(keys.length).toBeGreaterThan(0);
  expect(keys.filter((key) => !named.has(key) && !all.some((form) => form.test(key)))).toEqual([]);
});
