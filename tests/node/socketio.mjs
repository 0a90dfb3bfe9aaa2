// npm's `socket.io-client`, told what to do by lines on its standard input: a peer that shares no code with the
// server.
//
//   node socketio.mjs '{"url": "http://…/namespace", "options": {"transports": ["websocket"], "auth": {…}}}'
//
// What happens is printed, a JSON line each; what it is told:
//
//   {"do": "emit", "args": ["name", …], "ack": 5000}    `ack`: milliseconds to wait for one; 0 is for ever
//   {"do": "drop"}                                      the connection is lost, without goodbye
//   {"do": "connect"} {"do": "disconnect"}
//
// Bytes are {"bytes": "<base64>"} in both directions. It ends with its standard input.
import { createInterface } from "node:readline";
import { io } from "socket.io-client";

const { url, options } = JSON.parse(process.argv[2]);
const socket = io(url, options);

const print = (line) => process.stdout.write(JSON.stringify(line, shown) + "\n");

function shown(key, value) {
  const bytes = Buffer.isBuffer(this[key]) ? this[key] : null;
  return bytes ? { bytes: bytes.toString("base64") } : value;
}

function filled(_, value) {
  const is = value && typeof value.bytes === "string";
  return is ? Buffer.from(value.bytes, "base64") : value;
}

const transport = () => socket.io.engine.transport.name;

socket.on("connect", () => {
  const { id, recovered } = socket;
  print({ happened: "connect", id, recovered, transport: transport() });
});
socket.io.on("open", () => {
  socket.io.engine.once("upgrade", () => print({ happened: "upgrade", transport: transport() }));
});
socket.on("disconnect", (reason) => print({ happened: "disconnect", reason }));
socket.on("connect_error", (error) =>
  print({ happened: "connect_error", message: error.message, data: error.data }),
);
socket.onAny((...args) => print({ happened: "event", args }));

function emit({ args, ack }) {
  const told = (error, ...rest) =>
    print({ happened: "ack", of: args, error: error ? error.message : null, args: rest });
  if (ack) socket.timeout(ack).emit(...args, told);
  else if (ack === 0) socket.emit(...args, (...rest) => told(null, ...rest));
  else socket.emit(...args);
}

// With `retries`, an ack begins with an error, and nobody waits for it by themselves.
function emitAgain({ args }) {
  socket.emit(...args, (error, ...rest) =>
    print({ happened: "ack", of: args, error: error ? error.message : null, args: rest }),
  );
}

function drop() {
  const { ws } = socket.io.engine.transport;
  if (ws) ws.terminate();
  else socket.io.engine.transport.onError("lost on purpose");
}

const orders = {
  emit: options.retries ? emitAgain : emit,
  drop,
  connect: () => socket.connect(),
  disconnect: () => socket.disconnect(),
};

const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const order = JSON.parse(line, filled);
  orders[order.do](order);
});
lines.on("close", () => process.exit(0));
print({ happened: "ready" });
