/** What one does with another person. All throw `Refused`. */
import type { Rest } from '../../client/contract';
import type { Channel, Id, User } from '../../model/entities';
import type { App } from '../../state';
import { DISPLAY_NAME } from '../../ui/limits';
import { goLater, href } from '../../ui/route.svelte';

/** Opens the direct chat with them, made if it was not there. */
export async function write(app: App, userId: Id): Promise<void> {
  const lead = goLater();
  const known = Object.values(app.state.channels).find((channel) => channel.peer?.id === userId);
  const { id } = known ?? (await app.rest.post<Channel>('/dms', { user_id: userId }));
  lead(href('c', id));
}

/** What is looked for where somebody typed this: a name, without the `@` that stands before it elsewhere. */
export function sought(text: string): string {
  return [...text.trim().replace(/^@/, '')].slice(0, DISPLAY_NAME).join('');
}

/** Those whose display name or user name begins so; nobody where nothing is looked for. */
export async function search(rest: Pick<Rest, 'get'>, text: string, limit?: number): Promise<User[]> {
  const q = sought(text);
  return q === '' ? [] : rest.get<User[]>('/users', limit === undefined ? { q } : { q, limit });
}

/** Asks to be friends, or accepts where they have asked. */
export function befriend(app: App, userId: Id): Promise<void> {
  return app.rest.put(`/relationships/${userId}`, { bond: 'friend' });
}

export function block(app: App, userId: Id): Promise<void> {
  return app.rest.put(`/relationships/${userId}`, { bond: 'blocked' });
}

/** Ends a friendship, withdraws or declines a request, unblocks. */
export function part(app: App, userId: Id): Promise<void> {
  return app.rest.delete(`/relationships/${userId}`);
}
