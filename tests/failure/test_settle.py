"""T44: whatever connections did and however they ended, nothing of them is left."""

import asyncio
import random
import socket
import struct
import time
from pathlib import Path

import psutil
from websockets.asyncio.client import ClientConnection, connect

from failure.scenarios import seed
from support.rest import Person, call, sign_up
from support.server import FACTOR, RunningServer, running

CONNECTIONS = 1_000
AT_ONCE = 50
GAUGES = ("hubbub_sessions", "hubbub_users_online", "hubbub_topics", "hubbub_write_queue")
SOCKET_IO = "/socket.io/?EIO=4&transport=websocket"
LEAVE = "41"  # nothing answers it
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close sends RST


def gauges(server: RunningServer) -> dict[str, float]:
    text = call("GET", f"{server.url}/metrics").body
    lines = (line.split() for line in text.splitlines())
    return {w[0]: float(w[1]) for w in lines if w and w[0] in GAUGES}


async def come_and_go(
    server: RunningServer, person: Person, channel: str, rng: random.Random
) -> None:
    """One connection of some kind, ended in some way at some moment."""
    path, frames = said_by(person, channel)[rng.randrange(4)]
    url = server.ws + path
    ws = await connect(url, compression=None, ping_interval=None, open_timeout=20, close_timeout=5)
    for frame in frames[: rng.randint(0, len(frames))]:
        await ws.send(frame)
        if frame != LEAVE and rng.random() < 0.5:
            await ws.recv()
    await _end(ws, rng.choice(("close", "abort", "reset", "reset")))


def said_by(person: Person, channel: str) -> list[tuple[str, list[str]]]:
    """Native, channelchat, Mew; and what starts as Mew and is ChatGroup."""
    connect_frame = f'{{"type": "connect", "data": {{"token": "{person.token}"}}}}'
    join = f'{{"type": "join_channel", "data": {{"channel_id": "{channel}"}}}}'
    send = f'{{"type": "send_message", "data": {{"channel_id": "{channel}", "content": "hello"}}}}'
    hexed, show = f"{int(channel):024x}", f'40{{"token":"{person.token}"}}'
    create = f'42["message/create",{{"channelId":"{hexed}","content":"hello"}}]'
    authenticate = f'42["authenticate",{{"token":"{person.token}"}}]'
    typing = f'42["typing_start",{{"chatId":"{hexed}"}}]'
    return [
        ("/gateway", [connect_frame, send, '{"type": "heartbeat"}']),
        ("/ws", [connect_frame, join, send, '{"type": "heartbeat"}']),
        (SOCKET_IO, [show, create, LEAVE]),
        (SOCKET_IO, [show, authenticate, typing, LEAVE]),
    ]


async def _end(ws: ClientConnection, how: str) -> None:
    if how == "close":
        await ws.close()
        return
    if how == "reset":
        raw: socket.socket = ws.transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    ws.transport.abort()
    await ws.wait_closed()


async def test_t44_everything_settles_to_zero(tmp_path: Path) -> None:
    rng = random.Random(seed())
    with running(tmp_path, {"HUBBUB_PRESENCE_GRACE_SECONDS": "0.2"}) as server:
        people = [sign_up(server.url) for _ in range(10)]
        channel = people[0].group()
        for person in people:
            person.join(channel)
        for _ in range(4):  # both reader threads open the database
            await asyncio.gather(*(come_and_go(server, p, channel, rng) for p in people))
        process = psutil.Process(server.pid)
        await settled(server, process, process.num_fds() + AT_ONCE)
        start = process.num_fds()
        turns = asyncio.Semaphore(AT_ONCE)

        async def one(n: int) -> None:
            async with turns:
                await come_and_go(server, people[n % len(people)], channel, rng)

        await asyncio.gather(*(one(n) for n in range(CONNECTIONS)))
        fds = await settled(server, process, start)
        assert fds <= start
        assert people[0].history(channel)["messages"], "void: nobody got as far as sending"
        assert "Traceback" not in server.output(), server.output()[-3_000:]


async def settled(server: RunningServer, process: psutil.Process, most: int) -> int:
    """The open files once all gauges are zero; looks often, since nothing tells."""
    deadline = time.monotonic() + 20 * FACTOR
    while True:
        found, fds = await asyncio.to_thread(gauges, server), process.num_fds()
        assert set(found) == set(GAUGES)
        if not any(found.values()) and fds <= most:
            return fds
        assert time.monotonic() < deadline, f"left over: {found}, {fds} open files, {most} at first"
        await asyncio.sleep(0.05)
