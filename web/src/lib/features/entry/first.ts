import type { Channel, Id } from '../../model/entities';
import { href } from '../../ui/route.svelte';

/** Where one goes in a server that one has just come into: its first channel, or else its page. */
export function first(channels: readonly Channel[], serverId: Id): string {
  const found = [...channels].sort((a, b) => a.position - b.position || a.id.length - b.id.length || a.id.localeCompare(b.id))[0];
  return found === undefined ? href('s', serverId, 'settings', 'overview') : href('c', found.id);
}
