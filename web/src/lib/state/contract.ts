/** The one store that components read and act through; `state/app.svelte.ts` makes it of runes. */

import type { ConnectionStatus, Delivery, Pending, Rest, Target } from '../client/contract';
import type { Channel, Id, Message, Notify, Permission, Profile } from '../model/entities';
import type { Gone } from '../model/gone';
import type { Level } from '../model/notify';
import type { State } from '../model/state';

/** An account that this browser is signed in with. */
export interface Account {
  id: Id;
  username: string;
  display_name: string;
  active: boolean;
}

/** Public facts of the server: `GET /about`. */
export interface About {
  name: string;
  version: string;
  registration: 'open' | 'closed';
  /** Whether the printed token would still make an administrator. */
  claimable: boolean;
}

/** An account that the server signed out on this device, and how many drafts and unsent messages wait for it here. */
export interface Lost {
  name: string;
  kept: number;
}

/** Signing in and out. All throw `Refused`. */
export interface Accounts {
  readonly all: readonly Account[];
  /** Until somebody signs in; null where nobody was signed out, or did it themselves. */
  readonly lost: Lost | null;
  about(): Promise<About>;
  signUp(wanted: { username: string; password: string; display_name?: string; email?: string }): Promise<void>;
  signIn(login: string, password: string): Promise<void>;
  /** Ends this device's session, forgets everything of the account that is kept here. */
  signOut(): Promise<void>;
  /** Every device but this one, then this one. */
  signOutEverywhere(): Promise<void>;
  switchTo(id: Id): Promise<void>;
  claimAdmin(token: string): Promise<void>;
}

/** Reactive: whoever reads a field in a component is told of changes. */
export interface App {
  readonly accounts: Accounts;
  /** Whether an account is signed in, or this is not known yet. */
  readonly signedIn: 'unknown' | 'yes' | 'no';
  readonly status: ConnectionStatus;
  /** Whether what is shown is only what was known when one was last connected. */
  readonly stale: boolean;
  readonly state: State;
  readonly me: Profile | null;
  readonly rest: Rest;
  /** Channels and servers that have gone since this page was opened, and why; the latest last. */
  readonly gone: readonly Gone[];
  /** One's own messages that the server has not acknowledged, in their order. */
  pendingIn(channelId: Id): readonly Pending[];
  may(channel: Channel, permission: Permission): boolean;

  /** Sends, or queues while not connected; returns the nonce. Never throws: what fails stands in `pendingIn`. */
  send(channelId: Id, content: string, replyTo?: Id): string;
  retry(nonce: string): void;
  discard(nonce: string): void;
  edit(message: Message, content: string): Promise<void>;
  recall(message: Message): Promise<void>;
  react(message: Message, emoji: string, on: boolean): Promise<void>;
  pin(message: Message, on: boolean): Promise<void>;
  /** At most once in a few seconds, whatever is called. */
  typing(channelId: Id): void;
  /** Up to and with `seq`; gathers calls. */
  markRead(channelId: Id, seq: number): void;

  /** Makes a channel's timeline show the target; loads what is missing. */
  show(channelId: Id, target: Target): Promise<void>;
  loadOlder(channelId: Id): Promise<void>;
  loadNewer(channelId: Id): Promise<void>;
  /** One message that may lie outside of the timeline (a reply's origin), then kept in `state.asides`; null where it is gone. */
  message(channelId: Id, messageId: Id): Promise<Message | null>;
  /** Who is in a group or direct channel, once; later changes come by events. */
  loadMembers(channelId: Id): Promise<void>;
  loadServerMembers(serverId: Id): Promise<void>;
  /** How far one's own message is; null for others' messages and where positions are not told. */
  delivery(message: Message): Delivery | null;
  /** Who has read up to it, others than its author, as far as is known. */
  readers(message: Message): readonly Id[];
  /** What a person is called in a place: nickname, display name, or user name. */
  nameOf(userId: Id, channelId?: Id): string;
  /** Tries to connect now. */
  reconnect(): void;

  /** What one has begun to write, kept per channel and over reloads. */
  draft(channelId: Id): string;
  setDraft(channelId: Id, text: string): void;
  /** A preference of the person, on all their devices (`/users/@me/preferences`), under this client's own key. */
  preference<T>(key: string, fallback: T): T;
  setPreference(key: string, value: unknown): void;
  /** What one said to be told of a channel, on all devices. Setting shows at once, and is taken back where it is refused. */
  level(channelId: Id): Level;
  setLevel(channelId: Id, level: Level): Promise<void>;
  setServerLevel(serverId: Id, level: Notify): Promise<void>;
  loadLevels(): Promise<void>;
}
