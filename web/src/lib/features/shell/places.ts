import type { App } from '../../state';
import { titleOf } from '../chat/title';
import { t } from './words';

/** What the place is called that an address names; empty for none. */
export function placeName(app: App, at: readonly string[]): string {
  const [what, id = ''] = at;
  if (what === 'c') return app.state.channels[id] === undefined ? '' : titleOf(app, app.state.channels[id]);
  if (what === 's') return app.state.servers[id]?.name ?? '';
  if (what === 'people' || what === 'settings' || what === 'admin') return t(what);
  return '';
}
