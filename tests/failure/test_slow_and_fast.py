"""T18, T19: a client that does not read, and one that only writes. Neither costs the others anything, nor memory."""

import asyncio
import contextlib
import json
import random
import socket
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import psutil
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from failure.scenarios import seed
from support.checker import check, report
from support.rest import Person, call, sign_up
from support.server import FACTOR, RunningServer
from support.sockets import Native
from support.storm import Listener, Pace, Storm

Json = dict[str, Any]
MIB = 1024 * 1024
SLOW = 8
FLOOD = (
    2_500  # messages of 5,000 bytes: more than the kernel's buffers and the outbox together hold
)
CALM = Pace(burst=4, pause=0.1, rude=0)


@dataclass
class Watched:
    """The most memory that the server took, and the longest that a neighbour waited for an answer."""

    rss: int = 0
    slowest: float = 0.0


@contextlib.asynccontextmanager
async def watching(server: RunningServer, neighbour: Native) -> AsyncIterator[Watched]:
    """Asks all the time."""
    process, watched, done = psutil.Process(server.pid), Watched(), asyncio.Event()
    before = process.memory_info().rss

    async def watch() -> None:
        while not done.is_set():
            started = time.monotonic()
            assert (await neighbour.ask("heartbeat"))["type"] == "heartbeat_ack"
            watched.slowest = max(watched.slowest, time.monotonic() - started)
            watched.rss = max(watched.rss, process.memory_info().rss - before)
            await asyncio.sleep(0.02)

    task = asyncio.create_task(watch())
    try:
        yield watched
    finally:
        done.set()
        await task


async def flood(storm: Storm, messages: int) -> None:
    """Large messages, as fast as the storm's own listeners take them."""
    person, channel = storm.people[0], storm.channels[0]
    padding = "x" * 4_900
    async with connect(f"{storm.server.ws}/gateway", compression=None, max_size=None) as ws:
        await ws.send(json.dumps({"type": "connect", "data": {"token": person.token}}))
        for start in range(0, messages, 50):
            for n in range(start, start + 50):
                content = f"flood {n} {padding}"
                storm.tape.attempt("flood", channel, content)
                data = {"channel_id": channel, "content": content}
                await ws.send(json.dumps({"type": "send_message", "data": data}))
            seq = 0
            for _ in range(50):
                seq = await _next_ack(ws)
            await storm.when(partial(_all_have, storm, channel, seq), 10, "healthy listeners")


async def _next_ack(ws: ClientConnection) -> int:
    """Its seq."""
    while True:
        answer = json.loads(await ws.recv())
        if answer["type"] == "message_ack":
            return int(answer["data"]["seq"])


def _all_have(storm: Storm, channel: str, seq: int) -> bool:
    return all(listener.seqs.get(channel, 0) >= seq for listener in storm.listeners)


class Sleeper:
    """A listener on a small window that reads its first frame, and then nothing until it is woken."""

    def __init__(self, storm: Storm, name: str) -> None:
        self._server = storm.server
        person = sign_up(storm.server.url)
        for channel in storm.channels:
            person.join(channel)
        self.listener = Listener(storm.server, storm.tape, person, name)
        self._ws: ClientConnection

    async def fall_asleep(self) -> None:
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", self._server.port))
        url = f"{self._server.ws}/gateway"
        self._ws = await connect(
            url, sock=sock, compression=None, max_size=None, max_queue=1, ping_interval=None
        )
        token = self.listener.person.token
        await self._ws.send(json.dumps({"type": "connect", "data": {"token": token}}))
        self.listener.take(json.loads(await self._ws.recv()))

    async def wake(self) -> int:
        """Takes what is still there; the code with which it was cut off."""
        try:
            async with asyncio.timeout(20 * FACTOR):
                while True:
                    self.listener.take(json.loads(await self._ws.recv()))
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd is not None else 1006


def closes(server: RunningServer, code: int) -> int:
    text = call("GET", f"{server.url}/metrics").body
    lines = [x for x in text.splitlines() if x.startswith(f'hubbub_closes_total{{code="{code}"}}')]
    return int(float(lines[0].split()[1])) if lines else 0


