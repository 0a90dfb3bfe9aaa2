/** What one is told of a channel. */

import type { Channel, Notify } from './entities';
import type { State } from './state';

/** What one said of a channel; `default` is what its server says, or the kind's own. */
export type Level = Notify | 'default';

/** What one wants to be told of a channel. The lobby has everybody in it, so that there only what is meant for oneself tells. */
export function level(channel: Channel, said: Level | undefined, servers: State['servers']): Notify {
  if (said !== undefined && said !== 'default') return said;
  if (channel.kind === 'lobby') return 'mentions';
  return (channel.server_id === null ? undefined : servers[channel.server_id]?.member.notify) ?? 'all';
}
