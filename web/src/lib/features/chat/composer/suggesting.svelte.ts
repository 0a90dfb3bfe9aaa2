import { language } from '../../../ui/language.svelte';
import type { Conversation } from '../conversation.svelte';
import { t } from '../words';
import { asked, completed, suggest } from './complete';
import { emojis, picked, search } from './emoji';
import { candidates, type Candidate } from './mentions';

const SIGNS = 8;

/** One line of the list: somebody to mention, or an emoji. */
export interface Suggestion {
  insert: string;
  label: string;
  note: string;
  candidate?: Candidate;
  sign?: string;
}

/** What may be meant by the word before the caret, and which of it is chosen. */
export class Suggesting {
  items = $state.raw<Suggestion[]>([]);
  at = $state(0);
  /** Counts the looks: an emoji list that comes late is not for another word. */
  #turn = 0;

  constructor(readonly conversation: Conversation) {}

  clear(): void {
    this.#turn += 1;
    this.items = [];
  }

  async look(text: string, area: HTMLTextAreaElement | undefined): Promise<void> {
    const turn = ++this.#turn;
    const found = area && area.selectionStart === area.selectionEnd ? asked(text, area.selectionStart) : null;
    const items = found === null ? [] : found.kind === 'mention' ? this.#people(found.query) : await signs(found.query);
    if (turn === this.#turn) [this.items, this.at] = [items, 0];
  }

  #people(query: string): Suggestion[] {
    return suggest(candidates(this.conversation), query).map((candidate) => {
      const many = candidate.kind === 'many';
      const note = many ? t(candidate.name === 'here' ? 'here' : 'everyone') : candidate.kind === 'role' ? t('role') : candidate.text;
      return { insert: candidate.text, label: candidate.name, note, candidate };
    });
  }

  /** The text with what was chosen in the place of the word; null where there is no word any more. */
  chosen(item: Suggestion, text: string, caret: number): { text: string; caret: number } | null {
    const found = asked(text, caret);
    if (found === null) return null;
    if (item.sign) picked(item.sign);
    return completed(text, caret, found, item.insert);
  }

  /** What keys do while the list is shown; whether it was one of them. */
  key(event: KeyboardEvent, choose: (item: Suggestion) => void): boolean {
    const [count, one] = [this.items.length, this.items[this.at]];
    if (one === undefined) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) this.at = (this.at + step + count) % count;
    else if (event.key === 'Escape') this.clear();
    else if ((event.key === 'Enter' || event.key === 'Tab') && !event.shiftKey) choose(one);
    else return false;
    return true;
  }
}

async function signs(query: string): Promise<Suggestion[]> {
  const all = await emojis(language()).catch(() => []);
  return search(all, query, SIGNS).map(({ emoji, name, codes }) => ({ insert: emoji, label: name, note: codes[0] ? `:${codes[0]}:` : '', sign: emoji }));
}
