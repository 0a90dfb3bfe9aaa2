/** What one wants to be told of each channel and server, as the server keeps it for all of one's devices. */

import { checked } from '../client/rest';
import type { Id, Notify } from '../model/entities';
import type { Level } from '../model/notify';
import * as of from '../wire/entities';
import type { Session } from './session.svelte';

type Said = Readonly<Record<Id, Level>>;

/** One account's. No event tells of them: they are asked for with each connection, and where they are shown. */
export class Levels {
  #said: Said = $state.raw({});
  /** Counts what was set and asked: an answer that something was set after is not shown any more. */
  #turn = 0;

  constructor(private readonly session: Session) {}

  of(channelId: Id): Level {
    return this.#said[channelId] ?? 'default';
  }

  async load(): Promise<void> {
    const turn = ++this.#turn;
    const found = checked<Said>(await this.session.rest.get('/users/@me/notify'), of.levels, 'levels');
    if (turn === this.#turn) this.#said = found;
  }

  /** Shown at once, and taken back where it is refused. */
  async set(channelId: Id, level: Level): Promise<void> {
    const before = this.of(channelId);
    this.#show(channelId, level);
    try {
      await this.session.rest.put(`/channels/${channelId}/notify`, { notify: level });
    } catch (error) {
      if (this.of(channelId) === level) this.#show(channelId, before);
      throw error;
    }
  }

  #show(channelId: Id, level: Level): void {
    this.#turn += 1;
    this.#said = { ...this.#said, [channelId]: level };
  }

  /** Of a whole server, for those of its channels of which one said nothing. */
  async setServer(serverId: Id, notify: Notify): Promise<void> {
    const before = this.session.state.servers[serverId]?.member.notify;
    this.#showServer(serverId, notify);
    try {
      await this.session.rest.patch(`/servers/${serverId}/members/@me`, { notify });
    } catch (error) {
      if (before !== undefined) this.#showServer(serverId, before);
      throw error;
    }
  }

  #showServer(serverId: Id, notify: Notify): void {
    const server = this.session.state.servers[serverId];
    if (server !== undefined) this.session.tell('server', { server: { ...server, member: { ...server.member, notify } } });
  }
}
