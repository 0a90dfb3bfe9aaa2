/** Things for tests, each with as much as a test needs to say. */

import type { Channel, Member, Message, Profile, ServerView, User } from '../model/entities';
import type { Ready } from '../model/events';

const NOON = '2026-01-01T12:00:00.000Z';

export const ME: Profile = { id: '1', username: 'me', display_name: 'Me', created_at: NOON, admin: false, email: null };
export const YOU: User = { id: '2', username: 'you', display_name: 'You' };

export function message(seq: number, more: Partial<Message> = {}): Message {
  return {
    ...{ id: String(1000 + seq), channel_id: '10', seq, version: seq + 1, author: YOU, content: `said ${seq}` },
    ...{ created_at: NOON, edited_at: null, recalled: false, reply_to: null, mentions: [], reactions: [], attachments: [] },
    ...more,
  };
}

export function messages(from: number, to: number): Message[] {
  return Array.from({ length: to - from + 1 }, (_, n) => message(from + n));
}

export function channel(more: Partial<Channel> = {}): Channel {
  return {
    ...{ id: '10', kind: 'group' as const, name: 'room', description: '', owner_id: '2', private: false, created_at: NOON },
    ...{ last_seq: 0, version: 1, server_id: null, category_id: null, position: 0, slow_mode: 0, overrides: [], guests: false },
    ...{ role: 'member' as const, status: 'active' as const, read_seq: 0, delivered_seq: 0, unread: 0, mentions: 0 },
    ...{ peer: null, permissions: [] },
    ...more,
  };
}

export function member(user: User, more: Partial<Member> = {}): Member {
  return {
    ...{ channel_id: '10', user, role: 'member' as const, status: 'active' as const, version: 1, joined_at: NOON },
    ...{ read_seq: 0, delivered_seq: 0 },
    ...more,
  };
}

export function server(more: Partial<ServerView> = {}): ServerView {
  return {
    ...{ id: '20', name: 'home', icon: '', owner_id: '2', everyone_role_id: '21', created_at: NOON, version: 1 },
    member: { server_id: '20', user_id: '1', nickname: '', role_ids: [], joined_at: NOON, notify: 'all' },
    roles: [{ id: '21', server_id: '20', name: 'everyone', color: 0, position: 0, permissions: ['VIEW_CHANNEL', 'SEND_MESSAGES'] }],
    ...{ categories: [], channels: [], member_count: 2, permissions: ['VIEW_CHANNEL', 'SEND_MESSAGES'] },
    ...more,
  };
}

export function ready(channels: Channel[] = [channel()], servers: ServerView[] = []): Ready {
  return { user: ME, session_id: 's', servers, channels, presences: {}, heartbeat_interval: 30_000 };
}

export function ack(seq: number, nonce: string, channel_id = '10') {
  const message_id = String(1000 + seq);
  return { message_id, channel_id, seq, version: seq + 1, timestamp: NOON, nonce, duplicate: false };
}
