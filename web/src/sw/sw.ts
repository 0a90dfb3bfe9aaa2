/** The service worker: lets the page open without a connection, and brings newer versions of it when one asks for them. */
import { obsolete, placeOf, version, way } from './ways';

/** Every script and style of this version; the build puts them here. */
declare const __FILES__: readonly string[];

interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface Fetching extends Lasting {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}

interface Told extends Lasting {
  notification: Notification;
}

interface Page {
  visibilityState: DocumentVisibilityState;
  focus(): Promise<unknown>;
  postMessage(said: unknown): void;
}

/** The part of a worker's own world that is used here; the compiler's words for it do not go with those for pages. */
interface World {
  location: Location;
  clients: {
    claim(): Promise<void>;
    matchAll(which: { type: 'window'; includeUncontrolled: boolean }): Promise<Page[]>;
    openWindow(address: string): Promise<unknown>;
  };
  skipWaiting(): Promise<void>;
  addEventListener(name: 'install' | 'activate', hear: (event: Lasting) => void): void;
  addEventListener(name: 'fetch', hear: (event: Fetching) => void): void;
  addEventListener(name: 'message', hear: (event: MessageEvent<unknown>) => void): void;
  addEventListener(name: 'notificationclick', hear: (event: Told) => void): void;
}

const world = globalThis as unknown as World;
const CURRENT = version(__FILES__);
const PATIENCE_MS = 4_000;
const FIXED = ['/', '/icon.svg', '/icon-192.png', '/manifest.webmanifest'];

world.addEventListener('install', (event) => event.waitUntil(keepAll()));
world.addEventListener('activate', (event) => event.waitUntil(dropOld().then(() => world.clients.claim())));
world.addEventListener('message', (event) => {
  if (event.data === 'take_over') void world.skipWaiting();
});
world.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(bring(placeOf(event.notification.data)));
});
world.addEventListener('fetch', (event) => {
  const how = way(event.request, world.location.origin);
  if (how === 'page') event.respondWith(page(event.request));
  if (how === 'kept') event.respondWith(kept(event.request));
});

async function keepAll(): Promise<void> {
  const cache = await caches.open(CURRENT);
  await cache.addAll([...FIXED, ...__FILES__].map((path) => new Request(path, { cache: path.startsWith('/assets/') ? 'default' : 'reload' })));
}

async function dropOld(): Promise<void> {
  await Promise.all(obsolete(await caches.keys(), CURRENT).map((name) => caches.delete(name)));
}

/** The newest page where the server answers in time, else the one of this version. */
async function page(request: Request): Promise<Response> {
  const last = await caches.open(CURRENT).then((cache) => cache.match('/'));
  if (last === undefined) return fetch(request);
  const late = new Promise<Response>((answer) => setTimeout(answer, PATIENCE_MS, last));
  const fresh = fetch(request).then((answer) => (answer.ok ? answer : last));
  return Promise.race([fresh.catch(() => last), late]);
}

async function kept(request: Request): Promise<Response> {
  const found = (await caches.open(CURRENT).then((cache) => cache.match(request))) ?? (await caches.match(request));
  if (found !== undefined) return found;
  const answer = await fetch(request);
  if (answer.ok && new URL(request.url).pathname.startsWith('/assets/')) {
    await caches.open(CURRENT).then((cache) => cache.put(request, answer.clone()));
  }
  return answer;
}

/** To the front with the page, and to the place that the notice was about. */
async function bring(to: string): Promise<void> {
  const pages = await world.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const best = pages.find((one) => one.visibilityState === 'visible') ?? pages[0];
  if (best === undefined) return void (await world.clients.openWindow(`/${to}`));
  await best.focus();
  best.postMessage({ to });
}
