/** Figures over time, as lines. */

/** The last values, the oldest first; at most so many. */
export function pushed(values: readonly number[], value: number, most: number): number[] {
  return [...values, value].slice(-most);
}

/** Points of a polyline in a box, from edge to edge; a flat line runs through the middle. */
export function points(values: readonly number[], width: number, height: number): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const step = width / Math.max(1, values.length - 1);
  const y = (value: number): number => (high === low ? height / 2 : height - ((value - low) / (high - low)) * height);
  return values.map((value, n) => `${round(n * step)},${round(y(value))}`).join(' ');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** How fast a count grew, in a second. */
export function rate(before: number, after: number, ms: number): number {
  return ms <= 0 || after < before ? 0 : Math.round(((after - before) * 10_000) / ms) / 10;
}

/** A time span in its two largest units. */
export function span(seconds: number): { unit: 'days' | 'hours' | 'minutes'; d: number; h: number; m: number; s: number } {
  const whole = Math.floor(seconds);
  const [d, h, m, s] = [Math.floor(whole / 86_400), Math.floor(whole / 3_600) % 24, Math.floor(whole / 60) % 60, whole % 60];
  return { unit: d > 0 ? 'days' : h > 0 ? 'hours' : 'minutes', d, h, m, s };
}
