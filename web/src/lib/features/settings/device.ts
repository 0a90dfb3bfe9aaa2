/** What a device is, of what it called itself when it signed in. */

const BROWSERS: readonly [RegExp, string][] = [
  [/Edg(e|A|iOS)?\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\/|FxiOS/, 'Firefox'],
  [/SamsungBrowser/, 'Samsung Internet'],
  [/Chrome\/|CriOS|Chromium/, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const SYSTEMS: readonly [RegExp, string][] = [
  [/iPhone|iPad|iOS/, 'iOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux|X11/, 'Linux'],
];

function first(table: readonly [RegExp, string][], label: string): string | null {
  return table.find(([pattern]) => pattern.test(label))?.[1] ?? null;
}

/** Browser and system where both are told; otherwise the label itself, shortened, or null where there is none. */
export function device(label: string): { browser: string; system: string } | string | null {
  const [browser, system] = [first(BROWSERS, label), first(SYSTEMS, label)];
  if (browser !== null && system !== null) return { browser, system };
  return label.trim() === '' ? null : label.slice(0, 60);
}
