/** Which square of a picture is shown: pure arithmetic, in the picture's own pixels. */

/** The middle of the square, and how much larger than the smallest fit it is shown (1 or more). */
export interface Crop {
  x: number;
  y: number;
  zoom: number;
}

export interface Size {
  width: number;
  height: number;
}

/** The square's side. */
export function side(size: Size, crop: Crop): number {
  return Math.min(size.width, size.height) / Math.max(1, crop.zoom);
}

/** The largest square in the middle. */
export function centred(size: Size): Crop {
  return { x: size.width / 2, y: size.height / 2, zoom: 1 };
}

/** The same, moved so that the square lies inside of the picture. */
export function inside(size: Size, crop: Crop): Crop {
  const half = side(size, crop) / 2;
  const between = (at: number, end: number): number => Math.min(Math.max(at, half), end - half);
  return { ...crop, x: between(crop.x, size.width), y: between(crop.y, size.height) };
}

/** Where the square begins, and how long its sides are. */
export function source(size: Size, crop: Crop): { x: number; y: number; side: number } {
  const kept = inside(size, crop);
  const length = side(size, kept);
  return { x: kept.x - length / 2, y: kept.y - length / 2, side: length };
}
