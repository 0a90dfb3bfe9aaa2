import { untrack } from 'svelte';
import { SvelteSet } from 'svelte/reactivity';

import type { Channel, Id, Message, Role, Server, ServerMember, User } from '../../model/entities';
import { shown } from '../../model/people-selectors';
import { find } from '../../model/timelines';
import type { App } from '../../state';
import { href } from '../../ui/route.svelte';
import { ownRank } from '../channels/rank';
import { roleColours } from './colour';
import { titleOf } from './title';
import { t } from './words';

/** Where an emoji picker opens, and who gets what is picked. */
export interface Picking {
  anchor: HTMLElement;
  pick: (emoji: string) => void;
}

/** What rows depend on. Each event makes another state; only when one of these is another, rows are looked at again. */
interface Facts {
  me: Id | null;
  users: Readonly<Record<Id, User>>;
  server: Server | undefined;
  serverMembers: Readonly<Record<Id, ServerMember>> | undefined;
  mayReact: boolean;
}

/** What the parts of one open channel share: what is being answered, edited, asked, pointed at. */
export class Conversation {
  replyTo = $state.raw<Message | null>(null);
  editing = $state<Id | null>(null);
  /** The message that was jumped to. */
  highlighted = $state<Id | null>(null);
  /** Waits for yes or no to its recall. */
  recalling = $state.raw<Message | null>(null);
  /** The message whose menu was asked for, and where: null is at its button. */
  menu = $state.raw<{ id: Id; at: { x: number; y: number } | null } | null>(null);
  picking = $state.raw<Picking | null>(null);
  /** Made by the timeline and the composer when they are there. */
  jump: (id: Id) => void = () => undefined;
  /** Makes a message that is here visible, without more ado. */
  jumpTo: (message: Message) => void = () => undefined;
  toLatest: () => void = () => undefined;
  /** Leads to the first message of a day. */
  toDate: (date: Date) => void = () => undefined;
  focusComposer: () => void = () => undefined;
  insert: (text: string) => void = () => undefined;

  #facts = $state.raw<Facts>({ me: null, users: {}, server: undefined, serverMembers: undefined, mayReact: false });
  #names = new Map<Id, string>();
  /** What messages here answer and is not there any more, or could not be had. */
  readonly #gone = new SvelteSet<Id>();
  #loading = new Set<Id>();

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
    return this.channel === undefined ? '' : titleOf(this.app, this.channel);
  }

  /** Where people are added to the group; null where one may not, or nobody is added by hand. */
  get adding(): string | null {
    const { app, channel } = this;
    return channel?.kind === 'group' && ownRank(app.state, channel) >= 2 ? href('c', channel.id, 'settings', 'members') : null;
  }

  /** Looks at the state; the chat calls it when that has changed. */
  follow(): void {
    const { app, channel } = this;
    const serverId = channel?.server_id ?? '';
    const next: Facts = {
      me: app.me?.id ?? null,
      users: app.state.users,
      server: app.state.servers[serverId],
      serverMembers: app.state.serverMembers[serverId],
      mayReact: channel !== undefined && app.may(channel, 'ADD_REACTIONS'),
    };
    const before = untrack(() => this.#facts);
    if ((Object.keys(next) as (keyof Facts)[]).every((key) => next[key] === before[key])) return;
    this.#names = new Map();
    this.#facts = next;
  }

  /** Oneself. */
  get me(): Id | null {
    return this.#facts.me;
  }

  get mayReact(): boolean {
    return this.#facts.mayReact;
  }

  /** The role that everybody in the channel's server has. */
  get everyoneRole(): Id | null {
    return this.#facts.server?.everyone_role_id ?? null;
  }

  /** What a person is called here; of a webhook, what it calls itself. */
  name(user: User, webhook?: Message['webhook']): string {
    return webhook?.name || this.#known(user.id) || shown(user);
  }

  /** The same by id, for mentions and reactions: the person may not be known. */
  nameById(id: Id): string {
    return this.#known(id) || t('someone');
  }

  #known(id: Id): string {
    // Names come from the facts alone: whoever asks is told when these change, not of every event.
    void this.#facts;
    const found = this.#names.get(id) ?? untrack(() => this.app.nameOf(id, this.channelId));
    this.#names.set(id, found);
    return found;
  }

  /** The roles of the channel's server, the most powerful first. */
  get roles(): Role[] {
    return [...(this.#facts.server?.roles ?? [])].sort((a, b) => b.position - a.position);
  }

  /** The colour of a person's most powerful role that has one. */
  colours(id: Id): { light: string; dark: string } | null {
    const member = this.#facts.serverMembers?.[id];
    if (member === undefined || member.role_ids.length === 0) return null;
    const role = this.roles.find((each) => each.color !== 0 && member.role_ids.includes(each.id));
    return role === undefined ? null : roleColours(role.color);
  }

  /** A message that another one answers: null where it is gone, undefined until that is known. */
  origin(id: Id): Message | null | undefined {
    const { timelines, asides } = this.app.state;
    const here = find(timelines[this.channelId], id) ?? asides[id];
    if (here !== undefined) return here;
    if (!this.#gone.has(id)) queueMicrotask(() => void this.#load(id));
    return this.#gone.has(id) ? null : undefined;
  }

  async #load(id: Id): Promise<void> {
    if (this.#loading.has(id)) return;
    this.#loading.add(id);
    const found = await this.app.message(this.channelId, id).catch(() => null);
    if (found === null) this.#gone.add(id);
    this.#loading.delete(id);
  }
}
