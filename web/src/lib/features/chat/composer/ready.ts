let marked = false;

/** Marks when one could first write; once in a page's life. */
export function interactive(): void {
  if (marked) return;
  marked = true;
  performance.mark('hubbub:interactive');
}
