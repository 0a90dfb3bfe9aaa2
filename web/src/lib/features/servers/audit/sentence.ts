/** An entry of the audit log as a sentence. */

import type { Id, User } from '../../../model/entities';
import { shown } from '../../../model/people-selectors';
import { a } from './words';

export interface Entry {
  id: Id;
  server_id: Id;
  actor: User;
  action: string;
  target_id: Id | null;
  reason: string;
  created_at: string;
  changes: Record<string, unknown>;
}

/** What ids are called now; null for what is gone. */
export interface Names {
  person(id: Id): string | null;
  role(id: Id): string | null;
  channel(id: Id): string | null;
  category(id: Id): string | null;
}

/** Every action that has a sentence of its own. */
export const ACTIONS = [
  'server.update',
  'server.transfer',
  'channel.create',
  'channel.update',
  'channel.delete',
  'overrides.update',
  'category.create',
  'category.update',
  'category.delete',
  'role.create',
  'role.update',
  'role.move',
  'role.delete',
  'member.update',
  'member.kick',
  'member.ban',
  'member.unban',
  'invite.create',
  'invite.delete',
  'webhook.create',
  'webhook.update',
  'webhook.delete',
  'bot.add',
  'message.recall',
] as const;
type Action = (typeof ACTIONS)[number];

/** What actions are about: the part before the dot. */
export const TOPICS = ['server', 'channel', 'overrides', 'category', 'role', 'member', 'invite', 'webhook', 'bot', 'message'] as const;

const TOLD = ['name', 'icon', 'description', 'slow_mode', 'position', 'category_id', 'nickname', 'role_ids'] as const;

function isKnown(action: string): action is Action {
  return (ACTIONS as readonly string[]).includes(action);
}

/** Who did what; an action that this client does not know is named as it is. */
export function sentence(entry: Entry, names: Names): string {
  const actor = names.person(entry.actor.id) ?? shown(entry.actor);
  if (!isKnown(entry.action)) return a('other', { actor, action: entry.action });
  return a(entry.action, { actor, target: target(entry, names) ?? a('gone'), what: what(entry.changes, names) });
}

/** What the name was then, where the entry tells it; otherwise what it is now. */
function target({ action, target_id, changes }: Entry, names: Names): string | null {
  const id = target_id ?? '';
  const then = text(changes['name']) ?? text(changes['code']);
  switch (action.split('.')[0]) {
    case 'channel':
    case 'overrides':
      return names.channel(id) ?? then;
    case 'role':
      return then ?? names.role(id);
    case 'category':
      return then ?? names.category(id);
    case 'message':
      return names.person(text(changes['author_id']) ?? '');
    case 'server':
      return names.person(text(changes['owner_id']) ?? '');
    case 'invite':
    case 'webhook':
      return then;
    default:
      return names.person(id);
  }
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function what(changes: Record<string, unknown>, names: Names): string {
  const told = TOLD.filter((key) => key in changes);
  return told.map((key) => a(`what_${key}`, { value: value(key, changes[key], names) })).join(', ');
}

function value(key: (typeof TOLD)[number], found: unknown, names: Names): string {
  if (key === 'role_ids' && Array.isArray(found)) return found.map((id) => names.role(String(id)) ?? a('gone')).join(', ') || a('none');
  if (key === 'category_id') return names.category(String(found)) ?? a('none');
  return found === '' || found === null || found === undefined ? a('none') : String(found);
}
