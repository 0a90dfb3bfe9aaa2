/** The page as an app: the worker that lets it open offline, newer versions, installing. */

interface Policy {
  createScriptURL(address: string): string;
}

interface Factory {
  createPolicy(name: string, rules: { createScriptURL(address: string): string }): Policy;
}

/** The browser's offer to install, which only Chromium makes. */
interface Offer extends Event {
  prompt(): Promise<unknown>;
}

const WORKER = '/sw.js';
const LOOK_MS = 30 * 60_000;

let offer = $state.raw<Offer | null>(null);
let waiting = $state.raw<ServiceWorker | null>(null);

addEventListener('beforeinstallprompt', (event) => {
  event.preventDefault();
  offer = event as Offer;
});
addEventListener('appinstalled', () => (offer = null));

export function installable(): boolean {
  return offer !== null;
}

export async function install(): Promise<void> {
  await offer?.prompt();
  offer = null;
}

/** Whether a newer version is there and waits for this page to be loaded again. */
export function newVersion(): boolean {
  return waiting !== null;
}

/** Loads the page anew, with the newer version. */
export function takeNewVersion(): void {
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
  waiting?.postMessage('take_over');
}

export function later(): void {
  waiting = null;
}

/** Trusted Types: the only address that may become a worker. */
function trusted(): string {
  const factory = (globalThis as { trustedTypes?: Factory }).trustedTypes;
  if (factory === undefined) return WORKER;
  const rules = {
    createScriptURL(address: string): string {
      if (address !== WORKER) throw new TypeError(`only ${WORKER} may be a worker here`);
      return address;
    },
  };
  return factory.createPolicy('hubbub', rules).createScriptURL(WORKER);
}

/** Starts the worker, once the page has settled; `opened` hears of a click on a notice. */
export async function startWorker(opened: (to: string) => void): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  navigator.serviceWorker.addEventListener('message', (event: MessageEvent<unknown>) => {
    const { to } = (event.data ?? {}) as { to?: unknown };
    if (typeof to === 'string' && to.startsWith('#/')) opened(to);
  });
  const registration = await navigator.serviceWorker.register(started ?? (started = trusted())).catch(() => null);
  if (registration === null) return;
  watch(registration);
  setInterval(() => void registration.update().catch(() => undefined), LOOK_MS);
}

let started: string | null = null;

function watch(registration: ServiceWorkerRegistration): void {
  if (registration.waiting !== null && navigator.serviceWorker.controller !== null) waiting = registration.waiting;
  registration.addEventListener('updatefound', () => {
    const coming = registration.installing;
    coming?.addEventListener('statechange', () => {
      // Without a controller it is the first one: nothing is replaced.
      if (coming.state === 'installed' && navigator.serviceWorker.controller !== null) waiting = coming;
    });
  });
}

/** Asks now whether there is a newer version. */
export async function lookForNewVersion(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration().catch(() => undefined);
  await registration?.update().catch(() => undefined);
}
