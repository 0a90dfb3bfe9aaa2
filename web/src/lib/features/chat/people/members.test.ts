import { expect, test } from 'vitest';

import type { ServerMember } from '../../../model/entities';
import { channel, ME, server, YOU } from '../../../testing/makers';
import { sees } from './members';

const member = (user: ServerMember['user'], ...role_ids: string[]): ServerMember => ({ server_id: '20', user, nickname: '', role_ids, joined_at: '' });

test('a channel has those who may see it', () => {
  const staff = { id: '22', server_id: '20', name: 'staff', color: 0, position: 1, permissions: [] };
  const base = server();
  const everyone = base.everyone_role_id;
  const home = server({ owner_id: ME.id, roles: [...base.roles, staff] });
  const open = channel({ kind: 'text', server_id: '20' });
  const hidden = channel({
    kind: 'text',
    server_id: '20',
    overrides: [
      { target_id: everyone, kind: 'role', allow: [], deny: ['VIEW_CHANNEL'] },
      { target_id: '22', kind: 'role', allow: ['VIEW_CHANNEL'], deny: [] },
    ],
  });
  expect(sees(home, open, member(YOU))).toBe(true);
  expect(sees(home, hidden, member(YOU))).toBe(false);
  expect(sees(home, hidden, member(YOU, '22'))).toBe(true);
  expect(sees(home, hidden, member(ME))).toBe(true);
});
