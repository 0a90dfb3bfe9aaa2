/*
 * A chat server on Socket.IO that stores nothing: a message goes to its room, its sender gets an
 * ack.
 *
 * Configured as fast as Socket.IO's own performance page allows without leaving ordinary use:
 * WebSocket only, no compression, bufferutil, no HTTP request kept per socket.
 * usage: PEER_SECRET=… node server.js PORT
 */
"use strict";

const { createHmac, timingSafeEqual } = require("node:crypto");
const { createServer } = require("node:http");
const { Server } = require("socket.io");

const secret = process.env.PEER_SECRET;
let lastId = 0;

/** The claims of a JWT (HS256), or null when it is not one of ours. */
function verify(token) {
  const [header, claims, signature] = String(token).split(".");
  const expected = createHmac("sha256", secret).update(`${header}.${claims}`).digest();
  const given = Buffer.from(signature ?? "", "base64url");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  const payload = JSON.parse(Buffer.from(claims, "base64url").toString());
  return payload.exp * 1000 > Date.now() ? payload : null;
}

function authenticate(socket, next) {
  const claims = verify(socket.handshake.auth.token);
  if (!claims) return next(new Error("unauthorized"));
  socket.data.user = claims.sub;
  next();
}

/** The ack leaves before the broadcast, as Hubbub's does. */
function sendMessage(io, socket, { chatId, content, localId }, ack) {
  if (!socket.rooms.has(chatId)) return ack({ success: false, localId });
  const id = String(++lastId);
  const createdAt = new Date().toISOString();
  ack({ success: true, localId, id, createdAt });
  io.to(chatId).emit("new_message", {
    id, chatId, senderId: socket.data.user, content, createdAt,
  });
}

function onConnection(io, socket) {
  socket.join(socket.handshake.auth.channel);
  socket.on("send_message", (message, ack) => sendMessage(io, socket, message, ack));
  socket.emit("ready", { user: socket.data.user });
}

const http = createServer((request, response) => response.end("ok"));
const io = new Server(http, {
  transports: ["websocket"],
  perMessageDeflate: false,
  httpCompression: false,
  serveClient: false,
  pingInterval: 30_000,
});
io.engine.on("connection", (rawSocket) => { rawSocket.request = null; });
io.use(authenticate);
io.on("connection", (socket) => onConnection(io, socket));
http.listen({ port: Number(process.argv[2]), host: "127.0.0.1", backlog: 4096 });
