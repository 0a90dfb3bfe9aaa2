/** What the banner says of the connection; pure. */

import type { ConnectionStatus } from '../../client/contract';

/** `key` is of this part's words; `seconds` goes into them. `action`: what the button does. */
export interface Notice {
  tone: 'calm' | 'warn' | 'bad';
  key: 'connecting' | 'syncing' | 'offline' | 'offline_stale' | `waiting_${'network' | 'server' | 'draining' | 'slow' | 'stale'}` | `refused_${'expired' | 'signed_out' | 'too_big' | 'malformed'}`;
  seconds?: number;
  action?: 'try' | 'sign_in' | 'reload';
}

export interface Moment {
  stale: boolean;
  network: boolean;
  now: number;
  since: number;
}

/** Below this many ms a connection that is being made is not worth a word. */
export const PATIENCE_MS = 1_500;

/**
 * `now` and `since` (when this status began) are of the client's own clock, in ms; only their difference counts.
 * `network` is false where the browser knows that there is none.
 */
export function notice(status: ConnectionStatus, { stale, network, now, since }: Moment): Notice | null {
  switch (status.name) {
    case 'live':
      return null;
    case 'connecting':
    case 'syncing':
      return now - since < PATIENCE_MS ? null : { tone: 'calm', key: status.name };
    case 'offline':
      return offline(stale);
    case 'waiting':
      return network ? waiting(status, now, stale) : offline(stale);
    case 'refused':
      return refused(status.why);
  }
}

function offline(stale: boolean): Notice {
  return { tone: 'warn', key: stale ? 'offline_stale' : 'offline', action: 'try' };
}

function waiting(status: Extract<ConnectionStatus, { name: 'waiting' }>, now: number, stale: boolean): Notice {
  // However far the clock jumps meanwhile, nobody is told to wait for hours.
  const seconds = Math.min(120, Math.max(1, Math.ceil((status.retryAt - now) / 1_000)));
  const why = stale && status.why === 'network' ? 'stale' : status.why;
  return { tone: 'warn', key: `waiting_${why}`, seconds, action: 'try' };
}

function refused(why: Extract<ConnectionStatus, { name: 'refused' }>['why']): Notice {
  const again = why === 'expired' || why === 'signed_out';
  return { tone: 'bad', key: `refused_${why}`, action: again ? 'sign_in' : 'reload' };
}
