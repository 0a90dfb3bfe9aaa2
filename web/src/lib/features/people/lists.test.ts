import { expect, test } from 'vitest';

import { channel, YOU } from '../../testing/makers';
import { presence } from './lists';

test('of somebody with whom one shares no chat nobody says that they are away', () => {
  const direct = channel({ kind: 'direct', peer: YOU });
  expect(presence({ online: new Set(), channels: {} }, YOU.id)).toBeUndefined();
  expect(presence({ online: new Set(), channels: { [direct.id]: direct } }, YOU.id)).toBe(false);
  expect(presence({ online: new Set([YOU.id]), channels: {} }, YOU.id)).toBe(true);
});
