/** What the server takes (src/hubbub/model/limits.py), so that a form can say it before it asks. */
import { t } from './words';

export const DISPLAY_NAME = 100;
export const CHANNEL_NAME = 100;
export const DESCRIPTION = 1_024;
export const NICKNAME = 32;
export const REASON = 512;
export const PASSWORD_MIN = 8;
export const PASSWORD_MAX = 256;
export const USERNAME_MIN = 2;
export const USERNAME = 50;
export const ADDRESS = 2_048;

/** What is wrong with a text of so many characters (code points), nothing if it fits. */
export function lengthError(text: string, min: number, max: number): string | undefined {
  const n = [...text].length;
  if (n === 0 && min > 0) return t('needed');
  if (n < min) return t('too_short', { n: min });
  return n > max ? t('too_long', { n: max }) : undefined;
}

/** The same of a name, which is not just spaces. */
export function nameErrors(name: string, max = DISPLAY_NAME): string | undefined {
  return lengthError(name.trim(), 1, max);
}
