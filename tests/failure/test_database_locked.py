"""G14: another process holds the database. Sends are refused in time, reads go on, and it passes by itself."""

import asyncio
import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from support.rest import history, sign_up
from support.server import FACTOR, RunningServer
from support.sockets import Native

REFUSED_WITHIN = 5.0

HOLD = """
import sys, apsw
connection = apsw.Connection(sys.argv[1])
connection.set_busy_timeout(10_000)
connection.execute("begin immediate")
print("held", flush=True)
sys.stdin.readline()
connection.execute("rollback")
"""


@contextlib.contextmanager
def held_by_another(server: RunningServer) -> Iterator[None]:
    """`BEGIN IMMEDIATE` in a process of its own."""
    command = [sys.executable, "-c", HOLD, str(server.data / "hubbub.db")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        try:
            yield
        finally:
            other.communicate(b"\n", timeout=10)


async def _send(socket: Native, channel: str, delay: float) -> tuple[str, float]:
    """The code of the refusal and how long it took."""
    await asyncio.sleep(delay * FACTOR)
    started = time.monotonic()
    answer = await socket.ask("send_message", channel_id=channel, content="locked")
    return str(answer["data"].get("code")), time.monotonic() - started


@pytest.mark.parametrize("delays", [(0.0,), (0.0, 0.3, 0.6)], ids=["one", "some behind it"])
async def test_g14_locked_database_refuses_sends_in_time_and_recovers(
    fresh_server: RunningServer, delays: tuple[float, ...]
) -> None:
    alice = sign_up(fresh_server.url)
    channel = alice.group()
    async with contextlib.AsyncExitStack() as stack:
        sockets = [
            await stack.enter_async_context(Native(fresh_server.ws, alice.token)) for _ in delays
        ]
        with held_by_another(fresh_server):
            sends = [_send(s, channel, d) for s, d in zip(sockets, delays, strict=True)]
            refused = await asyncio.gather(*sends)
            assert alice.history(channel)["messages"] == []
            frames = await sockets[0].drain()
            assert [f for f in frames if f["type"] == "new_message"] == []
        stored = await sockets[0].say(channel, "free again")
    assert [m["id"] for m in history(alice, channel)] == [stored["message_id"]]
    assert {code for code, _ in refused} == {"unavailable"}
    slowest = max(seconds for _, seconds in refused)
    assert slowest < REFUSED_WITHIN * FACTOR, f"the slowest refusal took {slowest:.1f} s"


def test_g14_second_server_on_the_same_folder_says_so_in_one_line(server: RunningServer) -> None:
    command = [sys.executable, "-m", "hubbub.cli", "serve", "--port", "0"]
    command += ["--data", str(server.data)]
    second = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert second.returncode == 1
    assert second.stdout == ""
    assert len(second.stderr.splitlines()) == 1
    assert "Another hubbub is serving" in second.stderr
    assert sign_up(server.url).id
