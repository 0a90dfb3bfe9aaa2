"""A dialect beside channelchat on one path: people of it say who they are, and are believed."""

import asyncio
import json
from typing import Any

from fakes.connection import FakeConnection
from hubbub.bootstrap import Node
from hubbub.dialects.native import NativeDialect
from hubbub.dialects.native.codec import NativeCodec
from hubbub.model.commands import Connect
from hubbub.model.ids import UserId
from hubbub.ports.dialect import Dialect, Request

Json = dict[str, Any]


class PasswordlessCodec(NativeCodec):
    """As native, but for its first frame: `{"type": "hello", "token"?, "user_id"?, "name"?}`."""

    def decode(self, payload: bytes) -> Request:
        hello = _hello(payload)
        if hello is None:
            return super().decode(payload)
        claimed = hello.get("user_id")
        user_id = None if claimed is None else UserId(int(claimed))
        return Request(Connect(hello.get("token", ""), None, user_id, hello.get("name")))


class Passwordless(NativeDialect):
    """Other frames it shares, so that only `hello` tells it."""

    name = "passwordless"
    admits_guests = True

    def codec(self) -> PasswordlessCodec:
        return PasswordlessCodec()

    def recognises(self, payload: bytes) -> bool:
        return _hello(payload) is not None


def _hello(payload: bytes) -> Json | None:
    try:
        frame = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    is_hello = isinstance(frame, dict) and frame.get("type") == "hello"
    return frame if is_hello else None


class Line:
    """A connection without a socket on a node of this process."""

    def __init__(self, node: Node, *dialects: Dialect) -> None:
        self.connection = FakeConnection()
        self.session = node.gateway.open(self.connection, dialects)

    def say(self, frame: object) -> None:
        payload = frame if isinstance(frame, bytes) else json.dumps(frame).encode()
        self.session.receive(payload, asyncio.get_running_loop().time())

    async def hear(self) -> list[Json]:
        """What has come since, at least one frame or a close."""
        async with asyncio.timeout(10):
            while not self.connection.written and self.connection.closed is None:
                self.connection.arrived.clear()
                await self.connection.arrived.wait()
        return self.connection.take()

    async def until(self, kind: str) -> list[Json]:
        """All frames up to the first of a type, which is the last."""
        found: list[Json] = []
        while not any(frame.get("type") == kind for frame in found):
            found += await self.hear()
            assert self.connection.closed is None, (self.connection.closed, found)
        return found

    async def ask(self, frame: object) -> Json:
        self.say(frame)
        return (await self.hear())[0]
