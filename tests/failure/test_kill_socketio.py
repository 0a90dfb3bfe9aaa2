"""T01 over Socket.IO: unmodified clients with acks and retries, and the server killed again and again."""

import asyncio
import json
import random
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from failure.scenarios import seed
from support.rest import Person, sign_up
from support.server import FACTOR, RunningServer

NODE = Path(__file__).parent.parent / "node"
KILLS = 6
EACH = 250
TRANSPORTS = (["websocket"], ["polling"], ["polling", "websocket"])


class Member:
    """`storm.mjs`, running."""

    def __init__(self, process: Process, name: str) -> None:
        self._process = process
        self.name = name
        self.acked: dict[str, str] = {}  # localId → id, in the order of the acks

    async def send_all(self) -> None:
        """Returns when its last message is acknowledged."""
        while "sent" not in (line := await self._line()):
            assert line["localId"] not in self.acked, "acknowledged twice"
            self.acked[line["localId"]] = line["id"]

    async def know_all(self, count: int) -> Any:
        """What it was told, once it knows of `count` messages."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"expect": count}).encode() + b"\n")
        found = await self._line()
        assert await self._process.wait() == 0
        return found

    async def _line(self) -> Any:
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        assert line, f"{self.name} has ended"
        return json.loads(line)

    def end(self) -> None:
        """Whatever it is doing."""
        if self._process.returncode is None:
            self._process.kill()


async def _start(server: RunningServer, people: Sequence[Person], chat: str) -> list[Member]:
    members = []
    for n, (person, transports) in enumerate(zip(people, TRANSPORTS, strict=True)):
        config = {"url": server.url, "token": person.token, "chatId": f"{int(chat):024x}"}
        config |= {"name": f"m{n}", "count": EACH, "transports": transports}  # type: ignore[dict-item]  # JSON
        process = await asyncio.create_subprocess_exec(
            "node", str(NODE / "storm.mjs"), json.dumps(config), stdin=PIPE, stdout=PIPE, cwd=NODE
        )
        members.append(Member(process, f"m{n}"))
    return members


async def _kill(server: RunningServer, members: Sequence[Member], rng: random.Random) -> None:
    for n in range(1, KILLS + 1):
        wanted = n * EACH * len(members) // (KILLS + 2)
        while sum(len(member.acked) for member in members) < wanted:  # noqa: ASYNC110  # acks come by pipe
            await asyncio.sleep(0.01)
        await asyncio.sleep(rng.uniform(0, 0.05))
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)


def _history(person: Person, chat: str) -> list[Any]:
    """Oldest first."""
    found: list[Any] = []
    more: dict[str, str | int] = {}
    while True:
        page = person.history(chat, limit=100, **more)
        found += page["messages"]
        if not page["has_more"]:
            return found[::-1]
        more = {"before": found[-1]["id"]}


@pytest.mark.timeout(240)
async def test_t01_over_socketio_loses_doubles_and_reorders_nothing(
    fresh_server: RunningServer,
) -> None:
    people = [sign_up(fresh_server.url) for _ in TRANSPORTS]
    chat = people[0].group()
    for other in people[1:]:
        other.join(chat)
    members = await _start(fresh_server, people, chat)
    try:
        async with asyncio.timeout(150 * FACTOR), asyncio.TaskGroup() as group:
            group.create_task(_kill(fresh_server, members, random.Random(seed())))
            for member in members:
                group.create_task(member.send_all())
        stored = await asyncio.to_thread(_history, people[0], chat)
        by_content = {message["content"]: message["id"] for message in stored}
        assert len(stored) == EACH * len(members) == len(by_content), "lost or doubled"
        async with asyncio.timeout(30 * FACTOR):
            told = [await member.know_all(len(stored)) for member in members]
    finally:
        for member in members:
            member.end()
    ids = {message["id"] for message in stored}
    for member, known in zip(members, told, strict=True):
        mine = {local: str(int(given, 16)) for local, given in member.acked.items()}
        assert mine == {c: i for c, i in by_content.items() if c.startswith(f"{member.name}-")}
        sent = [m["content"] for m in stored if m["content"].startswith(f"{member.name}-")]
        assert sent == list(mine), "out of order"
        assert {str(int(given, 16)) for given in known["ids"]} == ids, "not everybody was told"
        assert known["connects"] > KILLS, "void: it never lost its connection"
