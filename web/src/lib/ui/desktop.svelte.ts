/** Whether one wants notices on the desktop from this browser; the browser's own consent comes on top. */
const KEPT = 'hubbub.desktop';

let wanted = $state(localStorage.getItem(KEPT) !== 'off');

export function desktopWanted(): boolean {
  return wanted;
}

/** Switches, and remembers it in this browser. */
export function setDesktopWanted(on: boolean): void {
  wanted = on;
  localStorage.setItem(KEPT, on ? 'on' : 'off');
}
