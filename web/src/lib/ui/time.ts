import { language } from './language.svelte';

const made = new Map<string, Intl.DateTimeFormat>();

function format(style: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language()} ${JSON.stringify(style)}`;
  let found = made.get(key);
  if (found === undefined) {
    found = new Intl.DateTimeFormat(language() === 'zh' ? 'zh-CN' : navigator.language.startsWith('en') ? navigator.language : 'en', style);
    made.set(key, found);
  }
  return found;
}

/** 14:05 or 2:05 PM, in the person's time zone. */
export function clock(time: string | number): string {
  return format({ timeStyle: 'short' }).format(new Date(time));
}

/** Saturday, 21 November 2026. */
export function day(time: string | number): string {
  return format({ weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' }).format(new Date(time));
}

/** 21 Nov 2026, 14:05. */
export function moment(time: string | number): string {
  return format({ dateStyle: 'medium', timeStyle: 'short' }).format(new Date(time));
}
