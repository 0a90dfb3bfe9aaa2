/** Whom to tell of what has just been said; pure. */

import type { Channel, Id, Notify } from '../../model/entities';
import { apart } from '../../ui/apart';

/** Something new in a channel: how many messages, and how many of them are meant for oneself. */
export interface Arrival {
  channelId: Id;
  unread: number;
  mentions: number;
}

const OWN: ReadonlySet<Channel['kind']> = new Set(['direct', 'group']);

type Channels = Readonly<Record<Id, Channel>>;

/**
 * What has come between two moments of one connection. Who is written to for the first time learns of the chat and of its
 * message at once; what waits in channels of a server that one has just come into is no news.
 */
export function arrivals(before: Channels, after: Channels): Arrival[] {
  if (before === after) return [];
  return Object.values(after).flatMap((channel) => {
    const was = before[channel.id] ?? begun(channel);
    if (was === undefined || was === channel || channel.last_seq <= was.last_seq || channel.unread <= was.unread) return [];
    return [{ channelId: channel.id, unread: channel.unread - was.unread, mentions: Math.max(0, channel.mentions - was.mentions) }];
  });
}

/** A chat of one's own as it was before its first message. */
function begun(channel: Channel): Channel | undefined {
  return OWN.has(channel.kind) ? { ...channel, last_seq: channel.read_seq, unread: 0, mentions: 0 } : undefined;
}

/** Whether it is worth a notice, by what one wants to be told of the channel. */
export function tells(arrival: Arrival, wants: Notify): boolean {
  if (wants === 'nothing') return false;
  return wants === 'all' || arrival.mentions > 0;
}

/** The page's title: `(3) name – Hubbub`; a dot where something is new that is not meant for oneself. */
export function title(place: string, loud: number, quiet: number): string {
  const mark = loud > 0 ? `(${loud > 99 ? '99+' : loud}) ` : quiet > 0 ? '• ' : '';
  const name = place === '' ? '' : `${apart(place)} – `;
  return `${mark}${name}Hubbub`;
}
