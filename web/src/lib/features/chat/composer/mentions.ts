/** In the composer people stand by their names, on the wire by their ids: `@ann` and `<@7>`. */
import type { Id, Role, User } from '../../../model/entities';
import type { Conversation } from '../conversation.svelte';

/** Somebody who can be mentioned: what stands in the text, and what is sent. */
export interface Candidate {
  text: string;
  code: string;
  /** What they are called here. */
  name: string;
  kind: 'person' | 'role' | 'many';
  user?: User;
}

/** User names are unique, so that a text needs no memory beside it: a draft still means the same after a reload. */
export function person(user: User, name: string): Candidate {
  return { text: `@${user.username}`, code: `<@${user.id}>`, name, kind: 'person', user };
}

function role(each: Role): Candidate {
  return { text: `@${each.name}`, code: `<@&${each.id}>`, name: each.name, kind: 'role' };
}

const MANY: readonly Candidate[] = [
  { text: '@everyone', code: '@everyone', name: 'everyone', kind: 'many' },
  { text: '@here', code: '@here', name: 'here', kind: 'many' },
];

/** Everybody who can be mentioned in a channel, as far as they are known. */
export function candidates(conversation: Conversation): Candidate[] {
  const { app, channel } = conversation;
  if (channel === undefined) return [];
  const people = peopleOf(conversation).map((user) => person(user, conversation.name(user)));
  if (channel.server_id === null || !app.may(channel, 'MENTION_EVERYONE')) return people;
  const everyone = app.state.servers[channel.server_id]?.everyone_role_id;
  return [...people, ...conversation.roles.filter((each) => each.id !== everyone).map(role), ...MANY];
}

/** Members as far as they are known, and whoever has spoken. */
export function peopleOf({ app, channel, channelId }: Conversation): User[] {
  const found = new Map<Id, User>();
  for (const { author, webhook } of app.state.timelines[channelId]?.messages ?? []) if (!webhook) found.set(author.id, author);
  for (const member of Object.values(app.state.members[channelId] ?? {})) found.set(member.user.id, member.user);
  for (const member of Object.values(app.state.serverMembers[channel?.server_id ?? ''] ?? {})) found.set(member.user.id, member.user);
  if (channel?.peer) found.set(channel.peer.id, channel.peer);
  return [...found.values()];
}

const CODE = /```[\s\S]*?(?:```|$)|`[^`\n]+`/g;
const WORD = /[\p{L}\p{N}_]/u;

/** Does something with what is not code. */
function outsideCode(text: string, change: (part: string) => string): string {
  let result = '';
  let at = 0;
  for (const found of text.matchAll(CODE)) {
    result += change(text.slice(at, found.index)) + found[0];
    at = found.index + found[0].length;
  }
  return result + change(text.slice(at));
}

/** What is sent: every `@name` of somebody who can be mentioned here becomes their id, but not in code. */
export function toCodes(text: string, all: readonly Candidate[]): string {
  if (!text.includes('@')) return text;
  // The longest first: `@ann lee` is not `@ann`.
  const sorted = all.filter((each) => each.kind !== 'many').sort((a, b) => b.text.length - a.text.length);
  const byStart = new Map<string, Candidate[]>();
  for (const each of sorted) {
    const start = each.text.slice(0, 2).toLowerCase();
    byStart.set(start, [...(byStart.get(start) ?? []), each]);
  }
  return outsideCode(text, (part) => coded(part, byStart));
}

function coded(part: string, byStart: ReadonlyMap<string, Candidate[]>): string {
  const lower = part.toLowerCase();
  // A letter whose small form has another length would move everything behind it.
  const same = lower.length === part.length ? lower : part;
  let result = '';
  let at = 0;
  for (let next = part.indexOf('@'); next !== -1; next = part.indexOf('@', Math.max(at, next + 1))) {
    const found = WORD.test(part[next - 1] ?? '') || part[next - 1] === '<' ? undefined : named(same, next, byStart);
    if (found === undefined) continue;
    result += part.slice(at, next) + found.code;
    at = next + found.text.length;
  }
  return result + part.slice(at);
}

function named(text: string, at: number, byStart: ReadonlyMap<string, Candidate[]>): Candidate | undefined {
  return byStart
    .get(text.slice(at, at + 2))
    ?.find((each) => text.startsWith(each.text.toLowerCase(), at) && !WORD.test(text[at + each.text.length] ?? ''));
}

/** For editing: ids become names where that is understood back; where not, the id stays. */
export function toNames(content: string, all: readonly Candidate[]): string {
  const byCode = new Map(all.map((each) => [each.code, each]));
  const named = outsideCode(content, (part) => part.replace(/<@&?\d{1,16}>/g, (code) => byCode.get(code)?.text ?? code));
  return toCodes(named, all) === content ? named : content;
}
