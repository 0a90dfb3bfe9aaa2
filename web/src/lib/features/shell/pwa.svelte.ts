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
/** The one that the person wants to hear of later. */
let putOff: ServiceWorker | null = null;

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

/** Whether a newer version than this page's is there, and waits for the page to be loaded again. */
export function newVersion(): boolean {
  return waiting !== null;
}

/** Loads the page anew, with the newer version. */
export function takeNewVersion(): void {
  const reload = (): void => location.reload();
  // Another page of this browser may have let it take over already.
  if (waiting?.state !== 'installed') return reload();
  navigator.serviceWorker.addEventListener('controllerchange', reload, { once: true });
  waiting.postMessage('take_over');
}

export function later(): void {
  putOff = waiting;
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
  void weigh(registration);
  registration.addEventListener('updatefound', () => {
    const coming = registration.installing;
    coming?.addEventListener('statechange', () => {
      // Without a controller it is the first one: nothing is replaced.
      if (coming.state === 'installed') void weigh(registration);
    });
  });
}

/** Of a worker that waits: this page is older and says so, or it came with that version, and the worker may begin. */
async function weigh(registration: ServiceWorkerRegistration): Promise<void> {
  if (registration.waiting === null || navigator.serviceWorker.controller === null) return;
  const page = await servedPage();
  const coming = registration.waiting;
  const script = document.querySelector('script[type=module]')?.getAttribute('src') ?? '';
  // Without an answer it is not known; it is asked again with the next connection.
  if (page === null || coming === null) return;
  if (page.includes(`"${script}"`)) coming.postMessage('take_over');
  else if (coming !== putOff) waiting = coming;
}

/** The page as the server has it now, past what the worker keeps; null without an answer of its. */
async function servedPage(): Promise<string | null> {
  try {
    const answer = await fetch('/', { cache: 'no-store' });
    const page = answer.ok ? await answer.text() : '';
    return page.includes('/assets/') ? page : null;
  } catch {
    return null;
  }
}

/** Asks now whether there is a newer version. */
export async function lookForNewVersion(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration().catch(() => undefined);
  await registration?.update().catch(() => undefined);
  if (registration !== undefined) await weigh(registration);
}
