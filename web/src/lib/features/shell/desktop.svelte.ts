/** Notices on the desktop: whether they are wanted, and showing one. */

import { desktopWanted, setDesktopWanted } from '../../ui/desktop.svelte';

const ASKED = 'hubbub.asked_notices';
const SOUND = 'hubbub.sound';

let consent = $state(permission());
let worth = $state(false);
let loud = $state(localStorage.getItem(SOUND) === 'on');

function permission(): NotificationPermission {
  return 'Notification' in globalThis ? Notification.permission : 'denied';
}

function answered(): void {
  worth = false;
  localStorage.setItem(ASKED, 'yes');
}

/** Whether notices are shown: by the browser's consent, unless one has turned them off. */
export function desktop(): 'on' | 'off' {
  return desktopWanted() && consent === 'granted' ? 'on' : 'off';
}

/** Whether now is the time to ask: something came that would have been shown, and nothing was answered yet. */
export function worthAsking(): boolean {
  return worth;
}

/** Something came that would have been shown. The settings may have asked meanwhile. */
export function missed(): void {
  consent = permission();
  worth = consent === 'default' && localStorage.getItem(ASKED) === null;
}

/** By the person's click; false where the browser refuses. */
export async function turnOn(): Promise<boolean> {
  answered();
  consent = permission() === 'default' ? await Notification.requestPermission() : permission();
  if (consent === 'granted') setDesktopWanted(true);
  return consent === 'granted';
}

export function turnOff(): void {
  setDesktopWanted(false);
}

export function decline(): void {
  answered();
}

export function sound(): boolean {
  return loud;
}

/** Turning it on lets one hear it. */
export function setSound(on: boolean): void {
  loud = on;
  localStorage.setItem(SOUND, on ? 'on' : 'off');
  if (on) chime();
}

/** Two soft notes, made here: no file is loaded. */
function chime(): void {
  const audio = new AudioContext();
  [660, 880].forEach((pitch, index) => {
    const at = audio.currentTime + index * 0.12;
    const tone = new OscillatorNode(audio, { frequency: pitch });
    const volume = new GainNode(audio, { gain: 0 });
    volume.gain.setValueAtTime(0.06, at);
    volume.gain.exponentialRampToValueAtTime(0.0005, at + 0.25);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.3);
    if (index === 1) tone.onended = () => void audio.close();
  });
}

/** One notice; a newer one with the same `tag` takes its place. A click brings this page to `to`. */
export interface Told {
  title: string;
  body: string;
  tag: string;
  to: string;
}

export async function show(told: Told): Promise<void> {
  if (loud) chime();
  const options = { body: told.body, tag: told.tag, icon: '/icon-192.png', data: { to: told.to } };
  const worker = await navigator.serviceWorker?.getRegistration();
  if (worker !== undefined) return worker.showNotification(told.title, options);
  const shown = new Notification(told.title, options);
  shown.onclick = () => {
    window.focus();
    location.hash = told.to;
    shown.close();
  };
}
