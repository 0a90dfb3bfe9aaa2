// What happens now, in every dialect at once: the last events that one's own connections would hear.

import { device } from "./api.js";
import { columns, make, visible } from "./frames.js";
import { parsed } from "./ids.js";
import { EXCERPT, remark } from "./messages.js";
import { Tap } from "./tap.js";
import { clock, say } from "./words.js";

const part = (id) => document.getElementById(id);
const MOST = 200;

export class Live {
  /** `channels`: id → {name, kind}; `ended(code)`: the server has closed for good; `learn()`: a channel is not known. */
  constructor(channels, ended, learn) {
    this.channels = channels;
    this.learn = learn;
    this.strange = new Set(); // ids of channels that were asked for
    this.dialects = [];
    this.hidden = new Set(); // labels
    this.kinds = new Set(); // of events
    this.heard = []; // newest first: {frame, at, row}
    this.waiting = []; // while paused
    this.isPaused = false;
    this.told = () => "";
    this.tap = new Tap({
      connecting: () => this.tell(() => say("connecting"), "wait"),
      ready: (frame) => this.ready(frame),
      event: (frame) => this.hear({ frame, at: Date.now(), row: null }),
      lost: (why, n) => this.tell(() => say("lost", { why, n }), "bad"),
      ended: (code, why) => {
        this.tell(() => say("ended", { why }), "bad");
        ended(code);
      },
    });
    part("pause").addEventListener("click", () => this.pause());
    part("clear").addEventListener("click", () => this.clear());
    part("events").addEventListener("change", () => this.filter());
    this.redraw();
  }

  start() {
    if (!this.tap.isOpen) this.tap.open(device.token);
  }

  stop() {
    this.tap.close();
    this.kinds.clear();
    this.strange.clear();
    this.tell(() => "", "");
    this.clear();
    this.redraw();
  }

  tell(words, how) {
    this.told = words;
    part("state").textContent = words();
    part("state").className = how;
  }

  ready(frame) {
    this.dialects = frame.dialects;
    this.tell(() => say("connected"), "good");
    this.offerDialects();
  }

  hear(item) {
    if (this.isPaused) {
      this.waiting.unshift(item);
      this.waiting.length = Math.min(this.waiting.length, MOST);
      this.drawPause();
      return;
    }
    this.add(item);
    this.drawQuiet();
  }

  add(item) {
    if (!this.kinds.has(item.frame.event)) {
      this.kinds.add(item.frame.event);
      this.offerKinds();
    }
    const place = item.frame.channel_id;
    if (place !== null && !this.channels.has(place) && !this.strange.has(place)) {
      this.strange.add(place); // once each: one that is not listed either would be asked for with every event
      this.learn();
    }
    this.heard.unshift(item);
    item.row = this.row(item);
    part("heard").prepend(item.row);
    for (const old of this.heard.splice(MOST)) old.row.remove();
  }

  pause() {
    this.isPaused = !this.isPaused;
    if (!this.isPaused) {
      for (const item of this.waiting.splice(0).reverse()) this.add(item);
    }
    this.drawPause();
    this.drawQuiet();
  }

  clear() {
    this.heard = [];
    this.waiting = [];
    part("heard").replaceChildren();
    this.drawPause();
    this.drawQuiet();
  }

  // -- what is shown --------------------------------------------------------------------------------

  redraw() {
    part("state").textContent = this.told();
    this.offerKinds();
    this.offerDialects();
    this.drawPause();
    for (const item of this.heard) {
      const isOpen = item.row.firstChild.open;
      const fresh = this.row(item);
      item.row.replaceWith(fresh);
      item.row = fresh;
      fresh.firstChild.open = isOpen;
    }
    this.drawQuiet();
  }

  drawQuiet() {
    part("quiet").hidden = this.heard.length > 0;
  }

  drawPause() {
    const button = part("pause");
    const word = this.waiting.length ? "waiting" : "resume";
    button.textContent = this.isPaused ? say(word, { n: this.waiting.length }) : say("pause");
    button.setAttribute("aria-pressed", String(this.isPaused));
  }

  offerKinds() {
    const chosen = part("events").value;
    const kinds = [...this.kinds].sort().map((kind) => make("option", { value: kind }, kind));
    part("events").replaceChildren(make("option", { value: "" }, say("all")), ...kinds);
    part("events").value = this.kinds.has(chosen) ? chosen : "";
  }

  offerDialects() {
    const boxes = this.dialects.map(({ label }) => {
      const box = make("input", { type: "checkbox" });
      box.checked = !this.hidden.has(label);
      box.addEventListener("change", () => {
        if (box.checked) this.hidden.delete(label);
        else this.hidden.add(label);
        this.filter();
      });
      return make("label", {}, box, label);
    });
    part("dialects").replaceChildren(...boxes);
    part("dialects").parentElement.hidden = !boxes.length;
  }

  filter() {
    this.redraw();
  }

  /** One event: a line, and its frames once it is opened. */
  row(item) {
    const { frame, at } = item;
    const channel = this.channels.get(frame.channel_id);
    const place = channel?.kind === "lobby" ? say("lobby") : (channel?.name ?? "");
    const line = make(
      "summary",
      {},
      make("time", { datetime: new Date(at).toISOString() }, clock(at)),
      make("code", {}, frame.event),
      make("span", { class: "place" }, place),
      make("span", { class: "gist" }, gist(frame)),
      make("small", {}, frame.version === null ? "" : say("version", { n: frame.version })),
    );
    const box = make("details", {}, line);
    box.addEventListener("toggle", () => {
      if (box.open && box.childElementCount === 1) box.append(this.frames(frame, channel?.kind));
    });
    const row = make("li", {}, box);
    const wanted = part("events").value;
    row.hidden = wanted !== "" && wanted !== frame.event;
    return row;
  }

  frames(frame, kind) {
    const shown = this.dialects.filter(({ label }) => !this.hidden.has(label));
    const hears = (label) => remark(shown.find((one) => one.label === label), kind);
    return columns([frame], shown.map(({ label }) => label), hears, false);
  }
}

/** Who said what, as far as native tells of it. */
function gist(frame) {
  const message = parsed(frame.frames.native?.[0] ?? "").value?.data?.message;
  if (!message?.author) return "";
  return visible(`${message.author.display_name}: ${message.content.slice(0, EXCERPT)}`);
}
