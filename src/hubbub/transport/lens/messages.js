// One stored message: choose it from a channel's history or by its id, and see it in every dialect.

import { ask, Refused } from "./api.js";
import { columns, make, visible } from "./frames.js";
import { decimal } from "./ids.js";
import { date, say } from "./words.js";

const part = (id) => document.getElementById(id);
export const EXCERPT = 90;

export class Messages {
  /** `channels`: id → {name, kind, server}; `failed(error)` is told of refusals, `done()` of what went well. */
  constructor(channels, failed, done) {
    this.channels = channels;
    this.failed = failed;
    this.done = done;
    this.page = [];
    this.found = null;
    this.isRaw = false;
    this.asked = 0;
    part("channel").addEventListener("change", () => this.run(() => this.open()));
    part("again").addEventListener("click", () => this.run(() => this.open()));
    part("older").addEventListener("click", () => this.run(() => this.more()));
    part("history").addEventListener("click", (event) => {
      const row = event.target.closest("button");
      if (row) this.run(() => this.look(row.dataset.message));
    });
  }

  run(work) {
    work().then(this.done, this.failed);
  }

  get channel() {
    return part("channel").value;
  }

  /** The channels to choose from, by where they are. */
  offer() {
    const chosen = this.channel;
    const groups = new Map();
    for (const [id, { name, kind, server }] of this.channels) {
      const place = server ?? say(kind === "direct" ? "direct" : "own");
      const option = make("option", { value: id }, kind === "lobby" ? say("lobby") : name);
      if (!groups.has(place)) groups.set(place, []);
      groups.get(place).push(option);
    }
    const shown = [...groups].map(([label, options]) => make("optgroup", { label }, ...options));
    part("channel").replaceChildren(...shown);
    if (this.channels.has(chosen)) part("channel").value = chosen;
  }

  /** The latest of the chosen channel. */
  async open() {
    if (!this.channel) return;
    this.page = [];
    await this.more();
  }

  async more() {
    const asked = ++this.asked;
    const last = this.page.at(-1);
    const before = last ? `&before=${last.id}` : "";
    const found = await ask("GET", `channels/${this.channel}/messages?limit=30${before}`);
    if (asked !== this.asked) return; // another channel has been chosen since
    this.page.push(...found.messages);
    part("older").hidden = !found.has_more;
    this.list();
  }

  list() {
    const rows = this.page.map((message) => this.row(message));
    const none = make("li", { class: "none" }, say("empty"));
    part("history").replaceChildren(...(rows.length ? rows : [none]));
  }

  row(message) {
    const flags = [message.recalled && say("recalled"), message.edited_at && say("edited")];
    const about = [message.author.display_name, date(message.created_at), ...flags].filter(Boolean);
    const text = visible(message.content.slice(0, EXCERPT)) || "—";
    const isShown = this.found?.message.id === message.id;
    const shape = { type: "button", "data-message": message.id };
    if (isShown) shape["aria-current"] = "true";
    return make("li", {}, make("button", shape, make("small", {}, about.join(" · ")), make("span", {}, text)));
  }

  /** By an id in any dialect's form, in the chosen channel. */
  async find(text) {
    const id = decimal(text);
    if (id === null) throw new Refused(422, say("notId"));
    await this.look(id);
    this.done();
  }

  async look(id) {
    this.found = await ask("GET", `lens/messages/${this.channel}/${id}`);
    this.redraw();
    part("seen").scrollIntoView({ block: "nearest" });
  }

  forget() {
    this.page = [];
    this.found = null;
    this.redraw();
    part("channel").replaceChildren();
  }

  redraw() {
    if (this.channels.size) this.offer();
    this.list();
    part("hint").hidden = this.found !== null;
    part("look").replaceChildren(...(this.found === null ? [] : this.drawn()));
  }

  drawn() {
    const { message, dialects, events, limited } = this.found;
    const kind = this.channels.get(message.channel_id)?.kind;
    const hears = (label) => remark(dialects.find((one) => one.label === label), kind);
    const shown = columns(events, dialects.map((one) => one.label), hears, this.isRaw);
    const about = make("p", { class: "small" }, `${say("version", { n: message.version })}. ${say("asNow")}`, limited ? ` ${say("limited")}` : "");
    return [this.views(), shown, about];
  }

  views() {
    const button = (word, isRaw) => {
      const shape = { type: "button", "aria-pressed": String(this.isRaw === isRaw) };
      const made = make("button", shape, say(word));
      made.addEventListener("click", () => {
        this.isRaw = isRaw;
        this.redraw();
        part("look").querySelector("[aria-pressed=true]").focus();
      });
      return made;
    };
    const shape = { class: "choice", role: "group", "aria-label": say("view") };
    return make("div", shape, button("pretty", false), button("raw", true));
  }
}

/** Who of a dialect gets what happens in a channel of a kind; "" where it is everybody who may. */
export function remark(dialect, kind) {
  if (!dialect || kind === undefined || dialect.follows.includes(kind)) return "";
  return dialect.follows.length ? say("unheard") : say("entered");
}
