/** What one person's client knows: made by `apply` from events and answers alone, never changed in place. */

import type { Channel, Id, Member, Message, Profile, Relationship, Server, ServerMember, User } from './entities';

/** A part of a channel's history without holes: ascending by `seq`. */
export interface Timeline {
  messages: readonly Message[];
  /** There is more above (below) than is here. With `hasNewer` false it reaches the present, and new messages join it. */
  hasOlder: boolean;
  hasNewer: boolean;
}

export interface State {
  me: Profile | null;
  sessionId: string | null;
  /** Everybody whom one has seen, as last seen. */
  users: Readonly<Record<Id, User>>;
  online: ReadonlySet<Id>;
  /** Every channel that one sees: lobby, groups, direct ones, and those of servers. */
  channels: Readonly<Record<Id, Channel>>;
  servers: Readonly<Record<Id, Server>>;
  relationships: Readonly<Record<Id, Relationship>>;
  /** Channel → person → their membership, as far as it was asked for or heard of. */
  members: Readonly<Record<Id, Readonly<Record<Id, Member>>>>;
  /** Server → person → their membership, as far as it was asked for or heard of. */
  serverMembers: Readonly<Record<Id, Readonly<Record<Id, ServerMember>>>>;
  timelines: Readonly<Record<Id, Timeline>>;
  /** By message: what is shown outside of its timeline, such as what another message answers. */
  asides: Readonly<Record<Id, Message>>;
  /** When something was last said in a channel, in ms since 1970: what "newest activity on top" goes by. */
  activity: Readonly<Record<Id, number>>;
  /** Channel → the version that a resume may begin from. */
  positions: Readonly<Record<Id, number>>;
  /** Channel → person → when their typing ends, in ms of the client's clock. */
  typing: Readonly<Record<Id, Readonly<Record<Id, number>>>>;
}

/** Nothing known yet. */
export const EMPTY: State = {
  me: null,
  sessionId: null,
  users: {},
  online: new Set(),
  channels: {},
  servers: {},
  relationships: {},
  members: {},
  serverMembers: {},
  timelines: {},
  asides: {},
  activity: {},
  positions: {},
  typing: {},
};
