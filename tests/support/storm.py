"""Load that survives whatever is done to the server: senders that try until they are acked, listeners that resume.

Everything that happens is written into a checker's log (support/checker.py). A sender's message is its own
nonce: what it is called is what it says. Messages without an answer are sent again under the same nonce.
"""

import asyncio
import contextlib
import json
import random
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

from support.checker import Attach, Receipt, Tape
from support.community import Community, Groups
from support.crowd import Crowd
from support.rest import Person, history, sign_up
from support.server import FACTOR, RunningServer

Json = dict[str, Any]
Connecting = contextlib.AbstractAsyncContextManager[ClientConnection]


class Again(Exception):
    """No answer, or one that says to try again."""


ANSWER_SECONDS = 10 * FACTOR
BROKEN = (Again, OSError, ConnectionClosed, InvalidHandshake, InvalidMessage, TimeoutError,
          EOFError, httpx2.TransportError)  # fmt: skip


@contextlib.asynccontextmanager
async def wire(url: str, first: Json, answer: str, tape: Tape) -> AsyncIterator[ClientConnection]:
    """A signed-in WebSocket; the answer to the first frame is left to who waits for more than it."""
    ws = await connect(url, compression=None, max_size=None, open_timeout=5, ping_interval=None)
    try:
        await ws.send(json.dumps(first))
        if answer:
            await read_until(ws, answer)
        yield ws
    except ConnectionClosed as error:
        got = error.rcvd
        tape.closes[(got.code, got.reason) if got is not None else (1006, "")] += 1
        raise
    finally:
        ws.transport.abort()
        await ws.wait_closed()


@contextlib.asynccontextmanager
async def in_channel(
    server: RunningServer, who: Json, channel: str, tape: Tape
) -> AsyncIterator[ClientConnection]:
    """Seed 000: signed in, and with a channel opened."""
    first = {"type": "connect", "data": who}
    async with wire(f"{server.ws}/ws", first, "connect_ack", tape) as ws:
        enter = {"type": "join_channel", "data": {"channel_id": channel}}
        await ws.send(json.dumps(enter))
        await read_until(ws, "join_channel_ack")
        yield ws


async def read_until(ws: ClientConnection, kind: str) -> Json:
    async with asyncio.timeout(ANSWER_SECONDS):
        while True:
            frame: Json = json.loads(await ws.recv())
            if frame["type"] == kind:
                return frame
            if frame["type"] == "error":
                raise Again(str(frame))


@dataclass
class Pace:
    """How fast one sender sends: bursts of up to `burst`, and a pause of `pause` seconds on average."""

    burst: int = 8
    pause: float = 0.35
    rude: float = 0.03  # how often it hangs up before the answer can come


class Sender(ABC):
    """Sends bursts; what is not acked goes first on the next connection, in its old order."""

    kind = ""

    def __init__(
        self,
        server: RunningServer,
        tape: Tape,
        person: Person,
        channel: str,
        rng: random.Random,
        pace: Pace,
    ) -> None:
        self._server, self._tape, self._person = server, tape, person
        self._channel, self._rng, self.pace = channel, rng, pace
        self._pending: deque[str] = deque()
        self._count = 0
        self.ending = False
        self.name = f"{self.kind}-{person.name}"

    async def run(self) -> None:
        """Until `ending`, and until everything is acked."""
        while not (self.ending and not self._pending):
            try:
                await self._work()
            except BROKEN:
                self._tape.on_wire.difference_update(self._pending)
                await asyncio.sleep(self._rng.uniform(0.02, 0.2))

    @abstractmethod
    async def _work(self) -> None: ...

    def _refill(self) -> bool:
        """False when there is nothing more to send."""
        if not self._pending and not self.ending:
            for _ in range(self._rng.randint(1, self.pace.burst)):
                self._count += 1
                self._pending.append(f"{self.name}-{self._count}")
        return bool(self._pending)

    async def _rest(self) -> None:
        await asyncio.sleep(self._rng.uniform(0, 2 * self.pace.pause))

    def _acked(self, nonce: str, data: Json, identity: str) -> None:
        self._pending.remove(nonce)
        duplicate = data.get("duplicate", False)
        self._tape.answer(self._channel, nonce, identity, data.get("seq"), duplicate=duplicate)


