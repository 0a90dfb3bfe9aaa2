/** What entities look like on the wire. */

import { both, count, fields, flag, id, list, maybe, number, oneOf, orNull, table, text } from './shape';

export const user = fields({ id, username: text, display_name: text, bot: maybe(flag), guest: maybe(flag), avatar: maybe(orNull(text)) });

export const profile = both(user, fields({ created_at: text, admin: flag, email: maybe(orNull(text)) }));

const reaction = fields({ emoji: text, count, user_ids: list(id) });

export const message = fields({
  id,
  channel_id: id,
  seq: count,
  version: count,
  author: user,
  content: text,
  created_at: text,
  edited_at: orNull(text),
  recalled: flag,
  reply_to: orNull(id),
  mentions: list(id),
  reactions: list(reaction),
  attachments: list(text),
  pinned_at: maybe(text),
  mention_roles: maybe(list(id)),
  mention_here: maybe(flag),
  webhook: maybe(fields({ name: text, avatar_url: text })),
  type: maybe(text),
});

const override = fields({ target_id: id, kind: oneOf('role', 'member'), allow: list(text), deny: list(text) });

export const bareChannel = fields({
  id,
  kind: oneOf('lobby', 'group', 'direct', 'text'),
  name: text,
  description: text,
  owner_id: orNull(id),
  private: flag,
  created_at: text,
  last_seq: count,
  version: count,
  server_id: orNull(id),
  category_id: orNull(id),
  position: number,
  slow_mode: number,
  overrides: list(override),
  guests: flag,
});

export const channel = both(
  bareChannel,
  fields({
    role: orNull(oneOf('admin', 'member')),
    status: orNull(text),
    read_seq: count,
    delivered_seq: count,
    unread: count,
    mentions: count,
    peer: orNull(user),
    permissions: list(text),
  }),
);

const standing = fields({
  channel_id: id,
  role: oneOf('admin', 'member'),
  status: oneOf('active', 'pending', 'banned', 'left'),
  version: count,
  joined_at: text,
  read_seq: count,
  delivered_seq: count,
});
export const member = both(fields({ user }), standing);
export const membership = both(fields({ user_id: id }), standing);

export const role = fields({ id, server_id: id, name: text, color: number, position: number, permissions: list(text) });
export const category = fields({ id, server_id: id, name: text, position: number });

const inServer = fields({ server_id: id, nickname: text, role_ids: list(id), joined_at: text });
export const serverMember = both(fields({ user }), inServer);
const self = both(fields({ user_id: id, notify: text }), inServer);

export const bareServer = fields({ id, name: text, icon: text, owner_id: id, everyone_role_id: id, created_at: text, version: count });

/** Without its channels. */
export const server = both(
  bareServer,
  fields({ member: self, roles: list(role), categories: list(category), member_count: count, permissions: list(text) }),
);
export const serverView = both(server, fields({ channels: list(channel) }));

export const relationship = fields({
  user,
  bond: oneOf('friend', 'outgoing', 'incoming', 'blocked'),
  request_id: orNull(id),
  created_at: text,
});

export const page = fields({ messages: list(message), has_more: flag, version: count });

export const tokens = fields({ user: profile, session_id: text, access_token: text, refresh_token: text, expires_in: number });

export const about = fields({ name: text, version: text, registration: oneOf('open', 'closed'), claimable: flag });

export const relationships = fields({ relationships: list(relationship) });

export const levels = table(oneOf('default', 'all', 'mentions', 'nothing'));
