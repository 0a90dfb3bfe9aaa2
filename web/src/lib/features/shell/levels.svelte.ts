/** What one wants to be told of each channel, as the server keeps it for all of one's devices. */
import type { Rest } from '../../client/contract';
import type { Channel, Id, Notify } from '../../model/entities';
import type { State } from '../../model/state';
import { level, standing } from './order';
import type { Level, Standing } from './order';

let said = $state.raw<Readonly<Record<Id, Level>>>({});

/** Asks the server for all of them; keeps what is known where it does not answer. */
export async function loadLevels(rest: Rest): Promise<void> {
  said = await rest.get<Record<Id, Level>>('/users/@me/notify').catch(() => said);
}

/** Another account begins with none. */
export function forgetLevels(): void {
  said = {};
}

/** What one said of this channel itself. */
export function saidOf(channelId: Id): Level {
  return said[channelId] ?? 'default';
}

/** Says so; throws `Refused`. */
export async function setLevel(rest: Rest, channelId: Id, wanted: Level): Promise<void> {
  await rest.put(`/channels/${channelId}/notify`, { notify: wanted });
  said = { ...said, [channelId]: wanted };
}

/** What one is to be told of it. */
export function wants(channel: Channel, servers: State['servers']): Notify {
  return level(channel, said[channel.id], servers);
}

/** How it shows what is new. */
export function standingOf(channel: Channel, servers: State['servers']): Standing {
  return standing(channel, wants(channel, servers));
}
