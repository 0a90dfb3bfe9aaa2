import { SvelteMap } from 'svelte/reactivity';

import type { Channel, Id, Message, Role, User } from '../../model/entities';
import type { App } from '../../state';
import { roleColours } from './colour';
import { t } from './words';

/** Where an emoji picker opens, and who gets what is picked. */
export interface Picking {
  anchor: HTMLElement;
  pick: (emoji: string) => void;
}

const ORIGINS = 300;

/** What the parts of one open channel share: what is being answered, edited, asked, pointed at. */
export class Conversation {
  replyTo = $state.raw<Message | null>(null);
  editing = $state<Id | null>(null);
  /** The message that was jumped to. */
  highlighted = $state<Id | null>(null);
  /** Waits for yes or no to its recall. */
  recalling = $state.raw<Message | null>(null);
  picking = $state.raw<Picking | null>(null);
  /** Made by the timeline and the composer when they are there. */
  jump: (id: Id) => void = () => undefined;
  /** Makes a message that is here visible, without more ado. */
  jumpTo: (message: Message) => void = () => undefined;
  toLatest: () => void = () => undefined;
  focusComposer: () => void = () => undefined;
  insert: (text: string) => void = () => undefined;

  readonly #origins = new SvelteMap<Id, Message | null>();

  constructor(
    readonly app: App,
    readonly channelId: Id,
  ) {}

  /** The channel as it is now; undefined once it is gone. */
  get channel(): Channel | undefined {
    return this.app.state.channels[this.channelId];
  }

  /** What the channel is called. */
  get title(): string {
    return this.channel === undefined ? '' : titleOf(this.channel, this.app);
  }

  /** What a person is called here; of a webhook, what it calls itself. */
  name(user: User, webhook?: Message['webhook']): string {
    if (webhook?.name) return webhook.name;
    return this.app.nameOf(user.id, this.channelId) || user.display_name || user.username;
  }

  /** The same by id, for mentions and reactions: the person may not be known. */
  nameById(id: Id): string {
    const user = this.app.state.users[id];
    return (user && this.name(user)) || this.app.nameOf(id, this.channelId) || t('someone');
  }

  /** The roles of the channel's server, the most powerful first. */
  get roles(): Role[] {
    const server = this.app.state.servers[this.channel?.server_id ?? ''];
    return [...(server?.roles ?? [])].sort((a, b) => b.position - a.position);
  }

  /** The colour of a person's most powerful role that has one. */
  colours(id: Id): { light: string; dark: string } | null {
    const member = this.app.state.serverMembers[this.channel?.server_id ?? '']?.[id];
    if (member === undefined || member.role_ids.length === 0) return null;
    const role = this.roles.find((each) => each.color !== 0 && member.role_ids.includes(each.id));
    return role === undefined ? null : roleColours(role.color);
  }

  /** A message that another one answers: null where it is gone, undefined until that is known. */
  origin(id: Id): Message | null | undefined {
    const here = this.app.state.timelines[this.channelId]?.messages.findLast((message) => message.id === id);
    if (here !== undefined) return here;
    if (!this.#origins.has(id)) queueMicrotask(() => void this.#load(id));
    return this.#origins.get(id);
  }

  async #load(id: Id): Promise<void> {
    if (this.#origins.has(id)) return;
    if (this.#origins.size >= ORIGINS) this.#origins.delete(this.#origins.keys().next().value ?? '');
    const found = await this.app.message(this.channelId, id).catch(() => null);
    this.#origins.set(id, found);
  }
}

/** What a channel is called: its peer's name, the lobby's, or its own. */
export function titleOf(channel: Channel, app: Pick<App, 'nameOf'>): string {
  if (channel.kind === 'lobby') return t('lobby');
  if (channel.peer !== null) return app.nameOf(channel.peer.id) || channel.peer.display_name || channel.peer.username;
  return channel.name;
}
