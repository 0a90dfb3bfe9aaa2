import type { App } from './contract';

/** The store of this browser. */
export function createApp(): App {
  throw new Error('not made yet');
}
