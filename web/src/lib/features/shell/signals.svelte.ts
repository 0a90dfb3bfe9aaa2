/** What is seen of the page while one looks elsewhere: its title, its icon, notices on the desktop. */
import { untrack } from 'svelte';

import type { Channel, Id, Message } from '../../model/entities';
import { authorOf } from '../../model/people-selectors';
import type { App } from '../../state';
import { looking } from '../../ui/looking';
import { href, route } from '../../ui/route.svelte';
import { gist } from '../chat/gist';
import { titleOf } from '../chat/title';
import { desktop, missed, show } from './desktop.svelte';
import { setIcon } from './favicon';
import { arrivals, tells, title } from './notices';
import type { Arrival } from './notices';
import { standingOf, together, wants } from './order';
import { t } from './words';

/** Who looks at the channel meanwhile, here or on another device, has read it when this is over. */
const SETTLE_MS = 1_200;

/** The page's title and icon; called while a component is being made. */
export function showCounts(app: App, place: () => string): void {
  const sum = $derived(together(Object.values(app.state.channels).map((channel) => standingOf(app, channel))));
  $effect(() => {
    document.title = title(place(), sum.loud, sum.quiet);
  });
  $effect(() => void setIcon(sum.loud > 0 ? (sum.loud > 9 ? '9+' : String(sum.loud)) : sum.quiet > 0 ? '•' : ''));
}

/** Tells of what arrives; called while a component is being made. */
export function tellArrivals(app: App): void {
  const waiting = new Map<Id, Arrival>();
  const chosen = chooseTab(app.accounts.all.find((one) => one.active)?.id ?? '');
  let before: Readonly<Record<Id, Channel>> | null = null;
  // What one account waits to be told of is nothing to the next one.
  $effect(() => () => waiting.clear());

  function tell(channelId: Id): void {
    const arrival = waiting.get(channelId);
    const channel = app.state.channels[channelId];
    waiting.delete(channelId);
    if (arrival === undefined || channel === undefined || channel.unread === 0 || lookingAt(channelId)) return;
    missed();
    if (desktop() === 'on' && chosen()) void told(app, channel, arrival);
  }

  function hear(arrival: Arrival): void {
    const channel = app.state.channels[arrival.channelId];
    if (channel === undefined || !tells(arrival, wants(app, channel))) return;
    const was = waiting.get(arrival.channelId);
    if (was === undefined) setTimeout(tell, SETTLE_MS, arrival.channelId);
    const mentions = arrival.mentions + (was?.mentions ?? 0);
    waiting.set(arrival.channelId, { ...arrival, unread: arrival.unread + (was?.unread ?? 0), mentions });
  }

  $effect(() => {
    const now = app.state.channels;
    const live = app.status.name === 'live' && !app.stale;
    untrack(() => {
      if (live && before !== null) arrivals(before, now).forEach(hear);
      before = live ? now : null;
    });
  });
}

function lookingAt(channelId: Id): boolean {
  const at = untrack(route);
  return looking() && at[0] === 'c' && at[1] === channelId;
}

/** Of the tabs of one browser and account only the one that holds the lock tells. */
function chooseTab(account: Id): () => boolean {
  if (!('locks' in navigator)) return () => true;
  let mine = false;
  let free: () => void = () => undefined;
  const gone = new AbortController();
  const held = (): Promise<void> => ((mine = true), new Promise((done) => (free = done)));
  navigator.locks.request(`hubbub.notices.${account}`, { signal: gone.signal }, held).catch(() => undefined);
  $effect(() => () => {
    gone.abort();
    free();
  });
  return () => mine;
}

async function told(app: App, channel: Channel, arrival: Arrival): Promise<void> {
  const last = await app.rest
    .get<{ messages: Message[] }>(`/channels/${channel.id}/messages`, { limit: 1 })
    .then((page) => page.messages[0])
    .catch(() => undefined);
  const place = titleOf(app, channel);
  const author = last === undefined ? place : authorOf(app.state, last);
  const line = last === undefined ? '' : gist(last, { name: () => author, nameById: (id) => app.nameOf(id, channel.id) });
  await show({
    title: channel.kind === 'direct' || last === undefined ? place : t('channel_told', { author, place }),
    body: arrival.unread > 1 || line === '' ? `${t('told_more', { n: arrival.unread })}\n${line}`.trim() : line,
    tag: `channel.${channel.id}`,
    to: href('c', channel.id),
  });
}
