/** Colours of roles, kept readable on either background. */

const LEAST = 4.6;
/** Of what a row may stand on (`--bg-active`, `--bg-mention`), that which is hardest to read on. */
const LIGHT = luminance([0xdf, 0xe4, 0xf5]);
const DARK = Math.max(luminance([0x33, 0x30, 0x1c]), luminance([0x2b, 0x30, 0x48]));

type Rgb = readonly [number, number, number];

function channel(byte: number): number {
  const part = byte / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}

function luminance([red, green, blue]: Rgb): number {
  return 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
}

function contrast(one: number, other: number): number {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

/** The colour, moved towards black or white until it can be read. */
function readable(colour: Rgb, background: number, towards: number): string {
  for (let part = 0; ; part += 0.05) {
    const mixed = colour.map((byte) => Math.round(byte + (towards - byte) * Math.min(1, part))) as unknown as Rgb;
    if (part >= 1 || contrast(luminance(mixed), background) >= LEAST) return `rgb(${mixed.join(' ')})`;
  }
}

/** For the light and the dark theme; null where the role has no colour. */
export function roleColours(color: number): { light: string; dark: string } | null {
  if (color === 0) return null;
  const rgb: Rgb = [(color >> 16) & 255, (color >> 8) & 255, color & 255];
  return { light: readable(rgb, LIGHT, 0), dark: readable(rgb, DARK, 255) };
}
