export { createApp, type AppParts } from './app.svelte';
export { getApp, setApp } from './context';
export type * from './contract';
