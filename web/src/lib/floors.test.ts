/** What may import what: each floor only those below it, and itself. */

import { describe, expect, test } from 'vitest';

const FLOORS = ['model', 'wire', 'client', 'state', 'ui', 'features'];
const SOURCES: Record<string, string> = import.meta.glob(['./**/*.ts', './**/*.svelte'], {
  query: '?raw',
  import: 'default',
  eager: true,
});
const IMPORT = /(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g;

/** The floor that a relative import leads to; null for what is on none. */
function leadsTo(file: string, found: string): string | null {
  const path = new URL(found, `file:///${file.slice(2)}`).pathname.slice(1);
  return FLOORS.includes(path.split('/')[0] ?? '') ? (path.split('/')[0] ?? null) : null;
}

/** Imports of a file that lead upwards. */
function upward(file: string, source: string): string[] {
  const floor = FLOORS.indexOf(file.split('/')[1] ?? '');
  const found = [...source.matchAll(IMPORT)].map((match) => match[1] as string);
  return found.filter((path) => floor >= 0 && FLOORS.indexOf(leadsTo(file, path) ?? 'model') > floor);
}

describe('floors', () => {
  test('there are files on the lower four', () => {
    const floors = new Set(Object.keys(SOURCES).map((file) => file.split('/')[1]));
    expect([...floors]).toEqual(expect.arrayContaining(FLOORS.slice(0, 4)));
  });

  test('no file imports from a floor above its own', () => {
    const wrong = Object.entries(SOURCES).flatMap(([file, source]) => upward(file, source).map((path) => `${file} imports ${path}`));
    expect(wrong).toEqual([]);
  });

  test('an import upwards is found', () => {
    expect(upward('./model/a.ts', "import { b } from '../state/b';")).toEqual(['../state/b']);
    expect(upward('./state/a.ts', "import { b } from '../model/b';\nimport c from './c';")).toEqual([]);
  });
});
