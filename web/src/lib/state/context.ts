import { getContext, setContext } from 'svelte';

import type { App } from './contract';

const KEY = Symbol('app');

/** Gives every component below the store. */
export function setApp(app: App): App {
  return setContext(KEY, app);
}

/** The store; only while a component is being made. */
export function getApp(): App {
  const app = getContext<App | undefined>(KEY);
  if (app === undefined) throw new Error('no store: a component above must call setApp');
  return app;
}
