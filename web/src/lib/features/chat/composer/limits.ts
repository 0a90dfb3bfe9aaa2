/** How many characters a message may have. */
export const LONGEST = 5_000;
/** From here on it is worth counting. */
export const SHOW_LEFT = 4_500;

/** In characters as the server counts them: an emoji outside of the first plane is one. */
export function lengthOf(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0xdc00 || unit > 0xdfff) count += 1;
  }
  return count;
}
