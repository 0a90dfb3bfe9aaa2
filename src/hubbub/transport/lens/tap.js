// The tap: a WebSocket that comes back by itself, ever more slowly, unless it was told not to.

const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;
const FINAL = new Set([4001, 4006]); // the token has ended; no administrator

/** `on`: `ready(frame)`, `event(frame)`, `lost(why, seconds)`, `ended(code, why)`, `connecting()`. */
export class Tap {
  constructor(on) {
    this.on = on;
    this.wait = FIRST_MS;
    this.socket = null;
    this.timer = 0;
    this.beat = 0;
    this.refusal = "";
  }

  /** Opens it; with the token of that moment. */
  open(token) {
    this.close();
    this.refusal = "";
    this.on.connecting();
    const address = new URL("lens/tap", document.baseURI);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    this.socket = socket;
    socket.addEventListener("open", () => socket.send(JSON.stringify({ type: "connect", token })));
    socket.addEventListener("message", (message) => this.hear(JSON.parse(message.data)));
    socket.addEventListener("close", (event) => this.closed(socket, event, token));
  }

  hear(frame) {
    if (frame.type === "event") this.on.event(frame);
    else if (frame.type === "error") this.refusal = frame.message;
    else if (frame.type === "ready") {
      this.wait = FIRST_MS;
      this.beat = setInterval(() => this.socket?.send('{"type":"heartbeat"}'), frame.heartbeat_interval);
      this.on.ready(frame);
    }
  }

  closed(socket, event, token) {
    if (socket !== this.socket) return; // closed from here, or replaced
    this.stop();
    const why = this.refusal || event.reason || String(event.code);
    if (FINAL.has(event.code)) {
      this.on.ended(event.code, why);
      return;
    }
    const wait = this.wait * (0.75 + Math.random() / 2);
    this.wait = Math.min(2 * this.wait, LONGEST_MS);
    this.timer = setTimeout(() => this.open(token), wait);
    this.on.lost(why, Math.ceil(wait / 1000));
  }

  /** For good. */
  close() {
    const socket = this.socket;
    this.stop();
    socket?.close(1000);
  }

  stop() {
    this.socket = null;
    clearInterval(this.beat);
    clearTimeout(this.timer);
    this.timer = 0;
  }

  get isOpen() {
    return this.socket !== null || this.timer !== 0;
  }
}
