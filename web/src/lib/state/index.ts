/** The store, and how components get at it. */

import { getContext, setContext } from 'svelte';

import type { App } from './contract';

const KEY = Symbol('app');

export { createApp, type AppParts } from './app.svelte';
export type { About, Account, Accounts, App } from './contract';

/** Gives the store to the components below. */
export function setApp(app: App): App {
  return setContext(KEY, app);
}

/** The store; while a component is being made. */
export function getApp(): App {
  return getContext<App>(KEY);
}
