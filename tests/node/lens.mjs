// What the lens takes for an id: reads [[field, value] …] from its input, prints the number or null of each.
import { readFileSync } from "node:fs";

const { idOf, idsIn, parsed, decimal } = await import(process.argv[2]);
const { ids, frames, pasted } = JSON.parse(readFileSync(0, "utf8"));
console.log(
  JSON.stringify({
    ids: ids.map(([field, value]) => idOf(field, value)),
    frames: frames.map((text) => {
      const { head, value } = parsed(text);
      return [head, value === undefined ? null : [...idsIn(value)]];
    }),
    pasted: pasted.map(decimal),
  }),
);
