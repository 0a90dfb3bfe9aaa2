/** Every emoji with its names; loaded when first needed. */
import english from 'emoji-picker-element-data/en/github/data.json?url';
import chinese from 'emoji-picker-element-data/zh/emojibase/data.json?url';

import type { Language } from '../../../ui/language.svelte';

export interface Emoji {
  emoji: string;
  name: string;
  group: number;
  order: number;
  /** The first is what `:name:` shows. */
  codes: string[];
  /** Everything that it can be found by, in small letters. */
  words: string;
}

interface Entry {
  emoji: string;
  annotation: string;
  group: number;
  order: number;
  shortcodes?: string[];
  tags?: string[];
}

const loaded = new Map<Language, Promise<Emoji[]>>();

async function fetched(address: string): Promise<Entry[]> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return (await answer.json()) as Entry[];
}

async function load(language: Language): Promise<Emoji[]> {
  const [first, other] = await Promise.all([fetched(english), language === 'zh' ? fetched(chinese) : []]);
  const named = new Map(other.map((entry) => [entry.emoji, entry]));
  return first.map((entry) => joined(entry, named.get(entry.emoji))).sort((a, b) => a.order - b.order);
}

function joined(entry: Entry, local: Entry | undefined): Emoji {
  const codes = entry.shortcodes ?? [];
  const words = [entry, local].flatMap((each) => (each ? [each.annotation, ...(each.tags ?? []), ...(each.shortcodes ?? [])] : []));
  const { emoji, group, order } = entry;
  return { emoji, group, order, codes, name: local?.annotation ?? entry.annotation, words: words.join(' ').toLowerCase() };
}

/** All emoji in their order, with names in a language; English ones are always found, too. */
export function emojis(language: Language): Promise<Emoji[]> {
  let found = loaded.get(language);
  if (found === undefined) {
    found = load(language);
    // What failed is tried anew the next time.
    found.catch(() => loaded.delete(language));
    loaded.set(language, found);
  }
  return found;
}

/** Those that fit, at most `most`: names that begin so come first. */
export function search(all: readonly Emoji[], query: string, most: number): Emoji[] {
  const wanted = query.trim().toLowerCase().split(/[\s_]+/);
  const first = wanted[0] ?? '';
  const fit = all.filter(({ words }) => wanted.every((word) => words.includes(word)));
  const score = ({ codes, name }: Emoji): number => (codes.includes(query) ? 0 : codes.some((code) => code.startsWith(first)) || name.startsWith(first) ? 1 : 2);
  return fit.sort((a, b) => score(a) - score(b) || a.order - b.order).slice(0, most);
}

const RECENT = 'hubbub.emoji';
const MOST_RECENT = 24;
const USUAL = ['👍', '❤️', '😂', '🎉', '😮', '😢', '🙏', '👀'];

/** What was picked last in this browser; at first what most people pick. */
export function recent(): string[] {
  const kept = (localStorage.getItem(RECENT) ?? '').split(' ').filter(Boolean);
  return [...new Set([...kept, ...USUAL])].slice(0, MOST_RECENT);
}

/** What was picked is nobody's business once one has gone out. */
export function forgetEmoji(): void {
  localStorage.removeItem(RECENT);
}

/** Remembers what was picked. */
export function picked(emoji: string): void {
  localStorage.setItem(RECENT, [...new Set([emoji, ...recent()])].slice(0, MOST_RECENT).join(' '));
}