async def test_t18_slow_readers_are_cut_off_and_come_back(fresh_server: RunningServer) -> None:
    server, rng = fresh_server, random.Random(seed())
    async with Storm(server, rng, senders=3, channels=1, listeners=2, pace=CALM) as storm:
        sleepers = [Sleeper(storm, f"sleeper{n}") for n in range(SLOW)]
        await asyncio.gather(*(sleeper.fall_asleep() for sleeper in sleepers))
        async with (
            Native(server.ws, sign_up(server.url).token) as neighbour,
            watching(server, neighbour) as watched,
        ):
            await flood(storm, FLOOD)
        cut = closes(server, 4004)
        codes = {await sleeper.wake() for sleeper in sleepers}
        for sleeper in sleepers:
            storm.adopt(sleeper.listener)
        await storm.heal()
        violations = check(storm.tape)
    # On a machine that is slow itself, the storm's own listeners may be cut off as well; they come back too.
    assert SLOW <= cut <= SLOW + 2
    assert codes <= {4004, 1006}, codes  # a reset takes the close frame with it
    assert not violations, report(violations)
    assert storm.tape.resumes >= SLOW
    assert set(storm.tape.closes) <= {(1000, "")}, "others were closed too"
    assert watched.slowest < 0.5 * FACTOR
    # The server's page cache may grow with the database; all that was not read would be much more.
    assert watched.rss < 48 * MIB < SLOW * FLOOD * 5_000, f"{watched.rss / MIB:.0f} MiB more"


# -- T19 --------------------------------------------------------------------------------------------


def frame(data: Json) -> bytes:
    """Masked with zeros, which leaves the payload as it is."""
    payload = json.dumps(data).encode()
    size = len(payload)
    head = bytes([0x81, 0x80 | size]) if size < 126 else b"\x81\xfe" + size.to_bytes(2, "big")
    return head + bytes(4) + payload


@contextlib.contextmanager
def raw_socket(server: RunningServer) -> Iterator[socket.socket]:
    """Upgraded, and nothing else."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as raw:
        raw.sendall(
            b"GET /gateway HTTP/1.1\r\nHost: hubbub\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        assert raw.recv(4_096).startswith(b"HTTP/1.1 101")
        yield raw


def pour(server: RunningServer, person: Person, frames: bytes, seconds: float) -> int:
    """Writes as fast as it can and reads nothing, again when it is cut off; how many bytes it got rid of."""
    deadline, sent = time.monotonic() + seconds, 0
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), raw_socket(server) as raw:
            raw.sendall(frame({"type": "connect", "data": {"token": person.token}}))
            raw.settimeout(1)
            while time.monotonic() < deadline:
                sent += raw.send(frames)
    return sent


@pytest.mark.parametrize("what", ["messages", "history", "heartbeats"])
async def test_t19_fast_writer_that_never_reads_is_bounded(
    fresh_server: RunningServer, what: str
) -> None:
    server = fresh_server
    writer, other = sign_up(server.url), sign_up(server.url)
    channel, elsewhere = writer.group(), other.group()
    for _ in range(50):
        writer.send(channel, "x" * 4_900)
    commands: dict[str, Json] = {
        "messages": {
            "type": "send_message",
            "data": {"channel_id": channel, "content": "x" * 4_900},
        },
        "history": {"type": "history", "data": {"channel_id": channel}},
        "heartbeats": {"type": "heartbeat"},
    }
    frames = frame(commands[what]) * 200
    async with (
        Native(server.ws, other.token) as neighbour,
        watching(server, neighbour) as watched,
    ):
        done = asyncio.Event()
        served = asyncio.create_task(_say_until(done, server, other, elsewhere))
        sent = await asyncio.to_thread(pour, server, writer, frames, 2.0)
        done.set()
        said = await served
    print(f"{what}: {sent / MIB:.1f} MiB, rss +{watched.rss / MIB:.0f}, {watched.slowest:.2f} s")  # noqa: T201  # the run's figures
    assert sent > 100_000, "void: nothing was poured"
    assert watched.slowest < 0.5 * FACTOR, f"somebody waited {watched.slowest:.2f} s"
    # 32 MiB of it may be the database's page cache.
    assert watched.rss < 80 * MIB, f"{watched.rss / MIB:.0f} MiB more"
    assert said >= 3, "others were not served"


async def _say_until(
    done: asyncio.Event, server: RunningServer, person: Person, channel: str
) -> int:
    """How many messages somebody else could send meanwhile."""
    count = 0
    async with Native(server.ws, person.token) as socket:
        while not done.is_set():
            await socket.say(channel, "still served")
            count += 1
            await asyncio.sleep(0.02)
        await socket.drain()
    return count
