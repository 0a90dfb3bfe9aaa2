/** A name within a sentence: it keeps its direction, left or right, to itself. */
export function apart(name: string): string {
  return `\u2068${name}\u2069`;
}
