"""Engine.IO v4 as a client sees it: long polling on httpx2, WebSockets on `websockets`."""

import asyncio
import base64
import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import httpx2
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from support.server import FACTOR, RunningServer

SECONDS: Final = 10.0
SEPARATOR: Final = "\x1e"
PING, PONG, CLOSE = "2", "3", "1"

Json = dict[str, Any]
Packet = str | bytes


class ConformanceServer(RunningServer):
    """`hubbub conformance`, in a process of its own."""

    def __init__(self, folder: Path, suite: str) -> None:
        super().__init__(folder)
        self.suite = suite

    def command(self) -> list[str]:
        return ["conformance", f"--{self.suite}", "--port", str(self.port)]

    @property
    def polling(self) -> str:
        return f"{self.url}/{self.suite.removesuffix('io')}.io/"

    @property
    def websocket(self) -> str:
        return self.polling.replace("http", "ws", 1)


@contextlib.contextmanager
def conforming(folder: Path, suite: str) -> Iterator[ConformanceServer]:
    """A started one; killed at the end if it still runs."""
    server = ConformanceServer(folder, suite)
    server.start()
    try:
        yield server
    finally:
        if server.process is not None and server.process.poll() is None:
            server.kill()


def encode(packets: tuple[Packet, ...]) -> str:
    """The body of a POST."""
    parts = (p if isinstance(p, str) else "b" + base64.b64encode(p).decode() for p in packets)
    return SEPARATOR.join(parts)


def decode(payload: str) -> list[Packet]:
    """The body of a poll's answer."""
    parts = payload.split(SEPARATOR)
    return [base64.b64decode(p[1:]) if p.startswith("b") else p for p in parts]


class Polling:
    """A session over long polling; `address` is the server's, with the path."""

    def __init__(self, address: str, **headers: str) -> None:
        self.address = address
        self.http = httpx2.AsyncClient(timeout=SECONDS * FACTOR, headers=headers)
        self.hello: Json = {}
        self._came: list[Packet] = []

    async def __aenter__(self) -> "Polling":
        answer = await self.get()
        assert answer.status_code == 200, answer.text
        first, *self._came = decode(answer.text)
        assert isinstance(first, str)
        assert first[0] == "0"
        self.hello = json.loads(first[1:])
        return self

    async def __aexit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        await self.http.aclose()

    @property
    def sid(self) -> str:
        return str(self.hello["sid"])

    @property
    def url(self) -> str:
        sid = f"&sid={self.sid}" if self.hello else ""
        return f"{self.address}?EIO=4&transport=polling{sid}"

    async def get(self) -> httpx2.Response:
        """One poll."""
        return await self.http.get(self.url)

    async def post(self, *packets: Packet) -> httpx2.Response:
        """One POST."""
        return await self.http.post(self.url, content=encode(packets))

    async def send(self, *packets: Packet) -> None:
        """A POST that must succeed."""
        answer = await self.post(*packets)
        assert (answer.status_code, answer.text) == (200, "ok")

    async def packet(self) -> Packet:
        """The next one, whatever it is."""
        while not self._came:
            answer = await self.get()
            assert answer.status_code == 200, answer.text
            self._came = decode(answer.text)
        return self._came.pop(0)

    async def receive(self) -> Packet:
        """The next one that is no ping."""
        while (packet := await self.packet()) == PING:
            await self.send(PONG)
        return packet

    async def wait_closed(self, *, answering: bool = True) -> None:
        """Until the session is unknown. `answering` pings, so that it is not the silence that ends it."""
        async with asyncio.timeout(SECONDS * FACTOR):
            while (answer := await self.get()).status_code == 200:
                if answering and PING in decode(answer.text):
                    await self.post(PONG)


class Wire:
    """A session over WebSocket; with a `sid`, a WebSocket that may take over a session."""

    def __init__(self, address: str, sid: str | None = None, **headers: str) -> None:
        self._url = f"{address}?EIO=4&transport=websocket" + (f"&sid={sid}" if sid else "")
        self._headers = headers
        self._is_new = sid is None
        self.hello: Json = {}
        self.ws: ClientConnection

    async def __aenter__(self) -> "Wire":
        self.ws = await connect(
            self._url, compression=None, ping_interval=None, additional_headers=self._headers
        )
        if self._is_new:
            first = await self.packet()
            assert isinstance(first, str)
            assert first[0] == "0"
            self.hello = json.loads(first[1:])
        return self

    async def __aexit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        await self.ws.close()

    @property
    def sid(self) -> str:
        return str(self.hello["sid"])

    async def send(self, *packets: Packet) -> None:
        """Each in a message of its own."""
        for packet in packets:
            await self.ws.send(packet)

    async def packet(self) -> Packet:
        """The next one, whatever it is."""
        return await asyncio.wait_for(self.ws.recv(), SECONDS * FACTOR)

    async def receive(self) -> Packet:
        """The next one that is no ping."""
        while (packet := await self.packet()) == PING:
            await self.send(PONG)
        return packet

    async def wait_closed(self, *, answering: bool = True) -> None:
        """Until the server has ended it. `answering` pings, so that it is not the silence that ends it."""
        with contextlib.suppress(ConnectionClosed):
            async with asyncio.timeout(SECONDS * FACTOR):
                while True:
                    await (self.receive() if answering else self.packet())


async def upgrade(polling: Polling, wire: Wire) -> None:
    """Takes the session over, as clients do: the poll that hangs meanwhile ends with a noop."""
    hanging = asyncio.ensure_future(polling.get())
    await wire.send("2probe")
    assert await wire.packet() == "3probe"
    assert (await hanging).text == "6"
    await wire.send("5")
