/** The code in what somebody pasted: a link of this page, or the code alone; null where there is none. */
export function inviteCode(text: string): string | null {
  const found = /(?:^|#\/invite\/|\/invites?\/)([A-Za-z0-9_-]{2,64})\/?$/.exec(text.trim());
  return found?.[1] ?? null;
}

/** The link that leads to it. */
export function inviteLink(code: string): string {
  return `${location.origin}/#/invite/${encodeURIComponent(code)}`;
}
