import type { Channel } from '../../model/entities';
import { shown } from '../../model/people-selectors';
import type { App } from '../../state';
import { t } from './words';

/** What a channel is called: the lobby by its word, a direct one by the other person. */
export function titleOf(app: Pick<App, 'nameOf'>, channel: Channel): string {
  if (channel.kind === 'lobby') return t('lobby');
  if (channel.peer !== null) return app.nameOf(channel.peer.id) || shown(channel.peer);
  return channel.name;
}
