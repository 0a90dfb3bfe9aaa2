// What a frame says, and which of its values are ids: one id looks different in every dialect.

const DECIMAL = /^(?:0|[1-9]\d{0,15})$/;
const HEX = /^[0-9a-f]{24}$/;
const NAMED = /(?:^|_)ids?$|[a-z]Ids?$/; // fields that have one, however small it is: the lobby's is 0
const NEVER = /time|date|_at$|At$|content|text|name|nonce|description/i;
const SMALLEST = 2 ** 44; // ids carry their time in the upper bits; milliseconds since 1970 are far below

/** The one number behind an id in whatever form, or null. `field`: where it stands. */
export function idOf(field, value) {
  if (NEVER.test(field)) return null;
  const number = numberOf(value);
  if (number === null || !Number.isSafeInteger(number)) return null;
  const isHex = typeof value === "string" && HEX.test(value);
  return isHex || number >= SMALLEST || (number >= 0 && NAMED.test(field)) ? number : null;
}

function numberOf(value) {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return null;
  if (HEX.test(value)) return Number(BigInt(`0x${value}`));
  return DECIMAL.test(value) ? Number(value) : null;
}

/** `{head, value}`: what stands before the JSON, and the JSON; `value` is undefined where there is none. */
export function parsed(text) {
  const start = text.search(/[[{]/);
  if (start < 0) return { head: text, value: undefined };
  try {
    return { head: text.slice(0, start), value: JSON.parse(text.slice(start)) };
  } catch {
    return { head: text, value: undefined }; // it was too long and has been cut
  }
}

/** Every id in a value, in the order in which they stand there. */
export function* idsIn(value, field = "") {
  if (Array.isArray(value)) {
    for (const item of value) yield* idsIn(item, field);
  } else if (value !== null && typeof value === "object") {
    for (const [key, item] of Object.entries(value)) {
      const id = idOf("", key);
      if (id !== null) yield id;
      yield* idsIn(item, key);
    }
  } else {
    const id = idOf(field, value);
    if (id !== null) yield id;
  }
}

/** A decimal id of what a person has pasted from any dialect, or null. */
export function decimal(text) {
  const number = numberOf(text.trim().toLowerCase());
  return number !== null && Number.isSafeInteger(number) ? String(number) : null;
}