class SocketSender(Sender):
    """Pipelines a whole burst on one socket."""

    @abstractmethod
    def _connection(self) -> Connecting: ...

    async def _work(self) -> None:
        async with self._connection() as ws:
            while self._refill():
                for nonce in self._pending:
                    self._tape.attempt(self.name, self._channel, nonce)
                    await ws.send(self._said(nonce))
                if self._rng.random() < self.pace.rude:
                    raise Again("hung up")
                async with asyncio.timeout(ANSWER_SECONDS):
                    await self._answers(ws, len(self._pending))
                await self._rest()

    def _said(self, nonce: str) -> str | bytes:
        """The frame of a message."""
        data = {"channel_id": self._channel, "content": nonce, "nonce": nonce}
        return json.dumps({"type": "send_message", "data": data})

    async def _answers(self, ws: ClientConnection, wanted: int) -> None:
        """What is refused for now is still pending and sent again."""
        while wanted:
            wanted -= self._is_answer(json.loads(await ws.recv()))

    def _is_answer(self, frame: Json) -> bool:
        if frame["type"] == "message_ack":
            data = frame["data"]
            self._acked(data["nonce"], data, data["message_id"])
        elif frame["type"] == "error":
            require_retryable(frame["data"])
        return frame["type"] in ("message_ack", "error")


class NativeSender(SocketSender):
    """The native protocol."""

    kind = "native"

    def _connection(self) -> Connecting:
        first = {"type": "connect", "data": {"token": self._person.token}}
        return wire(f"{self._server.ws}/gateway", first, "ready", self._tape)


class ChannelChatSender(SocketSender):
    """Seed 000, with nonces. Its acks tell no seq."""

    kind = "channelchat"

    @contextlib.asynccontextmanager
    async def _connection(self) -> AsyncIterator[ClientConnection]:
        who = {"user_id": self._person.id, "token": self._person.token}
        async with in_channel(self._server, who, self._channel, self._tape) as ws:
            yield ws


class RestSender(Sender):
    """One request after the other."""

    kind = "rest"

    async def _work(self) -> None:
        headers = {"authorization": f"Bearer {self._person.token}"}
        async with httpx2.AsyncClient(headers=headers, timeout=ANSWER_SECONDS) as client:
            while self._refill():
                while self._pending:
                    await self._post(client, self._pending[0])
                await self._rest()

    async def _post(self, client: httpx2.AsyncClient, nonce: str) -> None:
        self._tape.attempt(self.name, self._channel, nonce)
        url = f"{self._server.url}/api/v1/channels/{self._channel}/messages"
        rude = self._rng.random() < self.pace.rude
        async with asyncio.timeout(0.004 if rude else ANSWER_SECONDS):
            response = await client.post(url, json={"content": nonce, "nonce": nonce})
        body = response.json()
        if response.status_code != 201:
            require_retryable(body)
            raise Again("not now")
        self._acked(nonce, body, body["id"])


def require_retryable(error: Json) -> None:
    """Anything but "not now" is a failure of the test."""
    codes = {str(error.get(key)) for key in ("code", "error_code", "status")}
    assert codes & {"unavailable", "503"}, f"a send was refused: {error}"


