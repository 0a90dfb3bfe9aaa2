/** A message in one line without marks: for quotes, announcements, notices. */

const LONGEST = 160;

/** `names` says what a mentioned person is called. */
export function plain(content: string, names: (id: string) => string): string {
  const words = content
    .slice(0, LONGEST * 4)
    .replace(/```\w*\n?/g, ' ')
    .replace(/<@&\d{1,16}>/g, '@…')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\s{0,3}(?:>\s?|#{1,6}\s|[-*+]\s)+/gm, '')
    .replace(/(\*\*|__|~~|`)/g, '')
    .replace(/(?<![\p{L}\p{N}*_])([*_])(?=\S)([^*_\n]+)(?<=\S)\1(?![\p{L}\p{N}*_])/gu, '$2')
    .replace(/\s+/g, ' ')
    .trim()
    // Last: names have no marks, their letters stay.
    .replace(/<@(\d{1,16})>/g, (_, id: string) => `@${names(id)}`);
  // By code points, so that no character is cut in two.
  const letters = [...words];
  return letters.length > LONGEST ? `${letters.slice(0, LONGEST).join('')}…` : words;
}
