/** What is wrong with what was typed, and at which field a refusal belongs; pure but for the language. */
import { Refused } from '../../client/contract';
import { explain } from '../../ui/explain';
import { t } from './words';

export const USERNAME = { least: 2, most: 50 } as const;
export const PASSWORD = { least: 8, most: 256 } as const;
const SHOWN_MOST = 100;
const MAIL_MOST = 254;

export interface Wanted {
  username: string;
  password: string;
  display_name: string;
  email: string;
}

/** By field; `form` for what belongs to none. */
export type Problems = Partial<Record<keyof Wanted | 'login' | 'token' | 'form', string>>;

const length = (text: string): number => [...text].length;

function between(text: string, { least, most }: { least: number; most: number }): string | undefined {
  if (text === '') return t('missing');
  if (length(text) < least) return t('short', { least });
  return length(text) > most ? t('long', { most }) : undefined;
}

/** What the server would refuse of a new account. */
export function problems(wanted: Wanted): Problems {
  const username = wanted.username.trim();
  const found = {
    username: between(username, USERNAME) ?? (username.includes('@') ? t('at_sign') : undefined),
    password: between(wanted.password, PASSWORD) ?? (wanted.password.toLowerCase() === username.toLowerCase() ? t('same') : undefined),
    display_name: length(wanted.display_name) > SHOWN_MOST ? t('long', { most: SHOWN_MOST }) : undefined,
    email: badMail(wanted.email.trim()),
  };
  return Object.fromEntries(Object.entries(found).filter(([, text]) => text !== undefined));
}

function badMail(email: string): string | undefined {
  if (email === '') return undefined;
  if (email.length > MAIL_MOST) return t('long', { most: MAIL_MOST });
  return /^[^\s]+@[^\s]+$/.test(email) ? undefined : t('no_mail');
}

/** Where a refusal is shown: at the field that it names, where the form has it. */
export function placed(error: unknown, fields: readonly string[]): Problems {
  if (!(error instanceof Refused)) return { form: explain(error) };
  const { code, field, message } = error.refusal;
  if (code === 'unauthorized' && fields.includes('login')) return { form: t('wrong') };
  if (code === 'forbidden' && fields.includes('login')) return { form: t('disabled') };
  if (code === 'conflict' && fields.includes('username')) return { [field === 'email' ? 'email' : 'username']: t('taken') };
  if (code === 'forbidden' && fields.includes('username')) return { form: t('closed') };
  if (field === undefined || !fields.includes(field)) return { form: explain(error) };
  // The server writes "field: what would be right"; the field stands beside it already.
  return { [field]: message.replace(new RegExp(`^${field}: `), '') };
}
