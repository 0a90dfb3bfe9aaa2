import { notify } from './toasts.svelte';
import { t } from './words';

/** Copies, and says so. Browsers refuse it outside of secure pages: it can then be marked and copied by hand. */
export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notify(t('copied'));
  } catch {
    notify(t('copy_failed'), 'error');
  }
}
