"""What tests of hostile clients share: a server that goes on serving others."""

import asyncio
import time
from collections.abc import Iterator
from typing import Final

import psutil
import pytest

from support.rest import Person, sign_up
from support.server import FACTOR, RunningServer
from support.sockets import Native

GROWTH: Final = 8 * 1024 * 1024  # bytes of memory that a test may leave behind; most leave none


async def _chat(alice: Person, bob: Person, channel: str) -> None:
    async with Native(alice.url.replace("http", "ws"), bob.token) as b:
        sent = alice.send(channel, "still here")
        got = await b.wait_type("new_message", channel_id=channel)
        assert got["data"]["message"]["id"] == sent["id"]


@pytest.fixture
def target(server: RunningServer) -> Iterator[RunningServer]:
    """The server; after the test two people chat on it within a second, and its memory has not grown."""
    alice, bob = sign_up(server.url), sign_up(server.url)
    channel = alice.group()
    bob.join(channel)
    asyncio.run(_chat(alice, bob, channel))
    process = psutil.Process(server.pid)
    before = process.memory_info().rss
    yield server
    start = time.monotonic()
    asyncio.run(_chat(alice, bob, channel))
    assert time.monotonic() - start < 1 * FACTOR
    grown = process.memory_info().rss - before
    assert grown < GROWTH, f"{grown / 2**20:.1f} MB more"
