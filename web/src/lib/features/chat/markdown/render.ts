/** Content to nodes, each parsed once as long as it is kept. */
import { parse, type Meant } from './parse';
import { sanitise } from './sanitise';

const KEPT = 600;
const kept = new Map<string, DocumentFragment>();
const EMOJI = /^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|[#*0-9]\ufe0f?\u20e3|[\u200d\ufe0f\u{e0020}-\u{e007f}]|\s)+$/u;
const SHOWN = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u;
const BIG_CHARACTERS = 60;

/** Nodes of one's own to put into the page. */
export function render(content: string, meant: Meant): DocumentFragment {
  const key = `${Number(meant.everyone)}${Number(meant.here)}${content}`;
  const found = kept.get(key) ?? sanitise(parse(content, meant));
  // The one used last stands last; the first is forgotten.
  kept.delete(key);
  kept.set(key, found);
  if (kept.size > KEPT) kept.delete(kept.keys().next().value ?? '');
  return found.cloneNode(true) as DocumentFragment;
}

/** Whether a message is a few emoji and nothing else: then they are shown big. */
export function isEmojiOnly(content: string): boolean {
  return content.length <= BIG_CHARACTERS && EMOJI.test(content) && SHOWN.test(content);
}

/** How many are kept, for the test that there is a bound. */
export function keptRenders(): number {
  return kept.size;
}
