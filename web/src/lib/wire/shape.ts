/** Checks of what came over the wire: each says where a value is not what it should be, or null. */

export type Check = (value: unknown, path: string) => string | null;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const basic =
  (name: string, holds: (value: unknown) => boolean): Check =>
  (value, path) =>
    holds(value) ? null : `${path}: it must be ${name}`;

export const text = basic('text', (value) => typeof value === 'string');
export const flag = basic('true or false', (value) => typeof value === 'boolean');
export const number = basic('a number', (value) => typeof value === 'number' && Number.isFinite(value));
export const count = basic('a whole number', (value) => Number.isSafeInteger(value) && (value as number) >= 0);
export const id = basic('an id', (value) => typeof value === 'string' && /^\d{1,16}$/.test(value));

/** Also null. */
export const orNull =
  (check: Check): Check =>
  (value, path) =>
    value === null ? null : check(value, path);

/** Also absent. */
export const maybe =
  (check: Check): Check =>
  (value, path) =>
    value === undefined ? null : check(value, path);

/** One of these words. */
export const oneOf = (...words: string[]): Check =>
  basic(`one of ${words.join(', ')}`, (value) => typeof value === 'string' && words.includes(value));

/** A list of such values. */
export const list =
  (check: Check): Check =>
  (value, path) => {
    if (!Array.isArray(value)) return `${path}: it must be a list`;
    for (let n = 0; n < value.length; n++) {
      const wrong = check(value[n], `${path}[${n}]`);
      if (wrong !== null) return wrong;
    }
    return null;
  };

/** An object with such values under any names. */
export const table =
  (check: Check): Check =>
  (value, path) => {
    if (!isObject(value)) return `${path}: it must be an object`;
    for (const [name, one] of Object.entries(value)) {
      const wrong = check(one, `${path}.${name}`);
      if (wrong !== null) return wrong;
    }
    return null;
  };

/** An object with these fields at least. */
export const fields = (checks: Record<string, Check>): Check => {
  const rows = Object.entries(checks);
  return (value, path) => {
    if (!isObject(value)) return `${path}: it must be an object`;
    for (const [name, check] of rows) {
      const wrong = check(value[name], `${path}.${name}`);
      if (wrong !== null) return wrong;
    }
    return null;
  };
};

/** Both. */
export const both =
  (one: Check, other: Check): Check =>
  (value, path) =>
    one(value, path) ?? other(value, path);
