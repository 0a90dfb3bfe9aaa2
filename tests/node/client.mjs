// A chat client on npm's `ws`: a peer that shares no code with the server.
//
//   node client.mjs '{"dialect": "native", "url": "ws://…/gateway", "token": "…", "user_id": "1",
//                     "channel_id": "2", "messages": ["a", "b"], "expect": 4}'
//
// It connects, prints {"ready": true}, waits for a line on its standard input, sends its messages and prints each
// frame as a JSON line; it ends with 0 once it has its acks and `expect` messages, with 1 on an error.
import { once } from "node:events";
import WebSocket from "ws";

const config = JSON.parse(process.argv[2]);
const print = (line) => process.stdout.write(JSON.stringify(line) + "\n");

const native = {
  hello: { type: "connect", data: { token: config.token } },
  isReady: (frame) => frame.type === "ready",
  message: (content, n) => ({
    type: "send_message",
    ref: n,
    data: { channel_id: config.channel_id, content, nonce: `${config.user_id}-${n}` },
  }),
};

const channelchat = {
  hello: { type: "connect", data: { user_id: config.user_id, token: config.token } },
  isReady: (frame) => {
    if (frame.type === "connect_ack") {
      send({ type: "join_channel", data: { channel_id: config.channel_id } });
    }
    return frame.type === "join_channel_ack";
  },
  message: (content) => ({ op: 0, d: { channel_id: config.channel_id, content } }),
};

const dialects = { native, channelchat };
const dialect = dialects[config.dialect];
const socket = new WebSocket(config.url);
const send = (frame) => socket.send(JSON.stringify(frame));

let ready = false;
let acks = 0;
let messages = 0;

async function speak() {
  print({ ready: true });
  await once(process.stdin, "data"); // until everybody is there
  config.messages.forEach((content, n) => send(dialect.message(content, n)));
}

socket.on("open", () => send(dialect.hello));
socket.on("message", (data) => {
  const frame = JSON.parse(data.toString());
  print(frame);
  if (frame.type === "error") process.exit(1);
  if (!ready && dialect.isReady(frame)) {
    ready = true;
    speak();
  }
  acks += frame.type === "message_ack" ? 1 : 0;
  messages += frame.type === "new_message" ? 1 : 0;
  if (messages === config.expect && acks === config.messages.length) socket.close(1000);
});
socket.on("close", (code) => process.exit(code === 1000 ? 0 : 1));
socket.on("error", (error) => {
  print({ error: String(error) });
  process.exit(1);
});
