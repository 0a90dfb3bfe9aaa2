/** Gives the focus back to what had it, when the node goes and the focus with it. For `{@attach}`, on what opens above the page. */
export function givesBack(_: HTMLElement): () => void {
  const before = document.activeElement;
  return () => {
    // The node may have given it back itself, or somebody has gone on to elsewhere.
    if (document.activeElement !== null && document.activeElement !== document.body) return;
    const isThere = before instanceof HTMLElement && before !== document.body && before.isConnected;
    (isThere ? before : place())?.focus({ preventScroll: true });
  };
}

/** The heading of where one is. */
function place(): HTMLElement | null {
  const found = document.querySelector<HTMLElement>('main :is(h1, h2)') ?? document.querySelector('main');
  if (found !== null) found.tabIndex = -1;
  return found;
}
