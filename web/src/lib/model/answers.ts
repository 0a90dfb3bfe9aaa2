/** What the client has asked for, as it enters the state: answers, and what it lets go. */

import type { Channel, Id, Member, Message, Profile, Relationship, Server, ServerMember, User } from './entities';

interface Told {
  /** A page joins the timeline above or below; `window` takes its place. Messages in any order. */
  older: { channel_id: Id; messages: Message[]; has_more: boolean };
  newer: { channel_id: Id; messages: Message[]; has_more: boolean };
  window: { channel_id: Id; messages: Message[]; hasOlder: boolean; hasNewer: boolean };
  /** One message as it is now: where it is in the timeline, it is put there. */
  message: { message: Message };
  channel: { channel: Channel };
  server: { server: Server };
  members: { channel_id: Id; members: Member[] };
  server_members: { server_id: Id; members: ServerMember[] };
  relationships: { relationships: Relationship[] };
  users: { users: User[] };
  /** What has changed of one's own profile. */
  me: { profile: Partial<Profile> };
  /** The timeline is to be read anew. */
  forget_timeline: { channel_id: Id };
  /** Only the newest `kept` of a timeline that nobody looks at. */
  trim: { channel_id: Id; kept: number };
  /** Who has stopped typing goes. */
  tick: Record<never, never>;
}

export type AnswerName = keyof Told;
export type AnswerData<N extends AnswerName> = Told[N];
/** One answer: `{answer, data}`. */
export type Answer = { [N in AnswerName]: { answer: N; data: Told[N] } }[AnswerName];
