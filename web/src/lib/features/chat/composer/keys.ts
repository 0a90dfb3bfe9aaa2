/** What keys do in a text field: pure, so that it is decided without a page. */

/** Whether an input method is at work: its Enter chooses a word, and must do nothing else. Old engines say it by 229 only. */
export function composing(event: Pick<KeyboardEvent, 'isComposing' | 'keyCode'>): boolean {
  return event.isComposing || event.keyCode === 229;
}

export interface Key {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  isComposing: boolean;
  keyCode: number;
}

export type Intent = 'send' | 'edit_last' | 'leave' | 'bold' | 'italic' | 'code' | 'link' | null;

/** With the control key. A link takes Shift, too: the letter alone is the switcher's, everywhere. */
const MARKS: Readonly<Record<string, Intent>> = { b: 'bold', i: 'italic', e: 'code', 'shift k': 'link' };

/** What a key is meant for; null is for the field itself. On touch screens Enter breaks the line: there is a button to send. */
export function intent(event: Key, where: { empty: boolean; touch: boolean }): Intent {
  if (composing(event)) return null;
  const { key, shiftKey, altKey } = event;
  const control = event.ctrlKey || event.metaKey;
  if (key === 'Enter') return !shiftKey && !altKey && (control || !where.touch) ? 'send' : null;
  if (key === 'ArrowUp') return where.empty && !shiftKey && !altKey && !control ? 'edit_last' : null;
  if (key === 'Escape') return 'leave';
  return control && !altKey ? (MARKS[`${shiftKey ? 'shift ' : ''}${key.toLowerCase()}`] ?? null) : null;
}

/** A text and what is selected in it. */
export interface Field {
  text: string;
  start: number;
  end: number;
}

const AROUND = { bold: '**', italic: '*', code: '`' } as const;

/** Puts Markdown around what is selected, or takes it away where it is there already. */
export function marked({ text, start, end }: Field, mark: keyof typeof AROUND | 'link'): Field {
  const chosen = text.slice(start, end);
  if (mark === 'link') {
    const at = start + chosen.length + 3;
    return { text: `${text.slice(0, start)}[${chosen}](https://)${text.slice(end)}`, start: chosen ? at : start + 1, end: chosen ? at + 8 : start + 1 };
  }
  const sign = chosen.includes('\n') && mark === 'code' ? '```' : AROUND[mark];
  const before = text.slice(0, start);
  const after = text.slice(end);
  if (surrounds(before, after, sign)) {
    return { text: before.slice(0, -sign.length) + chosen + after.slice(sign.length), start: start - sign.length, end: end - sign.length };
  }
  const line = sign === '```' ? '\n' : '';
  const lead = sign + line;
  return { text: before + lead + chosen + line + sign + after, start: start + lead.length, end: end + lead.length };
}

function surrounds(before: string, after: string, sign: string): boolean {
  if (!before.endsWith(sign) || !after.startsWith(sign)) return false;
  // One star of two is not italic.
  return sign !== '*' || before.endsWith('***') || !before.endsWith('**');
}
