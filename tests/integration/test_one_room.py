"""The whole of it: clients of all dialects hold one conversation in one group."""

import asyncio
import json
from asyncio.subprocess import PIPE, Process
from collections.abc import Iterator
from contextlib import AsyncExitStack

import pytest

from grid.over_websocket import Json, StudyBuddyTalker
from grid.play import ENVIRONMENT, TALKERS, Room
from grid.talkers import Seen, Talker
from support.seeds import shown_class
from support.server import FACTOR, RunningServer, running
from support.socketio_clients import NODE

SEED = "003-study-buddy-messaging.md"
TURNS = 5
SECONDS = 20 * FACTOR


class SeedsMessageClient(StudyBuddyTalker):
    """Seed 003's `MessageClient`, as it stands there, in Node."""

    _process: Process

    async def _open(self) -> None:
        code = shown_class(SEED, "MessageClient")
        config = {"url": f"{self.server.ws}/ws", "token": self.who.token, "code": code}
        self._process = await asyncio.create_subprocess_exec(
            "node", "messages.mjs", json.dumps(config), cwd=NODE, stdin=PIPE, stdout=PIPE
        )
        self._stack.push_async_callback(self._end)
        while "认证成功, User ID:" not in (await self._line()).get("log", ()):
            pass

    async def _line(self) -> Json:
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        assert line, "it ended"
        return dict(json.loads(line))

    async def _end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()

    async def frame(self) -> Json:
        while "heard" not in (line := await self._line()):
            pass
        return {"type": "new_group_message", "message": line["heard"]}

    async def say(self, content: str) -> None:
        order = {"do": "sendGroupMessage", "args": [int(self.room), content]}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        await self._process.stdin.drain()


@pytest.fixture(scope="module")
def hospitable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """It admits guests."""
    with running(tmp_path_factory.mktemp("one_room"), ENVIRONMENT) as server:
        yield server


async def _hear(talker: Talker, count: int) -> list[Seen]:
    found: list[Seen] = []
    while len(found) < count:
        seen = talker.shown(await talker.frame())
        found += [seen] if seen is not None and seen.action == "send" else []
    return found


async def _talk(talker: Talker) -> None:
    for n in range(TURNS):
        await talker.say(f"{talker.dialect} says {n}")


@pytest.mark.parametrize("studybuddy", [StudyBuddyTalker, SeedsMessageClient])
async def test_everybody_when_all_talk_at_once_sees_all_of_it_in_one_order(
    hospitable: RunningServer, studybuddy: type[Talker]
) -> None:
    room = Room(hospitable)
    await room.make()
    count = len(TALKERS) * TURNS
    async with AsyncExitStack() as stack, asyncio.timeout(SECONDS):
        present: list[Talker] = []
        for kind in (TALKERS | {"studybuddy": studybuddy}).values():
            talker = kind(hospitable, await room.somebody(kind), room.id)
            present.append(await stack.enter_async_context(talker))
            await talker.enter()
        hearing = [asyncio.create_task(_hear(talker, count)) for talker in present]
        await asyncio.gather(*map(_talk, present))
        heard = dict(zip(present, await asyncio.gather(*hearing), strict=True))
        await present[0].say("that was all")
        for talker in present:
            assert [seen.text for seen in await _hear(talker, 1)] == ["that was all"]
    native, *others = present
    order = heard[native]
    for talker in others:
        mine = talker.who.id if talker.dialect == "mutiperson" else ""
        # Its client knows its own by their CONFIRM, which it puts among the others by itself.
        assert [s for s in heard[talker] if s.who != mine] == [s for s in order if s.who != mine]
        assert sorted(heard[talker]) == sorted(order), talker.dialect
    said = {(s.who, s.text) for s in order}
    assert said == {(t.who.id, f"{t.dialect} says {n}") for t in present for n in range(TURNS)}
    assert len({s.about for s in order}) == count
