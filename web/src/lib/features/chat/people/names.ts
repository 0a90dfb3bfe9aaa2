import { t } from '../words';

const SHOWN = 10;

/** Names in a row; `count` is how many there are in all. */
export function named(names: readonly string[], count = names.length): string {
  const first = names.slice(0, SHOWN).join(', ');
  const more = count - Math.min(names.length, SHOWN);
  return more > 0 ? t('and_more', { names: first, n: more }) : first;
}
