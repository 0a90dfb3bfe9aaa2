/** Whether somebody looks at this page now. */
export function looking(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus();
}