class Listener:
    """A native device that stays in all its channels: it resumes by its positions, and pages where it must."""

    def __init__(self, server: RunningServer, tape: Tape, person: Person, name: str) -> None:
        self._server, self._tape, self.person, self.name = server, tape, person, name
        self._rng = random.Random(name)
        self.positions: dict[str, int] = {}
        self.seqs: dict[str, int] = {}
        self._told: dict[str, int] = {}
        self._received = 0

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self._listen()
            except BROKEN:
                await asyncio.sleep(self._rng.uniform(0.02, 0.2))

    async def _listen(self) -> None:
        async with self._connection() as ws:
            while True:  # `async for` would keep a polite close to itself
                self.take(json.loads(await ws.recv()))

    async def visit(self, messages: int) -> None:
        """Connects once, and leaves when so many messages have come."""
        async with asyncio.timeout(ANSWER_SECONDS), self._connection() as ws:
            while self._received < messages:
                self.take(json.loads(await ws.recv()))
        self._tape.left.add(self.name)

    def _connection(self) -> Connecting:
        data: Json = {"token": self.person.token}
        if self.positions:
            data["positions"] = self.positions
        first = {"type": "connect", "data": data}
        return wire(f"{self._server.ws}/gateway", first, "", self._tape)

    def take(self, frame: Json) -> None:
        """One frame from the server."""
        kind, data = frame["type"], frame.get("data") or {}
        if kind == "ready":
            self._tape.resumes += bool(self.positions)
            texts = [channel for place in data["servers"] for channel in place["channels"]]
            self._start([*data["channels"], *texts])
        elif kind == "sync":
            self._sync(data)
        elif kind == "new_message":
            self._got(data["channel_id"], data["message"])
            self.positions[data["channel_id"]] = data["version"]
        elif kind == "error":
            self._complain(data)

    def stands(self, channel: str) -> int | None:
        """The seq of the last message that it knows."""
        return self.seqs.get(channel)

    def _complain(self, error: Json) -> None:
        if error["code"] != "unavailable":
            self._tape.refused.append(f"{self.name}: {error}")
            self.positions.pop(error.get("channel_id", ""), None)
        raise Again("refused")

    def stand(self, other: "Listener") -> None:
        """Starts where another one is now."""
        self.positions, self.seqs = dict(other.positions), dict(other.seqs)
        for channel, seq in self.seqs.items():
            self._tape.views.append(Attach(self.name, channel, seq))

    def _start(self, channels: Sequence[Json]) -> None:
        for channel in channels:
            name, seq = channel["id"], channel["last_seq"]
            self._told[name] = seq
            if name not in self.positions:
                self.positions[name], self.seqs[name] = channel["version"], seq
                self._tape.views.append(Attach(self.name, name, seq))

    def _sync(self, data: Json) -> None:
        channel, missed = data["channel_id"], data["messages"]
        if data["limited"]:
            self._tape.limited += 1
            missed = self._page(channel)
        for message in missed:
            self._got(channel, message)
        self.positions[channel] = data["to"]

    def _page(self, channel: str) -> list[Json]:
        """Too much for one frame: the history has it, up to where `ready` said that the channel stood."""
        stored = history(self.person, channel, self.seqs[channel])
        return [m for m in stored if self.seqs[channel] < m["seq"] <= self._told[channel]]

    def _got(self, channel: str, message: Json) -> None:
        self._received += 1
        self.seqs[channel] = max(self.seqs.get(channel, 0), message["seq"])
        receipt = Receipt(self.name, channel, message["seq"], message["content"])
        self._tape.views.append(receipt)


KINDS: tuple[type[Sender], ...] = (NativeSender, ChannelChatSender, RestSender)


class Storm(Crowd[Sender, Listener]):
    """Senders of all kinds and listeners of all channels, on one server."""

    def __init__(
        self,
        server: RunningServer,
        rng: random.Random,
        *,
        senders: int = 30,
        channels: int = 5,
        listeners: int = 8,
        pace: Pace | None = None,
        in_server: bool = False,
    ) -> None:
        self.people = [sign_up(server.url) for _ in range(senders)]
        self.place = (Community if in_server else Groups)(self.people, channels)
        super().__init__(server, self.place.channels)
        self.senders += [self._sender(n, rng, pace or Pace()) for n in range(senders)]
        self.listeners += [self._listener(n) for n in range(listeners)]

    def _sender(self, n: int, rng: random.Random, pace: Pace) -> Sender:
        channel = self.channels[n % len(self.channels)]
        self.place.enter(self.people[n], channel)
        kind = KINDS[n // len(self.channels) % len(KINDS)]
        own = random.Random(rng.random())
        return kind(self.server, self.tape, self.people[n], channel, own, pace)

    def _listener(self, n: int) -> Listener:
        person = sign_up(self.server.url)
        for channel in self.channels:
            self.place.enter(person, channel)
        return Listener(self.server, self.tape, person, f"listener{n}")

    def _history(self, channel: str) -> list[Json]:
        return history(self.listeners[0].person, channel)
