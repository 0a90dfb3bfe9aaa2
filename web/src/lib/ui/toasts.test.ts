import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { Refused } from '../client/contract';
import Confirm from './Confirm.svelte';
import { setLanguage } from './language.svelte';
import Toasts from './Toasts.svelte';
import { dismiss, toasts } from './toasts.svelte';

beforeEach(() => setLanguage('en'));
afterEach(() => {
  for (const { id } of toasts()) dismiss(id);
  cleanup();
});

test('what is refused in a dialog is said in it, and in the page once that is closed', async () => {
  render(Toasts);
  const refused = new Refused({ code: 'forbidden', message: 'no' });
  const dialog = render(Confirm, { title: 'Leave?', text: '', yes: 'Leave', action: () => Promise.reject(refused), onclose: vi.fn() });
  await fireEvent.click(screen.getByRole('button', { name: 'Leave' }));
  const [said, ...others] = await screen.findAllByRole('alert');
  expect(others).toEqual([]);
  expect(said?.closest('dialog')).not.toBeNull();
  dialog.unmount();
  expect((await screen.findByRole('alert')).closest('dialog')).toBeNull();
});
