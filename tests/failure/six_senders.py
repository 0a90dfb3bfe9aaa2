"""Senders of the dialects that support/storm.py has none for. What is not acked is sent again, under the same nonce."""

import contextlib
import json
from abc import abstractmethod
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from socketio.exceptions import SocketIOError
from websockets.asyncio.client import ClientConnection

from support.socketio_clients import PythonClient, hexed
from support.storm import (
    Again,
    ChannelChatSender,
    Connecting,
    Json,
    NativeSender,
    Sender,
    SocketSender,
    read_until,
    require_retryable,
    wire,
)

ACK = "an ack"


@contextlib.asynccontextmanager
async def client(url: str, auth: Json) -> AsyncIterator[PythonClient]:
    """python-socketio's, which is asked not to come back by itself: the storm does that."""
    made = PythonClient(reconnection=False)
    try:
        async with made:
            await made.connect(url, auth=auth, transports=["websocket"])
            yield made
    except SocketIOError as error:
        raise Again(str(error)) from error


async def next_event(found: PythonClient) -> list[Any]:
    """Raises `Again` when the connection is lost."""
    event = await found.next()
    if event[0] == "disconnect":
        raise Again("lost")
    return event


class SocketIoSender(Sender):
    """Pipelines a whole burst, with an ack for each."""

    async def _work(self) -> None:
        async with client(self._server.url, self._auth()) as found:
            await self._enter(found)
            while self._refill():
                for nonce in self._pending:
                    self._tape.attempt(self.name, self._channel, nonce)
                    acked = partial(found.put, ACK, nonce)
                    await found.sio.emit(*self._said(nonce), callback=acked)
                if self._rng.random() < self.pace.rude:
                    raise Again("hung up")
                await self._answers(found, len(self._pending))
                await self._rest()

    async def _answers(self, found: PythonClient, wanted: int) -> None:
        while wanted:
            event = await next_event(found)
            if event[0] == ACK:
                wanted -= 1
                self._answered(event[1], event[2])

    def _answered(self, nonce: str, ack: Json) -> None:
        if ack["success"]:
            self._acked(nonce, {}, str(int(self._id(ack), 16)))
        else:
            require_retryable(ack)

    def _auth(self) -> Json:
        return {"token": self._person.token}

    async def _enter(self, found: PythonClient) -> None:
        await found.event("ready")

    @abstractmethod
    def _said(self, nonce: str) -> tuple[str, Json]: ...

    @abstractmethod
    def _id(self, ack: Json) -> str: ...


class MewSender(SocketIoSender):
    """Seed 001, with `clientNonce`."""

    kind = "mew"

    def _said(self, nonce: str) -> tuple[str, Json]:
        payload = {"clientNonce": nonce}
        data = {"channelId": hexed(self._channel), "content": nonce, "payload": payload}
        return "message/create", data

    def _id(self, ack: Json) -> str:
        return str(ack["message"]["_id"])


class ChatGroupSender(SocketIoSender):
    """Seed 002, with `localId`."""

    kind = "chatgroup"

    def _auth(self) -> Json:
        return {"recovery": False}

    async def _enter(self, found: PythonClient) -> None:
        await found.sio.emit("authenticate", {"token": self._person.token})
        await found.event("sync_messages")

    def _said(self, nonce: str) -> tuple[str, Json]:
        return "send_message", {"chatId": hexed(self._channel), "content": nonce, "localId": nonce}

    def _id(self, ack: Json) -> str:
        return str(ack["id"])


class StudyBuddySender(SocketSender):
    """Seed 003, with its additive `nonce`."""

    kind = "studybuddy"

    def _connection(self) -> Connecting:
        first = {"type": "auth", "token": self._person.token}
        return wire(f"{self._server.ws}/ws", first, "authenticated", self._tape)

    def _said(self, nonce: str) -> str:
        data = {"type": "group", "to": int(self._channel), "content": nonce, "nonce": nonce}
        return json.dumps(data)

    def _is_answer(self, frame: Json) -> bool:
        if frame["type"] == "message_sent":
            self._acked(frame["nonce"], {}, str(frame["message"]["id"]))
        elif frame["type"] == "error":
            require_retryable(frame)
        return frame["type"] in ("message_sent", "error")


class MutiPersonSender(SocketSender):
    """Seed 004: the same `temp_id` until its CONFIRM comes."""

    kind = "mutiperson"

    @contextlib.asynccontextmanager
    async def _connection(self) -> AsyncIterator[ClientConnection]:
        first = {"type": "INIT", "from_user_id": self._person.id, "message": "init"}
        async with wire(f"{self._server.ws}/", first, "", self._tape) as ws:
            ping = {"type": "PING", "from_user_id": self._person.id, "message": "ping"}
            await ws.send(json.dumps(ping).encode())
            await read_until(ws, "PONG")
            yield ws

    def _said(self, nonce: str) -> bytes:
        frame = {
            "type": "MESSAGE",
            "chat_type": "BLOCK",
            "from_user_id": self._person.id,
            "block_id": self._channel,
            "message": nonce,
            "message_id": "-2",
            "temp_id": nonce,
        }
        return json.dumps(frame).encode()

    def _is_answer(self, frame: Json) -> bool:
        is_mine = frame.get("temp_id") in self._pending
        if is_mine and frame["type"] == "CONFIRM":
            self._acked(frame["temp_id"], {}, frame["message_id"])
        elif frame["type"] == "ERROR":
            require_retryable(frame)
        return is_mine


SENDERS: dict[str, type[Sender]] = {
    kind.kind: kind
    for kind in (
        NativeSender,
        ChannelChatSender,
        MewSender,
        ChatGroupSender,
        StudyBuddySender,
        MutiPersonSender,
    )
}
