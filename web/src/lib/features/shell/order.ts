/** What stands where in the sidebar; pure. */

import type { Category, Channel, Id, Notify, Server } from '../../model/entities';
import { level } from '../../model/notify';
import { byAge, byPosition } from '../../model/order';
import type { State } from '../../model/state';
import type { App } from '../../state';

/** Channels of one category; `category` is null for those under none. */
export interface Section {
  category: Category | null;
  channels: Channel[];
}

export interface Place {
  server: Server;
  sections: Section[];
}

export interface Places {
  lobby: Channel | null;
  /** Groups and direct chats, the newest activity first. */
  talks: Channel[];
  /** In the order in which one came in. */
  servers: Place[];
}

type Known = Pick<State, 'channels' | 'servers' | 'activity'>;

/** Everything that one may go to, in its order. */
export function places(state: Known): Places {
  const all = Object.values(state.channels);
  const byServer = grouped(all, (channel) => channel.server_id ?? '');
  return {
    lobby: all.find((channel) => channel.kind === 'lobby') ?? null,
    talks: talks(all, state.activity),
    servers: Object.values(state.servers)
      .sort((a, b) => a.member.joined_at.localeCompare(b.member.joined_at) || byAge(a, b))
      .map((server) => ({ server, sections: sections(server, byServer.get(server.id) ?? []) })),
  };
}

function talks(all: readonly Channel[], activity: State['activity']): Channel[] {
  const last = (channel: Channel): number => activity[channel.id] ?? Date.parse(channel.created_at);
  return all
    .filter((channel) => channel.server_id === null && channel.kind !== 'lobby')
    .filter((channel) => channel.status !== 'left' && channel.status !== 'banned')
    .sort((a, b) => last(b) - last(a) || byAge(b, a));
}

function sections(server: Server, channels: Channel[]): Section[] {
  const known = new Set(server.categories.map((category) => category.id));
  const place = (channel: Channel): string => (known.has(channel.category_id ?? '') ? (channel.category_id ?? '') : '');
  const parts = grouped([...channels].sort(byPosition), place);
  const named = [...server.categories].sort(byPosition).map((category) => ({ category, channels: parts.get(category.id) ?? [] }));
  const loose = parts.get('') ?? [];
  return loose.length > 0 ? [{ category: null, channels: loose }, ...named] : named;
}

function grouped(all: readonly Channel[], key: (channel: Channel) => string): Map<string, Channel[]> {
  const found = new Map<string, Channel[]>();
  for (const channel of all) {
    const list = found.get(key(channel));
    if (list === undefined) found.set(key(channel), [channel]);
    else list.push(channel);
  }
  return found;
}

/** Every channel in the order in which the sidebar shows them; what is folded away only where `open` says so. */
export function flat(all: Places, folded: (id: Id) => boolean, open: (channel: Channel) => boolean): Channel[] {
  const inServers = all.servers.flatMap(({ server, sections: parts }) =>
    parts.flatMap(({ category, channels }) => {
      const hidden = folded(server.id) || (category !== null && folded(category.id));
      return hidden ? channels.filter(open) : channels;
    }),
  );
  return [...(all.lobby === null ? [] : [all.lobby]), ...all.talks, ...inServers];
}

/** The channel `step` further in the list, around its end; `wanted` narrows where one may stop. */
export function neighbour(list: readonly Channel[], at: Id | null, step: 1 | -1, wanted: (channel: Channel) => boolean): Channel | null {
  const from = list.findIndex((channel) => channel.id === at);
  const start = from === -1 && step === -1 ? list.length : from;
  for (let moved = 1; moved <= list.length; moved++) {
    const found = list[(((start + moved * step) % list.length) + list.length) % list.length];
    if (found !== undefined && found.id !== at && wanted(found)) return found;
  }
  return null;
}

/** How a channel shows what is new: `loud` is a number to be seen, `quiet` only that there is something. */
export interface Standing {
  loud: number;
  quiet: number;
  muted: boolean;
}

/** A direct chat is always meant for oneself. */
export function standing(channel: Channel, wants: Notify): Standing {
  if (wants === 'nothing') return { loud: 0, quiet: 0, muted: true };
  const loud = channel.kind === 'direct' && wants === 'all' ? channel.unread : channel.mentions;
  return { loud, quiet: Math.max(0, channel.unread - loud), muted: false };
}

/** What one is told of it. */
export function wants(app: Pick<App, 'level' | 'state'>, channel: Channel): Notify {
  return level(channel, app.level(channel.id), app.state.servers);
}

/** How it shows what is new, by what one wants to be told. */
export function standingOf(app: Pick<App, 'level' | 'state'>, channel: Channel): Standing {
  return standing(channel, wants(app, channel));
}

/** Of several channels together. */
export function together(all: readonly Standing[]): Standing {
  return {
    loud: all.reduce((sum, one) => sum + one.loud, 0),
    quiet: all.reduce((sum, one) => sum + one.quiet, 0),
    muted: false,
  };
}
