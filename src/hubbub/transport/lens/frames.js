// Frames of several dialects side by side. Whatever comes from a message goes in as text, never as markup.

import { idOf, idsIn, parsed } from "./ids.js";
import { say } from "./words.js";

const COLOURS = 8;
// What would be there without being seen, or turn the line around: written as JSON may write it.
const UNSEEN = /[\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Text as it may stand on the page. */
export function visible(text) {
  return text.replace(UNSEEN, escaped);
}

function escaped(character) {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** An element; `children` are nodes and strings. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** Numbers ids in the order in which they are met. */
class Palette {
  constructor() {
    this.numbers = new Map();
    this.fields = new Map();
  }

  number(id) {
    if (!this.numbers.has(id)) this.numbers.set(id, this.numbers.size);
    return this.numbers.get(id);
  }

  mark(id, text) {
    const number = this.number(id);
    const shape = { class: `id id-${number % COLOURS}`, "data-id": id, "data-n": number + 1 };
    return make("span", shape, text);
  }
}

/**
 * The columns of several events. `events`: `{event, version, frames}`; `hears(label)`: a remark on who gets it, or "".
 * `isRaw`: the bytes as they are.
 */
export function columns(events, labels, hears, isRaw) {
  const palette = new Palette();
  const sections = events.map((event) =>
    make("div", { class: "cards" }, ...labels.map((label) => card(label, event, hears(label), isRaw, palette))),
  );
  const titled = events.length > 1 ? sections.map((cards, n) => folded(events[n], cards, n === 0)) : sections;
  const shown = make("div", { class: "look" }, legend(palette), ...titled);
  link(shown);
  return shown;
}

/** One of several events: the first is open. */
function folded(event, cards, isOpen) {
  const title = make("summary", {}, make("h3", {}, make("code", {}, event.event)), titleRemark(event));
  const box = make("details", { class: "event" }, title, cards);
  box.open = isOpen;
  return box;
}

/** What tells several reactions apart. */
function titleRemark(event) {
  const { value } = parsed(event.frames.native?.[0] ?? "");
  return make("span", {}, value?.data?.emoji ?? "");
}

function card(label, event, remark, isRaw, palette) {
  const frames = event.frames[label] ?? [];
  const size = frames.reduce((sum, text) => sum + new TextEncoder().encode(text).length, 0);
  const about = [remark, frames.length ? say("bytes", { n: size }) : ""].filter(Boolean).join(" · ");
  const head = make("p", { class: "label" }, make("b", {}, label), " ", make("small", {}, about));
  const name = say("frames", { dialect: label, event: event.event });
  const body = frames.length
    ? frames.map((text) => frame(text, name, isRaw, palette))
    : [make("p", { class: "none" }, `— ${say("noWord")}`)];
  return make("article", { class: remark || !frames.length ? "card faint" : "card" }, head, ...body);
}

function frame(text, name, isRaw, palette) {
  const { head, value } = parsed(text);
  const box = make("pre", { tabindex: "0", role: "region", "aria-label": name });
  if (value === undefined || isRaw) {
    for (const id of value === undefined ? [] : idsIn(value)) palette.number(id);
    box.classList.add("raw");
    box.append(text);
    return box;
  }
  if (head) box.append(make("span", { class: "head", title: say("packet") }, head), "\n");
  write(box, value, "", "", palette);
  return box;
}

/** JSON over several lines, with its ids marked. */
function write(box, value, field, indent, palette) {
  if (value === null || typeof value !== "object") {
    box.append(scalar(value, field, palette));
    return;
  }
  const isList = Array.isArray(value);
  const entries = isList ? value.map((item) => [null, item]) : Object.entries(value);
  if (!entries.length) {
    box.append(isList ? "[]" : "{}");
    return;
  }
  const deeper = `${indent} `;
  box.append(isList ? "[" : "{");
  entries.forEach(([key, item], n) => {
    box.append(n ? ",\n" : "\n", deeper);
    if (!isList) box.append(keyed(key, palette), ": ");
    write(box, item, isList ? field : key, deeper, palette);
  });
  box.append(`\n${indent}`, isList ? "]" : "}");
}

function keyed(key, palette) {
  const id = idOf("", key);
  const text = JSON.stringify(key);
  return id === null ? make("span", { class: "key" }, text) : palette.mark(id, text);
}

function scalar(value, field, palette) {
  const text = visible(JSON.stringify(value));
  const id = idOf(field, value);
  if (id !== null) return palette.mark(id, text);
  return make("span", { class: typeof value === "string" ? "text" : "value" }, text);
}

// -- the same id, wherever it stands ------------------------------------------------------------------

function legend(palette) {
  const chips = [...palette.numbers].map(([id, number]) =>
    make(
      "button",
      { type: "button", class: `id id-${number % COLOURS}`, "data-id": id, "data-n": number + 1, "aria-pressed": "false" },
      String(id),
    ),
  );
  if (!chips.length) return null;
  return make("div", { class: "legend", role: "group", "aria-label": say("ids") }, make("span", {}, say("ids")), ...chips);
}

/** Pointing at an id shows all of its places; a chip keeps showing them. */
function link(shown) {
  let kept = null;
  const light = (id) => {
    for (const element of shown.querySelectorAll(".id")) {
      element.classList.toggle("lit", element.dataset.id === id);
    }
  };
  shown.addEventListener("pointerover", (event) => {
    light(event.target.closest?.(".id")?.dataset.id ?? kept);
  });
  shown.addEventListener("pointerleave", () => light(kept));
  shown.addEventListener("click", (event) => {
    const chip = event.target.closest("button.id");
    if (!chip) return;
    kept = kept === chip.dataset.id ? null : chip.dataset.id;
    for (const one of shown.querySelectorAll("button.id")) {
      one.setAttribute("aria-pressed", String(one.dataset.id === kept));
    }
    light(kept);
  });
}
