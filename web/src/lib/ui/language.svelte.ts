/** What language people see. Words stand in `words.ts` files beside who shows them, never in components. */

export type Language = 'en' | 'zh';
export type Values = Readonly<Record<string, string | number>>;

const KEPT = 'hubbub.language';

function preferred(): Language {
  const kept = localStorage.getItem(KEPT);
  if (kept === 'en' || kept === 'zh') return kept;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

let current = $state<Language>(preferred());

/** The language now; a component that reads it is told of changes. */
export function language(): Language {
  return current;
}

/** Switches, and remembers it in this browser. */
export function setLanguage(wanted: Language): void {
  current = wanted;
  localStorage.setItem(KEPT, wanted);
  document.documentElement.lang = wanted === 'zh' ? 'zh-Hans' : 'en';
}

/** `one|many`: which of the two by `n`; Chinese texts have one form. */
function form(text: string, values: Values | undefined): string {
  const [one, many] = text.split('|');
  return many === undefined || values?.['n'] === 1 ? (one ?? text) : many;
}

function filled(text: string, values: Values | undefined): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values?.[name] ?? whole));
}

/** Every table of words, for the check that both languages have the same places to fill. */
export const tables: { en: Readonly<Record<string, string>>; zh: Readonly<Record<string, string>> }[] = [];

/**
 * The words of one part, in both languages; TypeScript refuses a missing key.
 * `t('left', {n: 3})` fills `{n}`, and chooses between the forms of `"{n} day|{n} days"`.
 */
export function words<const E extends Readonly<Record<string, string>>>(
  en: E,
  zh: { readonly [K in keyof E]: string },
): (key: keyof E, values?: Values) => string {
  tables.push({ en, zh });
  return (key, values) => {
    const table: { readonly [K in keyof E]: string } = current === 'zh' ? zh : en;
    return filled(form(table[key], values), values);
  };
}
