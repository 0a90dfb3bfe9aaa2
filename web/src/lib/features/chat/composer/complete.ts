/** What a half-written word may become. */
import type { Candidate } from './mentions';

/** The word before the caret that asks for suggestions: `@an`, `:smi`. */
export interface Asked {
  kind: 'mention' | 'emoji';
  query: string;
  start: number;
}

const MENTION = /(?:^|[^\p{L}\p{N}_<@])@([^\s@<>`]{0,32})$/u;
const EMOJI = /(?:^|[\s(（])[:：]([\p{L}\p{N}_+-]{2,32})$/u;
const LOOK_BACK = 64;
const MOST = 8;

/** What is asked for at the caret; null where nothing is. */
export function asked(text: string, caret: number): Asked | null {
  const before = text.slice(Math.max(0, caret - LOOK_BACK), caret);
  for (const [kind, pattern] of [['mention', MENTION], ['emoji', EMOJI]] as const) {
    const query = pattern.exec(before)?.[1];
    if (query !== undefined) return { kind, query, start: caret - query.length - 1 };
  }
  return null;
}

function rank(text: string, query: string): number {
  const at = text.toLowerCase().indexOf(query);
  if (at === 0) return 0;
  if (at === -1) return 9;
  return /[\p{L}\p{N}]/u.test(text[at - 1] ?? '') ? 2 : 1;
}

/** Those that fit, the best first. */
export function suggest(all: readonly Candidate[], query: string): Candidate[] {
  const wanted = query.toLowerCase();
  const scored = all.map((each) => ({ each, score: Math.min(rank(each.name, wanted), rank(each.text.slice(1), wanted)) }));
  return scored
    .filter(({ score }) => score < 9)
    .sort((a, b) => a.score - b.score || a.each.name.localeCompare(b.each.name))
    .slice(0, MOST)
    .map(({ each }) => each);
}

/** The text with the asked word replaced, and where the caret stands then. */
export function completed(text: string, caret: number, { start }: Asked, by: string): { text: string; caret: number } {
  const rest = text.slice(caret);
  const gap = rest.startsWith(' ') ? '' : ' ';
  return { text: `${text.slice(0, start)}${by}${gap}${rest}`, caret: start + by.length + 1 };
}
