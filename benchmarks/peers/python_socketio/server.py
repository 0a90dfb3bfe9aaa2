"""A chat server on python-socketio that stores nothing: a message goes to its room, an ack back.

Configured as fast as ordinary use allows: uvloop, httptools, WebSocket only, no compression, no logs.
usage: PEER_SECRET=… python server.py PORT
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from datetime import UTC, datetime
from itertools import count
from typing import Any

import socketio  # type: ignore[import-not-found,import-untyped,unused-ignore]
import uvicorn

SECRET = os.environ["PEER_SECRET"].encode()

ids = count(1)
# Handlers run one after another instead of each in a task of its own: they never wait long.
server = socketio.AsyncServer(
    async_mode="asgi",
    async_handlers=False,
    transports=["websocket"],
    http_compression=False,
    ping_interval=30,
)


def verify(token: str) -> dict[str, Any] | None:
    """Return the claims of a JWT (HS256), or None when it is not one of ours."""
    signed, _, signature = token.rpartition(".")
    expected = hmac.digest(SECRET, signed.encode(), hashlib.sha256)
    if not hmac.compare_digest(base64.urlsafe_b64decode(signature + "="), expected):
        return None
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(signed.split(".")[1] + "=="))
    return claims if claims["exp"] > time.time() else None


async def connect(sid: str, environ: dict[str, Any], auth: dict[str, str]) -> None:
    claims = verify(auth["token"])
    if claims is None:
        raise socketio.exceptions.ConnectionRefusedError("unauthorized")
    await server.save_session(sid, {"user": claims["sub"]})
    await server.enter_room(sid, auth["channel"])
    await server.emit("ready", {"user": claims["sub"]}, to=sid)


async def send_message(sid: str, message: dict[str, str]) -> dict[str, object]:
    chat = message["chatId"]
    if chat not in server.rooms(sid):
        return {"success": False, "localId": message["localId"]}
    session = await server.get_session(sid)
    number = str(next(ids))
    created_at = datetime.now(UTC).isoformat()
    published = {
        "id": number,
        "chatId": chat,
        "senderId": session["user"],
        "content": message["content"],
        "createdAt": created_at,
    }
    await server.emit("new_message", published, room=chat)
    return {
        "success": True,
        "localId": message["localId"],
        "id": number,
        "createdAt": created_at,
    }


async def health(scope: dict[str, Any], receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})


if __name__ == "__main__":
    server.on("connect", connect)
    server.on("send_message", send_message)
    uvicorn.run(
        socketio.ASGIApp(server, other_asgi_app=health),
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",  # measured: level with wsproto or faster
        ws_per_message_deflate=False,
        ws_ping_interval=None,  # Engine.IO has its own
        lifespan="off",
        backlog=4096,
        access_log=False,
        log_level="warning",
    )
