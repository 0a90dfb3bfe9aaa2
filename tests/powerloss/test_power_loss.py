"""T02, T03: the power is cut at any moment. What was acknowledged or seen by then is on the disk, which is whole."""

import asyncio
import random
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

import apsw
import pytest
from websockets.exceptions import ConnectionClosed

from failure.scenarios import seed
from powerloss.disk import Disk, Entry, Kind, build, read
from support import broken
from support.rest import Person, sign_in, sign_up
from support.server import RunningServer, running
from support.sockets import Native

MESSAGES = 1_500
IN_FLIGHT = 8
CUTS = 150
Start = Callable[[broken.Mutation | None], AbstractContextManager[RunningServer]]


@dataclass
class Run:
    """When each message was acknowledged and when somebody else saw it, in ns of the monotonic clock."""

    acked: dict[str, int] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)

    def known_by(self, time_ns: int) -> set[str]:
        """Messages that a client knows of at a time."""
        return {
            message_id
            for times in (self.acked, self.seen)
            for message_id, known_ns in times.items()
            if known_ns <= time_ns
        }


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return tmp_path / "recording"


@pytest.fixture
def start(tmp_path: Path, recording: Path) -> Start:
    """Starts a build that is recorded."""
    environment = {
        "LD_PRELOAD": str(build(tmp_path)),
        "RECORD_TO": str(recording),
        "RECORD_PATH": "hubbub.db",
        "FAIL_ONCE": str(tmp_path / "fail once"),
    }

    def start(mutation: broken.Mutation | None) -> AbstractContextManager[RunningServer]:
        source = None if mutation is None else broken.build(tmp_path / "source", mutation)
        folder = tmp_path / "server"
        folder.mkdir()
        return running(folder, environment, source)

    return start


async def _load(server: RunningServer) -> tuple[Run, Person, str]:
    """People who talk until the power is cut, and one who listens; the listener and the channel."""
    run = Run()
    owner = sign_up(server.url)
    channel = owner.group()
    people = [sign_up(server.url) for _ in range(IN_FLIGHT)]
    for person in people:
        person.join(channel)
    async with Native(server.ws, owner.token) as listener, asyncio.TaskGroup() as group:
        group.create_task(_listen(listener, run))
        for person in people:
            group.create_task(_talk(server, person, channel, run))
    return run, owner, channel


async def _listen(listener: Native, run: Run) -> None:
    while len(run.seen) < MESSAGES:
        frame = await listener.wait_type("new_message")
        run.seen[frame["data"]["message"]["id"]] = time.monotonic_ns()


async def _talk(server: RunningServer, person: Person, channel: str, run: Run) -> None:
    async with Native(server.ws, person.token) as socket:
        for n in range(MESSAGES // IN_FLIGHT + 1):
            ack = await socket.say(channel, f"{n} {'x' * 200}")
            run.acked[ack["message_id"]] = time.monotonic_ns()


def _missing(entries: list[Entry], run: Run, folder: Path, rng: random.Random) -> list[str]:
    """What is wrong after each of the cuts; every other one has lost all that was not synced."""
    first = min(run.acked.values())
    loaded = [n for n, entry in enumerate(entries) if entry.time_ns > first]
    cuts = set(rng.sample(loaded, CUTS))
    disk, problems = Disk(), list[str]()
    for n, entry in enumerate(entries):
        if n in cuts:
            # The power went before this happened: what was known until then must be there.
            known = run.known_by(entry.time_ns)
            for kept in (0.0, 0.5):
                disk.write_to(folder, rng, kept=kept)
                problems += _wrong(folder / "hubbub.db", known, f"cut {n}, {kept:.0%} kept")
        disk.do(entry)
    return problems


def _wrong(database: Path, known: set[str], where: str) -> list[str]:
    try:
        connection = apsw.Connection(str(database))
        whole = connection.execute("pragma integrity_check").fetchall()
        stored = {str(row[0]) for row in connection.execute("select id from messages")}
        connection.close()
    except apsw.Error as error:
        return [f"{where}: {error}"]
    for leftover in database.parent.glob("hubbub.db*"):
        leftover.unlink()
    problems = [] if whole == [("ok",)] else [f"{where}: {whole}"]
    if known - stored:
        problems.append(f"{where}: {len(known - stored)} of {len(known)} known messages are lost")
    return problems


@pytest.mark.timeout(180)
async def test_t02_power_cut_loses_nothing_that_anybody_knows(
    start: Start, recording: Path, tmp_path: Path
) -> None:
    rng = random.Random(seed())
    with start(None) as server:
        run, owner, channel = await _load(server)
    entries = read(recording)
    image = tmp_path / "image"
    image.mkdir()
    assert len(run.acked) >= MESSAGES
    assert _missing(entries, run, image, rng) == []

    # And a server starts on what is left, here without anything that was not synced.
    disk = Disk()
    for entry in entries:
        disk.do(entry)
    for old in server.data.glob("hubbub.db*"):
        old.unlink()
    disk.write_to(server.data, rng, kept=0)
    server.start()
    newest = sign_in(server.url, owner.name).history(channel)["messages"][0]
    assert newest["id"] in run.acked
    assert newest["seq"] == len(run.acked)
    server.kill()


async def _send_on(server: RunningServer, person: Person, channel: str, count: int) -> set[str]:
    """Messages that were acknowledged, through failures and lost connections."""
    acked: set[str] = set()
    codes: set[int | None] = set()
    while len(acked) < count:
        try:
            async with Native(server.ws, person.token) as socket:
                while len(acked) < count:
                    reply = await socket.ask("send_message", channel_id=channel, content="x" * 500)
                    if reply["type"] == "message_ack":
                        acked.add(reply["data"]["message_id"])
        except ConnectionClosed as closed:
            codes.add(None if closed.rcvd is None else closed.rcvd.code)
    assert codes <= {1012}, "what ends connections is that the database was opened anew"
    return acked


@pytest.mark.timeout(180)
async def test_t05_failed_sync_loses_nothing_that_is_acknowledged_before_or_after(
    start: Start, recording: Path, tmp_path: Path
) -> None:
    image = tmp_path / "image"
    image.mkdir()
    with start(None) as server:
        person = sign_up(server.url)
        channel = person.group()
        acked = await _send_on(server, person, channel, 50)
        for _ in range(3):
            (tmp_path / "fail once").touch()
            acked |= await _send_on(server, person, channel, 50)
            assert not (tmp_path / "fail once").exists()
        stored = {message["id"] for message in person.history(channel, limit=100)["messages"]}
        assert len(stored & acked) > 90
    disk, failed = Disk(), 0
    for entry in read(recording):
        failed += entry.kind is Kind.SYNC_FAILED
        disk.do(entry)
    assert failed == 3
    disk.write_to(image, random.Random(seed()), kept=0)
    assert _wrong(image / "hubbub.db", acked, "after failed syncs") == []


@pytest.mark.timeout(180)
async def test_t02_catches_commits_that_are_not_synced(
    start: Start, recording: Path, tmp_path: Path
) -> None:
    with start(broken.NOT_SYNCED) as server:
        run, _, _ = await _load(server)
    image = tmp_path / "image"
    image.mkdir()
    problems = _missing(read(recording), run, image, random.Random(seed()))
    assert any("are lost" in problem for problem in problems)
