export { getApp, setApp } from './context';
export type * from './contract';
