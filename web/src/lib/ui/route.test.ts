import { afterEach, beforeEach, expect, test } from 'vitest';

import { go, goLater, lastPlace, onLeave, route, wasLed } from './route.svelte';

let stop = (): void => undefined;
beforeEach(() => go('#/c/7'));
afterEach(() => stop());

test('the way back leads to the last place that was no settings', () => {
  go('#/settings/profile');
  go('#/s/3/settings/roles/4');
  go('#/admin/figures');
  go('#/claim');
  expect(lastPlace()).toBe('#/c/7');
  go('#/people/friends');
  expect(lastPlace()).toBe('#/people/friends');
});

test('who asks first keeps one where one is, until one goes on', () => {
  let proceed = (): void => undefined;
  stop = onLeave((later) => {
    proceed = later;
    return true;
  });
  go('#/c/8');
  expect(route()).toEqual(['c', '7']);
  expect(location.hash).toBe('#/c/7');
  proceed();
  expect(route()).toEqual(['c', '8']);
});

test('by a link or the browser too: the address goes back', () => {
  stop = onLeave(() => true);
  history.pushState(null, '', '#/c/9');
  dispatchEvent(new Event('hashchange'));
  expect([location.hash, route()]).toEqual(['#/c/7', ['c', '7']]);
});

test('what took a while leads there, but nobody who has gone elsewhere meanwhile', () => {
  const lead = goLater();
  lead('#/c/9');
  expect(location.hash).toBe('#/c/9');
  lead('#/c/10');
  expect([location.hash, route()]).toEqual(['#/c/9', ['c', '9']]);
});

test('who was led elsewhere meanwhile has not gone there', () => {
  const lead = goLater();
  go('#/', { replace: true, led: true });
  lead('#/c/9');
  expect(location.hash).toBe('#/c/9');
});

test('who was led somewhere has not gone there, until they go on', () => {
  go('#/c/8');
  expect(wasLed()).toBe(false);
  go('#/c/9', { replace: true, led: true });
  expect(wasLed()).toBe(true);
  history.pushState(null, '', '#/c/7');
  dispatchEvent(new Event('hashchange'));
  expect(wasLed()).toBe(false);
});
