// A client class that somebody else wrote, told what to do by lines on its standard input, on npm's `ws` in place of
// the browser's WebSocket.
//
//   node messages.mjs '{"url": "ws://…/ws", "token": "…", "code": "class MessageClient { … }"}'
//
// What happens is printed, a JSON line each: {"log": [what the class logs]}, {"heard": message}. What it is told:
//
//   {"do": "sendPrivateMessage", "args": [2, "hi"]}    a method of the class
import { createInterface } from "node:readline";
import { runInThisContext } from "node:vm";
import WebSocket from "ws";

const { url, token, code } = JSON.parse(process.argv[2]);
const print = (line) => process.stdout.write(JSON.stringify(line) + "\n");

globalThis.WebSocket = WebSocket;
console.log = (...args) => print({ log: args });
console.error = (...args) => print({ error: args.map(String) });

const MessageClient = runInThisContext(`(${code})`);
const client = new MessageClient(url, token);
client.onMessage((message) => print({ heard: message }));
client.connect();

const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const { do: name, args } = JSON.parse(line);
  client[name](...args);
});
lines.on("close", () => process.exit(0));
