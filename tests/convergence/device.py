"""One connection of a native client, whatever it keeps of what it is told."""

import asyncio
import json
from abc import ABC, abstractmethod
from typing import Any

from convergence.node import LocalServer
from fakes.connection import FakeConnection
from hubbub.dialects.native import NativeDialect
from hubbub.model.entities import Tokens

Json = dict[str, Any]


class Device(ABC):
    """`wrong` collects what must never happen."""

    def __init__(self, server: LocalServer, tokens: Tokens) -> None:
        self.server = server
        self.me = str(tokens.user.id)
        self.token = tokens.access_token
        self.wrong: list[str] = []
        self._refs = 0
        self._replies: dict[str, Json] = {}
        self._connection: FakeConnection | None = None

    @property
    def is_open(self) -> bool:
        return self._connection is not None and self._connection.closed is None

    async def connect(self, *, resume: bool) -> None:
        """Anew, or from what it knows."""
        self._connection = FakeConnection()
        self._session = self.server.node.gateway.open(self._connection, (NativeDialect(90),))
        data: Json = {"token": self.token}
        if resume:
            data["positions"] = self.positions()
        else:
            self.forget()
        ready = await self.ask("connect", **data)
        assert ready["type"] == "ready", ready
        await self.catch_up()

    def disconnect(self) -> None:
        if self.is_open:
            self.absorb()
            self.server.node.gateway.leave(self._session, clean=True)
        self._connection = None

    async def ask(self, kind: str, **data: object) -> Json:
        """A command's reply."""
        assert self._connection is not None
        self._refs += 1
        ref = f"r{self._refs}"
        frame = json.dumps({"type": kind, "ref": ref, "data": data})
        self._session.receive(frame.encode(), asyncio.get_running_loop().time())
        async with asyncio.timeout(10):
            while True:
                self._connection.arrived.clear()
                self.absorb()
                if ref in self._replies:
                    return self._replies.pop(ref)
                await self._connection.arrived.wait()

    def absorb(self) -> None:
        """All frames that have come, in their order."""
        for frame in self._connection.take() if self._connection is not None else ():
            kind, data = frame["type"], frame.get("data") or {}
            if kind == "sync":
                self.on_sync(data)
                continue
            if kind == "error" and "channel_id" in data:
                continue  # a position that is no longer one's own
            if kind == "ready":
                self.on_ready(data)
            if "ref" in frame:
                self._replies[frame["ref"]] = frame
            else:
                self.on_event(kind, data)

    @abstractmethod
    def positions(self) -> dict[str, int]:
        """Of what it can go on from."""

    @abstractmethod
    def forget(self) -> None:
        """It begins anew."""

    @abstractmethod
    async def catch_up(self) -> None:
        """Asks for what events do not tell."""

    @abstractmethod
    def on_ready(self, data: Json) -> None: ...

    @abstractmethod
    def on_sync(self, data: Json) -> None: ...

    @abstractmethod
    def on_event(self, kind: str, data: Json) -> None: ...
