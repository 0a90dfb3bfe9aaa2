// One member of a ChatGroup chat, as seed 002 describes its client: signs in by the handshake, sends with ack and
// `retries`, comes back by itself, and keeps what it was ever told.
//
//   node storm.mjs '{"url": "http://…", "token": "…", "chatId": "…", "name": "a", "count": 100, "transports": ["websocket"]}'
//
// It prints a JSON line for each ack, and {"sent": n} when all are through. Then it waits for {"expect": n} on its standard
// input, and ends with 0 once it knows of that many messages: {"ids": [...], "recovered": …, "connects": …}.
import { createInterface } from "node:readline";
import { io } from "socket.io-client";

const config = JSON.parse(process.argv[2]);
const print = (line) => process.stdout.write(JSON.stringify(line) + "\n");
const known = new Map(); // id → content, from wherever it came
let twice = 0; // new_message of what had come as new_message before
let recovered = 0;
let connects = 0;
let expected = Infinity;
const live = new Set();

const socket = io(`${config.url}/chatgroup`, {
  auth: { token: config.token },
  transports: config.transports,
  retries: 1000,
  ackTimeout: 2000,
  reconnectionDelay: 50,
  reconnectionDelayMax: 300,
});

function know(message) {
  known.set(message.id, message.content);
  if (known.size >= expected) {
    print({ ids: [...known.keys()], recovered, connects, twice });
    process.exit(0);
  }
}

socket.on("connect", () => {
  connects += 1;
  recovered += socket.recovered ? 1 : 0;
});
socket.on("new_message", (message) => {
  twice += live.has(message.id) ? 1 : 0;
  live.add(message.id);
  read(message);
  know(message);
});
socket.on("sync_messages", (messages) => {
  messages.forEach(know);
  if (messages.length > 0) read(messages.at(-1));
});

// Volatile: else it would stand in the queue of what is retried.
function read(message) {
  socket.volatile.emit("mark_read", { chatId: config.chatId, messageId: message.id });
}

function send(n, localId) {
  const message = { chatId: config.chatId, content: localId, localId };
  return new Promise((resolve, reject) => {
    socket.emit("send_message", message, (error, ack) => {
      if (error) return reject(error);
      if (!ack.success) return ack.retryable ? resolve(send(n, localId)) : reject(new Error(ack.error));
      print({ localId, id: ack.id });
      know(ack.message);
      resolve();
    });
  });
}

createInterface({ input: process.stdin }).on("line", (line) => {
  expected = JSON.parse(line).expect;
  know({ id: [...known.keys()][0], content: "" });
});

for (let n = 0; n < config.count; n += 1) {
  await send(n, `${config.name}-${n}`);
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
}
print({ sent: config.count });
