/** The store, and how components get at it. */

export { createApp, type AppParts } from './app.svelte';
export { getApp, setApp } from './context';
export type { About, Account, Accounts, App } from './contract';
