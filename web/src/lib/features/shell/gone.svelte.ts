/** What becomes of places that are not there any more: it is said why, nobody is led there again, and who was there is home. */
import { untrack } from 'svelte';

import type { Id } from '../../model/entities';
import type { Gone } from '../../model/gone';
import type { App } from '../../state';
import { go, href, route } from '../../ui/route.svelte';
import { notify } from '../../ui/toasts.svelte';
import { titleOf } from '../chat/title';
import { forget } from './kept.svelte';
import { t } from './words';

type Left = { channelId: Id } | { serverId: Id };

function placesOf(channels: readonly { id: Id }[], serverId?: Id): string[] {
  return [...channels.map(({ id }) => `c/${id}`), ...(serverId === undefined ? [] : [`s/${serverId}`])];
}

function here(): string {
  return route().slice(0, 2).join('/');
}

/** Does what takes one out of a channel or server; with it done, one is not there any more, whenever the event comes. */
export async function leaving(app: App, what: Left, deed: () => Promise<unknown>): Promise<void> {
  const inside = (): { id: Id }[] =>
    'serverId' in what ? Object.values(app.state.channels).filter((one) => one.server_id === what.serverId) : [{ id: what.channelId }];
  const places = placesOf(inside(), 'serverId' in what ? what.serverId : undefined);
  await deed();
  forget(places);
  if (places.includes(here())) go(href(), { replace: true });
}

/** Tells of what goes, and leads away from there; called while a component is being made. */
export function tellGone(app: App): void {
  const places = new Set<string>();
  let told: readonly Gone[] = untrack(() => app.gone);
  $effect(() => {
    const all = app.gone;
    for (const one of all) if (!told.includes(one)) untrack(() => note(app, one, places));
    told = all;
    if (places.has(here()) && !isThere(app)) leave(app);
  });
}

function note(app: App, one: Gone, places: Set<string>): void {
  const mine = placesOf(one.channels, one.server?.id);
  for (const place of mine) places.add(place);
  forget(mine);
  const [channel] = one.channels;
  const name = one.server?.name ?? (channel === undefined ? '' : titleOf(app, channel));
  if (mine.includes(here()) || isNews(one)) notify(t(`gone_${one.how}`, { name }));
}

/** Whether it is worth a word to who is elsewhere: not of each channel that a server hides. */
function isNews({ how, server, channels }: Gone): boolean {
  return how !== 'unseen' && (server !== null || channels[0]?.server_id === null);
}

function isThere(app: App): boolean {
  const [what, id = ''] = route();
  return (what === 's' ? app.state.servers : app.state.channels)[id] !== undefined;
}

/** Home; or to what was never sent, which is still to be had there. */
function leave(app: App): void {
  const [what, id = '', part] = route();
  const isKept = what === 'c' && app.draft(id) !== '';
  if (!isKept) go(href(), { replace: true, led: true });
  else if (part === 'settings') go(href('c', id), { replace: true });
}
