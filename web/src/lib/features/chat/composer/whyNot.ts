import type { Channel } from '../../../model/entities';
import type { App } from '../../../state';
import { t } from '../words';

/** Why one cannot write in a channel, for the person; null where one can. */
export function whyNot(channel: Channel, app: App): string | null {
  if (channel.status === 'pending') return t('pending_member');
  const { peer } = channel;
  if (peer !== null && app.state.relationships[peer.id]?.bond === 'blocked') return t('blocked_direct', { name: app.nameOf(peer.id) });
  if (app.may(channel, 'SEND_MESSAGES')) return null;
  if (channel.kind === 'group' && channel.status !== 'active') return t('not_member');
  return t('may_not_send');
}
