/** What events do not tell, asked for after them: whom a new channel is with, who was known before a gap. */

import type { Input } from '../model/apply';
import { checked } from '../client/rest';
import { mentionsMe } from '../model/counts';
import type { Channel, Id, Member, Message, Relationship, ServerMember } from '../model/entities';
import type { State } from '../model/state';
import { at } from '../model/timelines';
import * as of from '../wire/entities';
import { list } from '../wire/shape';
import type { Session } from './session.svelte';

const MEMBERS_PAGE = 1_000;
/** Of a channel or server; beyond it people are searched for, not listed. */
const MEMBERS = 5_000;

export class Followers {
  /** Whose members somebody wanted to see: they are asked for again after a gap. */
  #channels = new Set<Id>();
  #servers = new Set<Id>();

  constructor(private readonly session: Session) {}

  /** After some inputs. */
  follow(before: State, inputs: readonly Input[]): void {
    for (const input of inputs) {
      if (!('type' in input)) continue;
      if (input.type === 'channel_created' && before.channels[input.data.channel_id] === undefined) {
        this.#quietly(this.loadChannel(input.data.channel_id));
      }
      if (input.type === 'message_updated' || input.type === 'message_recalled') this.#recount(before, input.data.message);
    }
    for (const id of this.#channels) {
      const { members, channels } = this.session.state;
      if (channels[id] === undefined) this.#channels.delete(id);
      else if (members[id] === undefined && before.members[id] !== undefined) this.#quietly(this.#fetchMembers(id));
    }
  }

  /** A change of an unread message that was never here may change how many call one: only the server knows. */
  #recount(before: State, message: Message): void {
    const channel = before.channels[message.channel_id];
    if (channel === undefined || message.seq <= channel.read_seq || message.version <= channel.version) return;
    if (at(before.timelines[channel.id], message.seq) !== undefined) return;
    if (channel.mentions > 0 || mentionsMe(before, channel, message, false)) this.#quietly(this.loadChannel(channel.id));
  }

  /** When everything that was missed is here: what has no versions is read anew. */
  onLive(): void {
    this.#quietly(this.loadRelationships());
    this.#quietly(this.session.preferences.load());
    this.#quietly(this.session.levels.load());
    for (const id of this.#servers) this.#quietly(this.#fetchServerMembers(id));
    for (const id of this.#channels) if (this.session.state.members[id] === undefined) this.#quietly(this.#fetchMembers(id));
  }

  /** What can't be had now is asked for after the next connection. */
  #quietly(work: Promise<void>): void {
    work.catch(() => {});
  }

  async loadChannel(id: Id): Promise<void> {
    const channel = checked<Channel>(await this.session.rest.get(`/channels/${id}`), of.channel, 'channel');
    if (this.session.state.channels[id] !== undefined) this.session.tell('channel', { channel });
  }

  async loadRelationships(): Promise<void> {
    const found = await this.session.rest.get('/relationships');
    const { relationships } = checked<{ relationships: Relationship[] }>(found, of.relationships, 'relationships');
    this.session.tell('relationships', { relationships });
  }

  async loadMembers(id: Id): Promise<void> {
    if (this.#channels.has(id) && this.session.state.members[id] !== undefined) return;
    await this.#fetchMembers(id);
    this.#channels.add(id);
  }

  async #fetchMembers(channel_id: Id): Promise<void> {
    const path = `/channels/${channel_id}/members`;
    const members = await this.#pages<Member>(path, (found) => checked(found, list(of.member), 'members'));
    this.session.tell('members', { channel_id, members });
  }

  async loadServerMembers(id: Id): Promise<void> {
    if (this.#servers.has(id) && this.session.state.serverMembers[id] !== undefined) return;
    await this.#fetchServerMembers(id);
    this.#servers.add(id);
  }

  async #fetchServerMembers(server_id: Id): Promise<void> {
    const path = `/servers/${server_id}/members`;
    const members = await this.#pages<ServerMember>(path, (found) => checked(found, list(of.serverMember), 'members'));
    this.session.tell('server_members', { server_id, members });
  }

  async #pages<T extends { user: { id: Id } }>(path: string, read: (found: unknown) => T[]): Promise<T[]> {
    const all: T[] = [];
    while (all.length < MEMBERS) {
      const after = all.at(-1)?.user.id;
      const page = read(await this.session.rest.get(path, { limit: MEMBERS_PAGE, after }));
      all.push(...page);
      if (page.length < MEMBERS_PAGE) break;
    }
    return all;
  }
}
