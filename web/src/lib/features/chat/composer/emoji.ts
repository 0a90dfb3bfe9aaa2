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

/** Those that fit, at most `most`: first what is called so, then what has the word, then names that begin so; of equals those that are used. */
export function search(all: readonly Emoji[], query: string, most: number): Emoji[] {
  const text = query.trim().toLowerCase();
  const wanted = text.split(/[\s_]+/);
  const first = wanted[0] ?? '';
  const used = new Map(recent().map((emoji, at) => [bare(emoji), at]));
  const place = ({ emoji }: Emoji): number => used.get(bare(emoji)) ?? used.size;
  const fit = all.filter(({ words }) => wanted.every((word) => words.includes(word)));
  return fit
    .map((each) => ({ each, score: score(each, text, wanted, first), place: place(each) }))
    .sort((a, b) => a.score - b.score || a.place - b.place || a.each.order - b.each.order)
    .slice(0, most)
    .map(({ each }) => each);
}

function score({ codes, name, words }: Emoji, text: string, wanted: readonly string[], first: string): number {
  if (codes.includes(text) || name === text) return 0;
  const whole = ` ${words} `;
  if (wanted.every((word) => whole.includes(` ${word} `))) return 1;
  return codes.some((code) => code.startsWith(first)) || name.startsWith(first) ? 2 : 3;
}

/** Without the mark that asks for colours: what is the same has it or not. */
export function bare(emoji: string): string {
  return emoji.replaceAll('\ufe0f', '');
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
