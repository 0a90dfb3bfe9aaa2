/** What there is, in native's own words (docs/dialects/native.md): names and shapes are those of the wire. */

export type Id = string;
/** RFC 3339 UTC with milliseconds. */
export type Time = string;

/** A person; `avatar` is the tag of a picture at `/users/{id}/avatar`. */
export interface User {
  id: Id;
  username: string;
  display_name: string;
  bot?: boolean;
  guest?: boolean;
  avatar?: string;
}

/** A person in detail; `email` only of oneself. */
export interface Profile extends User {
  created_at: Time;
  admin: boolean;
  email: string | null;
}

export interface Reaction {
  emoji: string;
  count: number;
  user_ids: Id[];
}

/** A recalled message keeps its place and loses its content. */
export interface Message {
  id: Id;
  channel_id: Id;
  seq: number;
  version: number;
  author: User;
  content: string;
  created_at: Time;
  edited_at: Time | null;
  recalled: boolean;
  reply_to: Id | null;
  mentions: Id[];
  reactions: Reaction[];
  attachments: string[];
  pinned_at?: Time;
  mention_roles?: Id[];
  mention_here?: boolean;
  webhook?: { name: string; avatar_url: string };
  type?: string;
  payload?: unknown;
}

export type Permission =
  | 'VIEW_CHANNEL'
  | 'SEND_MESSAGES'
  | 'READ_HISTORY'
  | 'ADD_REACTIONS'
  | 'ATTACH_FILES'
  | 'MENTION_EVERYONE'
  | 'MANAGE_MESSAGES'
  | 'MANAGE_CHANNEL'
  | 'MANAGE_WEBHOOKS'
  | 'CREATE_INVITE'
  | 'KICK_MEMBERS'
  | 'BAN_MEMBERS'
  | 'MANAGE_ROLES'
  | 'MANAGE_SERVER'
  | 'ADMINISTRATOR';

/** What a role's bearers or one member may and may not do in one channel, beyond what they may elsewhere. */
export interface Override {
  target_id: Id;
  kind: 'role' | 'member';
  allow: Permission[];
  deny: Permission[];
}

export type Kind = 'lobby' | 'group' | 'direct' | 'text';
export type GroupRole = 'admin' | 'member';
export type MemberStatus = 'active' | 'pending' | 'banned' | 'left';
export type Notify = 'all' | 'mentions' | 'nothing';

/** A channel, the same for everybody. */
export interface BareChannel {
  id: Id;
  kind: Kind;
  name: string;
  description: string;
  owner_id: Id | null;
  private: boolean;
  created_at: Time;
  last_seq: number;
  version: number;
  server_id: Id | null;
  category_id: Id | null;
  position: number;
  slow_mode: number;
  overrides: Override[];
  guests: boolean;
}

/** A channel as one finds it oneself. `peer` is the other person of a direct channel. */
export interface Channel extends BareChannel {
  role: GroupRole | null;
  status: MemberStatus | null;
  read_seq: number;
  delivered_seq: number;
  unread: number;
  mentions: number;
  peer: User | null;
  permissions: Permission[];
}

/** A person in a channel; `read_seq` and `delivered_seq` say how far they are. */
export interface Member {
  channel_id: Id;
  user: User;
  role: GroupRole;
  status: MemberStatus;
  version: number;
  joined_at: Time;
  read_seq: number;
  delivered_seq: number;
}

/** The same without who they are. */
export type Membership = Omit<Member, 'user'> & { user_id: Id };

export interface Role {
  id: Id;
  server_id: Id;
  name: string;
  /** Red, green and blue in a byte each; 0 is none. */
  color: number;
  position: number;
  permissions: Permission[];
}

export interface Category {
  id: Id;
  server_id: Id;
  name: string;
  position: number;
}

export interface ServerMember {
  server_id: Id;
  user: User;
  nickname: string;
  role_ids: Id[];
  joined_at: Time;
}

/** Oneself in a server. */
export interface Self {
  server_id: Id;
  user_id: Id;
  nickname: string;
  role_ids: Id[];
  joined_at: Time;
  notify: Notify;
}

export interface BareServer {
  id: Id;
  name: string;
  icon: string;
  owner_id: Id;
  everyone_role_id: Id;
  created_at: Time;
  version: number;
}

/** A server as it comes in `ready`. */
export interface ServerView extends BareServer {
  member: Self;
  roles: Role[];
  categories: Category[];
  channels: Channel[];
  member_count: number;
  permissions: Permission[];
}

/** A server as it is kept: its channels stand among all channels, by `server_id`. */
export type Server = Omit<ServerView, 'channels'>;

export type Bond = 'friend' | 'outgoing' | 'incoming' | 'blocked';

export interface Relationship {
  user: User;
  bond: Bond;
  request_id: Id | null;
  created_at: Time;
}

/** A page of history, newest first. */
export interface Page {
  messages: Message[];
  has_more: boolean;
  version: number;
}
