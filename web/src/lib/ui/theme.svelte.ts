/** Light, dark, or as the system says. */
export type Theme = 'system' | 'light' | 'dark';

const KEPT = 'hubbub.theme';

function kept(): Theme {
  const found = localStorage.getItem(KEPT);
  return found === 'light' || found === 'dark' ? found : 'system';
}

const first = kept();
let current = $state<Theme>(first);
show(first);

function show(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

export function theme(): Theme {
  return current;
}

/** Switches, and remembers it in this browser. */
export function setTheme(wanted: Theme): void {
  current = wanted;
  localStorage.setItem(KEPT, wanted);
  show(wanted);
}
