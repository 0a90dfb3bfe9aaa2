/** A message in one line without marks: for quotes, announcements, copies. */

const LONGEST = 160;

/** `names` says what a mentioned person is called. */
export function plain(content: string, names: (id: string) => string): string {
  const words = content
    .slice(0, LONGEST * 4)
    .replace(/```\w*\n?/g, ' ')
    .replace(/<@(\d{1,16})>/g, (_, id: string) => `@${names(id)}`)
    .replace(/<@&\d{1,16}>/g, '@…')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\s{0,3}(?:>\s?|#{1,6}\s|[-*+]\s)+/gm, '')
    .replace(/(\*\*|__|~~|`)/g, '')
    .replace(/(?<![\p{L}\p{N}*_])([*_])(?=\S)([^*_\n]+)(?<=\S)\1(?![\p{L}\p{N}*_])/gu, '$2')
    .replace(/\s+/g, ' ')
    .trim();
  return words.length > LONGEST ? `${words.slice(0, LONGEST)}…` : words;
}
