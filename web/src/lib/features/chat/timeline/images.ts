/** A message that is a picture says only the picture's path. */

const PICTURE = /^\/channelchat\/api\/v1\/channels\/(\d{1,16})\/messages\/(\d{1,16})\/image$/;

/** The path of the picture that a message is; null for every other message, also for one that names another message's picture. */
export function picturePath(content: string, channelId: string, messageId: string): string | null {
  const found = PICTURE.exec(content);
  // Paths are under `/api/v1`, and the picture is another dialect's: two steps up lead to it.
  return found?.[1] === channelId && found[2] === messageId ? `/../..${content}` : null;
}
