/** A person as only administrators see them (`/admin/users`). */
import type { Profile, Time } from '../../model/entities';

export interface Person extends Profile {
  disabled: boolean;
  online: boolean;
  last_seen_at: Time | null;
}

/** What can be done to somebody, with one question before each. */
export type Deed = 'make_admin' | 'unmake_admin' | 'disable' | 'enable' | 'sign_out' | 'set_password';

/** What makes sense for this person; nobody takes their own rights away here. */
export function deeds(person: Person, myId: string): Deed[] {
  if (person.guest) return [person.disabled ? 'enable' : 'disable'];
  const own = person.id === myId;
  const found: Deed[] = [];
  if (!person.bot && !own) found.push(person.admin ? 'unmake_admin' : 'make_admin');
  if (!person.bot && !own) found.push('set_password');
  if (!own) found.push('sign_out', person.disabled ? 'enable' : 'disable');
  return found;
}

/** The body of `PATCH /admin/users/{id}` for what is one; nothing for signing out. */
export function body(deed: Deed, password = ''): Record<string, unknown> | null {
  switch (deed) {
    case 'make_admin':
    case 'unmake_admin':
      return { admin: deed === 'make_admin' };
    case 'disable':
    case 'enable':
      return { disabled: deed === 'disable' };
    case 'set_password':
      return { password };
    case 'sign_out':
      return null;
  }
}
