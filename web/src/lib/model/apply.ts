/** The reducer: what is known, after one thing more is. Pure: no clock, no chance, nothing changed in place. */

import type { Answer } from './answers';
import { onReady, onSync } from './beginnings';
import * as channels from './channels';
import type { ServerEvent } from './events';
import * as members from './members';
import { onMessageChanged, onNewMessage } from './messages';
import * as people from './people';
import * as servers from './servers';
import type { State } from './state';
import * as told from './told';

export type Input = ServerEvent | Answer;

type Reduce<D> = (state: State, data: D, now: number) => State;
type Events = { [E in ServerEvent as E['type']]: Reduce<E['data']> };
type Answers = { [A in Answer as A['answer']]: Reduce<A['data']> };

const EVENTS: Events = {
  ready: onReady,
  sync: onSync,
  new_message: onNewMessage,
  message_updated: onMessageChanged,
  message_recalled: onMessageChanged,
  message_pinned: onMessageChanged,
  message_unpinned: onMessageChanged,
  reaction_added: onMessageChanged,
  reaction_removed: onMessageChanged,
  channel_created: channels.onChannelCreated,
  channel_updated: channels.onChannelUpdated,
  channel_deleted: channels.onChannelDeleted,
  member_joined: members.onMember,
  member_updated: members.onMember,
  member_left: members.onMemberLeft,
  read_updated: members.onRead,
  delivered_updated: members.onDelivered,
  typing: members.onTyping,
  presence_updated: people.onPresence,
  user_updated: people.onUser,
  relationship_updated: people.onRelationship,
  relationship_removed: people.onRelationshipRemoved,
  server_created: servers.onServerCreated,
  server_removed: servers.onServerGone,
  server_updated: servers.onServerUpdated,
  server_deleted: servers.onServerGone,
  server_member_joined: servers.onServerMemberJoined,
  server_member_updated: servers.onServerMemberUpdated,
  server_member_left: servers.onServerMemberLeft,
  role_created: servers.onRole,
  role_updated: servers.onRole,
  role_deleted: servers.onRoleDeleted,
  category_created: servers.onCategory,
  category_updated: servers.onCategory,
  category_deleted: servers.onCategoryDeleted,
};

const ANSWERS: Answers = {
  older: told.onOlder,
  newer: told.onNewer,
  window: told.onWindow,
  message: told.onMessage,
  channel: told.onChannel,
  server: told.onServer,
  members: told.onMembers,
  server_members: told.onServerMembers,
  relationships: told.onRelationships,
  users: told.onUsers,
  me: told.onMe,
  forget_timeline: told.onForgetTimeline,
  trim: told.onTrim,
  tick: (state, _, now) => members.withoutIdle(state, now),
};

/** The state after an event or an answer; `now` in ms of the client's clock. */
export function apply(state: State, input: Input, now: number): State {
  // A table row takes just the data that its name stands for; TypeScript can't follow that through an index.
  const table = 'type' in input ? EVENTS[input.type] : ANSWERS[input.answer];
  return (table as Reduce<Input['data']>)(state, input.data, now);
}

/** Several, in their order. */
export function applyAll(state: State, inputs: readonly Input[], now: number): State {
  return inputs.reduce((before, input) => apply(before, input, now), state);
}
