// A client of MutiPersonChat's first stage, made of the frames that seed 004 shows, on npm's `ws`.
//
//   node lobby.mjs '{"url": "http://127.0.0.1:3000", "name": "ann", "messages": ["a", "b"], "expect": 4}'
//
// It logs in by its name, joins, prints {"ready": true} once it hears of itself, waits for a line on its standard
// input, sends its messages and prints each frame as a JSON line; it ends with 0 once it has `expect` messages.
import { once } from "node:events";
import WebSocket from "ws";

const config = JSON.parse(process.argv[2]);
const print = (line) => process.stdout.write(JSON.stringify(line) + "\n");
const login = await fetch(`${config.url}/ws/login`, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ user_name: config.name }),
});
const { user_id, user_name } = (await login.json()).data;
const socket = new WebSocket(config.url.replace("http", "ws"));
const send = (type, message) =>
  socket.send(Buffer.from(JSON.stringify({ type, user_id, user_name, message })));

let joined = false;
let messages = 0;

async function speak() {
  joined = true;
  print({ ready: true });
  await once(process.stdin, "data"); // until everybody is there
  config.messages.forEach((message) => send("USER", message));
}

socket.on("open", () => {
  send("INIT", "join");
  setInterval(() => send("PING", "ping"), 5_000);
});
socket.on("message", (data, isBinary) => {
  if (isBinary) process.exit(2);
  const frame = JSON.parse(data.toString());
  print({ ...frame, mine: frame.user_id === user_id });
  if (frame.type === "ERROR") process.exit(1);
  if (!joined && frame.type === "SYSTEM" && frame.user_id === user_id) speak();
  messages += frame.type === "USER" ? 1 : 0;
  if (messages === config.expect) process.exit(0);
});
socket.on("close", () => process.exit(3));
