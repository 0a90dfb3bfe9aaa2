/** Which dialog of the frame is open; they are loaded when they are first asked for. */
import type { Id } from '../../model/entities';

export type Asked =
  | { name: 'switcher' | 'shortcuts' | 'new_direct' | 'new_group' | 'new_server' | 'join_link' | 'find_groups' | 'sign_in' | 'add_account' | 'sign_out' }
  | { name: 'person'; userId: Id }
  | { name: 'invite' | 'leave_server'; serverId: Id }
  | { name: 'level' | 'leave_channel'; channelId: Id };

let asked = $state.raw<Asked | null>(null);

export function dialog(): Asked | null {
  return asked;
}

/** Opens it in place of the one that was open. */
export function ask(wanted: Asked): void {
  asked = wanted;
}

export function closeDialog(): void {
  asked = null;
}
