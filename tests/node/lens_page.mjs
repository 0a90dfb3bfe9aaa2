// The lens' page on a document that is none: signs in, listens, and prints what stood in the list when.
import { pathToFileURL } from "node:url";

class Element {
  constructor() {
    Object.assign(this, { children: [], dataset: {}, handlers: {}, attributes: {}, own: "", value: "", hidden: false });
    this.classList = { add() {}, toggle() {} };
    this.parentElement = null;
  }
  get textContent() {
    return this.own + this.children.map((one) => one.textContent ?? one).join("");
  }
  set textContent(text) {
    this.own = text;
    this.children = [];
  }
  get firstChild() {
    return this.children[0];
  }
  get childElementCount() {
    return this.children.length;
  }
  setAttribute(name, value) {
    this.attributes[name] = value;
  }
  addEventListener(name, handler) {
    this.handlers[name] = handler;
  }
  adopt(nodes) {
    for (const node of nodes) if (node instanceof Element) node.parentElement = this;
    return nodes;
  }
  append(...nodes) {
    this.children.push(...this.adopt(nodes));
  }
  prepend(...nodes) {
    this.children.unshift(...this.adopt(nodes));
  }
  replaceChildren(...nodes) {
    this.children = this.adopt(nodes);
  }
  replaceWith(other) {
    const all = this.parentElement.children;
    all[all.indexOf(this)] = other;
    other.parentElement = this.parentElement;
  }
  remove() {
    const all = this.parentElement.children;
    all.splice(all.indexOf(this), 1);
  }
  querySelector() {
    return new Element();
  }
  querySelectorAll() {
    return [];
  }
  scrollIntoView() {}
  reset() {}
}

const parts = new Map();
const part = (id) => {
  if (!parts.has(id)) parts.set(id, new Element());
  return parts.get(id);
};
part("dialects").parentElement = new Element();
part("live").hidden = true;
const kept = new Map();
const sockets = [];
const rooms = [{ id: "0", name: "lobby", kind: "lobby" }];
const answers = {
  "auth/login": () => ({ access_token: "t" }),
  "users/@me": () => ({ admin: true, display_name: "Ada" }),
  channels: () => rooms,
  servers: () => [],
  "channels/0/messages": () => ({ messages: [], has_more: false }),
};
const asked = [];
const globals = {
  document: {
    baseURI: "http://hub.example/lens",
    documentElement: new Element(),
    getElementById: part,
    createElement: () => new Element(),
    querySelectorAll: () => [],
  },
  sessionStorage: {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
  },
  navigator: { language: "en" },
  FormData: class {
    constructor(form) {
      return form.fields;
    }
  },
  WebSocket: class extends Element {
    constructor() {
      super();
      sockets.push(this);
    }
    send() {}
    close() {}
  },
  fetch: async (url, { headers }) => {
    new Headers(headers); // throws as a browser's does
    const path = url.pathname.replace("/api/v1/", "");
    asked.push(path);
    return { ok: true, status: 200, json: async () => answers[path]() };
  },
};
for (const [name, value] of Object.entries(globals)) {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

await import(pathToFileURL(process.argv[2]));
part("channel").value = "0";

const submit = (id, fields) =>
  part(id).handlers.submit({ preventDefault() {}, target: Object.assign(part(id), { fields: Object.entries(fields) }) });
const hear = (frame) => sockets.at(-1).handlers.message({ data: JSON.stringify(frame) });
const settled = () => new Promise((done) => setImmediate(() => setImmediate(done)));
const said = (id, channel, content) => ({
  type: "event", event: "MessageSent", channel_id: channel, server_id: null, version: 1,
  frames: { native: [JSON.stringify({ data: { message: { id, author: { display_name: "Gast" }, content } } })] },
});
const rows = () => part("heard").children.map((row) => row.textContent);
const found = {};

await submit("paste", { token: "tö“" });
found.wrong = part("notice").textContent;
await submit("sign-in", { login: "ada", password: "…" });
part("tab-live").handlers.click();
hear({ type: "ready", dialects: [{ label: "native", follows: [] }], heartbeat_interval: 1e9 });
rooms.push({ id: "7", name: "tea", kind: "group" });
const before = asked.length;
hear(said("1", "7", "hello"));
hear(said("2", "7", "turned \u202e round"));
hear(said("3", "8", "of a channel that nobody lists"));
await settled();
hear(said("4", "8", "again"));
await settled();
found.rows = rows();
found.lists = asked.slice(before).filter((path) => path === "channels").length;
sockets.at(-1).handlers.close({ code: 4001, reason: "" });
found.ended = [part("entry").hidden, part("state").textContent];
await submit("sign-in", { login: "ada", password: "…" });
found.sockets = sockets.length;
console.log(JSON.stringify(found));
process.exit(0); // the heartbeat's timer would go on
