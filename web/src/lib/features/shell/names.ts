import type { Channel } from '../../model/entities';
import { shown } from '../../model/people-selectors';
import type { App } from '../../state';
import { t } from './words';

/** What a channel is called: a direct one by the other person. */
export function channelName(app: App, channel: Channel): string {
  if (channel.kind === 'lobby') return t('lobby');
  if (channel.kind !== 'direct') return channel.name;
  if (channel.peer === null) return channel.name;
  return app.nameOf(channel.peer.id) || shown(channel.peer);
}
