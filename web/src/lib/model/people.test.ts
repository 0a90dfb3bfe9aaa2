import { expect, test } from 'vitest';

import { channel, message, ready, YOU } from '../testing/makers';
import { apply } from './apply';
import { authorOf } from './people-selectors';
import { EMPTY } from './state';

test('a new name and picture are seen in the direct chat too', () => {
  const begun = apply(EMPTY, { type: 'ready', data: ready([channel({ kind: 'direct', peer: YOU }), channel({ id: '11' })]) }, 0);
  const user = { ...YOU, display_name: 'Youth', avatar: 'tag' };
  const state = apply(begun, { type: 'user_updated', data: { user } }, 0);
  expect(state.channels['10']?.peer).toEqual(user);
  expect(state.channels['11']).toBe(begun.channels['11']);
});

test('an author is called as here, and a webhook as it calls itself', () => {
  const state = apply(EMPTY, { type: 'ready', data: ready([channel()]) }, 0);
  const said = message(1, { author: { ...YOU, id: '99', username: 'hook', display_name: '' } });
  expect(authorOf(state, said)).toBe('hook');
  expect(authorOf(state, { ...said, webhook: { name: 'Build', avatar_url: '' } })).toBe('Build');
});
