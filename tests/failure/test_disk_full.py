"""T04: no space for a message. It is refused in time, nothing else suffers, and it passes by itself."""

import asyncio
import ctypes
import errno
import os
import resource
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NoReturn

import apsw
import pytest

from support.rest import Person, call, history, sign_up
from support.server import FACTOR, RunningServer
from support.sockets import Native

Json = dict[str, Any]
Step = Callable[[], object]
TEXT = "x" * 4_000
REFUSALS = 100  # while there is no space
DISK = b"size=8m"
Output = Callable[[], str]
# What the system says where one may not mount; everything else is a failure.
_NOT_PERMITTED = (errno.EPERM, errno.EACCES, errno.ENOSYS)
_CLONE_NEWNS, _MS_REC, _MS_PRIVATE = 0x20000, 0x4000, 0x40000


class SmallDisk:
    """A server whose data folder, or with `log` its log as well, is a file system of its own, which is gone with the server and this thread.

    A mount namespace belongs to a thread, and what a thread starts inherits it: nothing is mounted for others.
    """

    def __init__(self, folder: Path, *, log: bool) -> None:
        self.server = RunningServer(folder)
        self._disk = folder if log else self.server.data
        self._thread = ThreadPoolExecutor(1)
        self._filler = self._disk / "filler"

    def start(self) -> None:
        self._do(self._mount)
        self._do(self.server.start)

    def close(self) -> None:
        process = self.server.process
        if process is not None and process.poll() is None:
            self.server.kill()
        self._thread.shutdown()

    def fill(self) -> None:
        self._do(self._fill)

    def free(self) -> None:
        self._do(self._filler.unlink)

    def output(self) -> str:
        return str(self._do(self.server.output))

    def integrity(self) -> object:
        return self._do(lambda: integrity(self.server))

    def _do(self, step: Step) -> object:
        return self._thread.submit(step).result(30 * FACTOR)

    def _mount(self) -> None:
        self.server.folder.mkdir()
        libc = ctypes.CDLL(None, use_errno=True)
        self._disk.mkdir(exist_ok=True)
        disk = os.fsencode(self._disk)
        done = (
            libc.unshare(_CLONE_NEWNS) == 0
            and libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None) == 0
            and libc.mount(b"tmpfs", disk, b"tmpfs", 0, DISK) == 0
        )
        if not done:
            _not_mounted(ctypes.get_errno())

    def _fill(self) -> None:
        if self._disk == self.server.folder:  # the log's last page has room that is taken already
            with self.server.log.open("ab") as log:
                log.write(b"\n" * (-log.tell() % 4096))
        with self._filler.open("wb", buffering=0) as file:
            for size in (64 * 1024, 512):
                try:
                    while file.write(bytes(size)) == size:
                        pass
                except OSError:
                    continue


def _not_mounted(number: int) -> NoReturn:
    if number in _NOT_PERMITTED:
        pytest.skip(f"may not mount a small disk: {os.strerror(number)}")
    raise OSError(number, f"a small disk was not mounted: {os.strerror(number)}")


@pytest.fixture(params=[False, True], ids=["data", "data and log"])
def small_disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[SmallDisk]:
    disk = SmallDisk(tmp_path / "disk", log=request.param)
    try:
        disk.start()
        yield disk
    finally:
        disk.close()


def integrity(server: RunningServer) -> str:
    connection = apsw.Connection(str(server.data / "hubbub.db"))
    try:
        return str(connection.pragma("integrity_check"))
    finally:
        connection.close()


class Writer:
    """Somebody who sends while somebody else listens."""

    def __init__(self, sender: Native, listener: Native, channel: str) -> None:
        self._sender, self._listener, self._channel = sender, listener, channel
        self._count = 0
        self.acked: list[str] = []
        self.slowest = 0.0

    async def send(self) -> Json:
        """The answer; every message is new."""
        self._count += 1
        started = time.monotonic()
        answer: Json = await self._sender.ask(
            "send_message", channel_id=self._channel, content=f"{self._count} {TEXT}"
        )
        if answer["type"] == "message_ack":
            self.acked.append(answer["data"]["message_id"])
        else:
            assert answer["data"]["code"] == "unavailable", answer
            assert answer["data"]["retry_after"] > 0
            self.slowest = max(self.slowest, time.monotonic() - started)
        return answer

    async def until(self, kind: str, most: int) -> None:
        """Sends until an answer is of this kind."""
        for _ in range(most):
            answer = await self.send()
            if answer["type"] == kind:
                return
            await asyncio.sleep(0.002)
        raise AssertionError(f"no {kind} in {most} sends")

    async def sockets_live(self) -> None:
        """The listener's connection answers, and has brought exactly what was acked."""
        frames = await self._listener.drain()
        seen = [f["data"]["message"]["id"] for f in frames if f["type"] == "new_message"]
        assert seen == self.acked


async def runs_out(server: RunningServer, fill: Step, free: Step, output: Output) -> list[str]:
    """Fills, waits, frees; the ids of what was acked."""
    alice, bob = sign_up(server.url), sign_up(server.url)
    channel = alice.group()
    bob.join(channel)
    async with Native(server.ws, alice.token) as a, Native(server.ws, bob.token) as b:
        writer = Writer(a, b, channel)
        await writer.until("message_ack", 1)
        fill()
        await writer.until("error", 3_000)
        logged, started = len(output().splitlines()), time.monotonic()
        for _ in range(REFUSALS):
            assert (await writer.send())["type"] == "error"
            await asyncio.sleep(0.01)
        lines = len(output().splitlines()) - logged
        allowed = 3 + (time.monotonic() - started)
        _reads_go_on(server, bob, channel)
        free()
        await writer.until("message_ack", 500)
        await writer.sockets_live()
    assert [m["id"] for m in history(bob, channel)] == writer.acked
    assert writer.slowest < FACTOR, f"the slowest refusal took {writer.slowest:.2f} s"
    assert lines <= allowed, f"{lines} lines were logged for {REFUSALS} refusals"
    return writer.acked


def _reads_go_on(server: RunningServer, person: Person, channel: str) -> None:
    assert person.history(channel)["messages"]
    assert call("GET", f"{server.url}/health").status == 200


async def test_t04_full_disk_refuses_sends_and_recovers(small_disk: SmallDisk) -> None:
    acked = await runs_out(small_disk.server, small_disk.fill, small_disk.free, small_disk.output)
    assert len(acked) >= 2
    assert small_disk.server.terminate() == 0
    assert small_disk.integrity() == "ok"


async def test_t04_file_size_limit_refuses_sends_and_recovers(fresh_server: RunningServer) -> None:
    pid = fresh_server.pid

    def fill() -> None:
        sizes = [f.stat().st_size for f in fresh_server.data.iterdir()]
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (max(sizes), resource.RLIM_INFINITY))

    def free() -> None:
        everything = resource.RLIM_INFINITY
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (everything, everything))

    acked = await runs_out(fresh_server, fill, free, fresh_server.output)
    assert len(acked) >= 2
    assert fresh_server.terminate() == 0
    assert integrity(fresh_server) == "ok"
