/** What one does with another person. All throw `Refused`. */
import type { Channel, Id } from '../../model/entities';
import type { App } from '../../state';
import { go, href } from '../../ui/route.svelte';

/** Opens the direct chat with them, made if it was not there. */
export async function write(app: App, userId: Id): Promise<void> {
  const known = Object.values(app.state.channels).find((channel) => channel.peer?.id === userId);
  const { id } = known ?? (await app.rest.post<Channel>('/dms', { user_id: userId }));
  go(href('c', id));
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
