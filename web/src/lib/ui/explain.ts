import { Refused } from '../client/contract';
import { t } from './words';

/** What went wrong, for the person: in their language, with the server's own words where they say more. */
export function explain(error: unknown): string {
  if (!(error instanceof Refused)) return t('unexpected', { detail: String(error) });
  const { code, message, retry_after } = error.refusal;
  return t(code, { detail: message, n: Math.max(1, Math.ceil(retry_after ?? 1)) });
}
