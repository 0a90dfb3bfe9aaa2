/** Everything that the fast switcher may go to. */
import { shown } from '../../model/people-selectors';
import type { App } from '../../state';
import { href } from '../../ui/route.svelte';
import { titleOf } from '../chat/title';
import { write } from '../people/deeds';
import { places, standingOf } from './order';
import type { Candidate } from './rank';
import { t } from './words';

/** `kind` is what it is, `where` what it stands in. Either an address or something to do. */
export interface Choice extends Candidate {
  kind: string;
  where: string;
  /** Whose picture stands before it; otherwise `icon`. */
  userId?: string;
  icon: 'channel' | 'group' | 'lobby' | 'server' | 'page';
  to: string | (() => Promise<void>);
}

/** Channels, people, servers and pages, in the order of the sidebar. */
export function choices(app: App): Choice[] {
  const all = places(app.state);
  return [...channels(app), ...people(app), ...all.servers.flatMap(({ server, sections }) => serverChoice(server.id, server.name, sections[0]?.channels[0]?.id)), ...pages(app)];
}

function channels(app: App): Choice[] {
  return Object.values(app.state.channels).map((channel) => ({
    key: `c/${channel.id}`,
    name: titleOf(app, channel),
    also: channel.peer === null ? [] : [channel.peer.username],
    unread: standingOf(app, channel).loud,
    kind: t(`kind_${channel.kind}`),
    icon: channel.kind === 'lobby' || channel.kind === 'group' ? channel.kind : 'channel',
    where: channel.server_id === null ? '' : (app.state.servers[channel.server_id]?.name ?? ''),
    to: href('c', channel.id),
    ...(channel.peer === null ? {} : { userId: channel.peer.id }),
  }));
}

/** Whom one knows but has no direct chat with. */
function people(app: App): Choice[] {
  const direct = new Set(Object.values(app.state.channels).flatMap((channel) => channel.peer?.id ?? []));
  return Object.values(app.state.users)
    .filter((user) => user.id !== app.me?.id && !user.bot && !direct.has(user.id) && user.id !== '0')
    .map((user) => ({
      key: `u/${user.id}`,
      name: shown(user),
      also: [user.username],
      kind: t('kind_person'),
      icon: 'page' as const,
      where: `@${user.username}`,
      userId: user.id,
      to: () => write(app, user.id),
    }));
}

function serverChoice(id: string, name: string, first: string | undefined): Choice[] {
  return [{ key: `s/${id}`, name, kind: t('kind_server'), icon: 'server', where: '', to: first === undefined ? href('s', id, 'settings', 'overview') : href('c', first) }];
}

function pages(app: App): Choice[] {
  const page = (key: string, name: string, to: string): Choice => ({ key, name, kind: t('kind_page'), icon: 'page', where: '', to });
  return [
    page('people/friends', t('people'), href('people', 'friends')),
    page('settings/profile', t('settings'), href('settings', 'profile')),
    ...(app.me?.admin ? [page('admin/people', t('admin'), href('admin', 'people'))] : []),
  ];
}
