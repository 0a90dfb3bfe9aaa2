import { expect, test } from 'vitest';

import { channel, ready, YOU } from '../testing/makers';
import { apply } from './apply';
import { EMPTY } from './state';

test('a new name and picture are seen in the direct chat too', () => {
  const begun = apply(EMPTY, { type: 'ready', data: ready([channel({ kind: 'direct', peer: YOU }), channel({ id: '11' })]) }, 0);
  const user = { ...YOU, display_name: 'Youth', avatar: 'tag' };
  const state = apply(begun, { type: 'user_updated', data: { user } }, 0);
  expect(state.channels['10']?.peer).toEqual(user);
  expect(state.channels['11']).toBe(begun.channels['11']);
});
