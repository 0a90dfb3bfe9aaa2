/** What the server says without being asked, and the two answers that carry state. One union, by `type`. */

import type {
  BareChannel,
  BareServer,
  Category,
  Channel,
  Id,
  Member,
  Membership,
  Message,
  Profile,
  Relationship,
  Role,
  ServerMember,
  ServerView,
  User,
} from './entities';

interface InChannel {
  channel_id: Id;
  version: number;
}

interface InServer {
  server_id: Id;
  version: number;
}

/** Everything that a connection needs to know to begin. */
export interface Ready {
  user: Profile;
  session_id: string;
  servers: ServerView[];
  channels: Channel[];
  presences: Record<Id, 'online'>;
  /** In milliseconds. */
  heartbeat_interval: number;
}

/** What has changed in a channel since `from`; with `limited` nothing of it is there, and history must be read anew. */
export interface Sync {
  channel_id: Id;
  from: number;
  to: number;
  messages: Message[];
  members: Membership[];
  limited: boolean;
}

interface Data {
  ready: Ready;
  sync: Sync;
  new_message: InChannel & { message: Message };
  message_updated: InChannel & { message: Message };
  message_recalled: InChannel & { message: Message };
  message_pinned: InChannel & { message: Message };
  message_unpinned: InChannel & { message: Message };
  reaction_added: InChannel & { message: Message; user_id: Id; emoji: string };
  reaction_removed: InChannel & { message: Message; user_id: Id; emoji: string };
  channel_created: InChannel & { channel: BareChannel };
  channel_updated: InChannel & { channel: BareChannel };
  channel_deleted: { channel_id: Id; version?: number; server_id?: Id; hidden?: true };
  member_joined: InChannel & { member: Member };
  member_updated: InChannel & { member: Member };
  member_left: InChannel & { member: Member; by: Id };
  read_updated: { channel_id: Id; user_id: Id; seq: number };
  delivered_updated: { channel_id: Id; user_id: Id; seq: number };
  typing: { channel_id: Id; user: User };
  presence_updated: { user_id: Id; status: 'online' | 'offline' };
  user_updated: { user: User };
  relationship_updated: { relationship: Relationship };
  relationship_removed: { user_id: Id };
  server_created: InServer & { server: ServerView };
  server_removed: InServer & { how: 'left' | 'kicked' | 'banned' };
  server_updated: InServer & { server: BareServer };
  server_deleted: InServer;
  server_member_joined: InServer & { member: ServerMember };
  server_member_updated: InServer & { member: ServerMember };
  server_member_left: InServer & { user: User; by: Id; how: 'left' | 'kicked' | 'banned' | 'deleted' };
  role_created: InServer & { role: Role };
  role_updated: InServer & { role: Role };
  role_deleted: InServer & { role_id: Id };
  category_created: InServer & { category: Category };
  category_updated: InServer & { category: Category };
  category_deleted: InServer & { category_id: Id };
}

export type EventName = keyof Data;
export type EventData<N extends EventName> = Data[N];
/** One event: `{type, data}`. */
export type ServerEvent = { [N in EventName]: { type: N; data: Data[N] } }[EventName];
