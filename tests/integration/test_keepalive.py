"""A peer that is gone without a word: the kernel asks for it."""

import asyncio
import struct
import sys
from pathlib import Path

import pytest

from support.rest import sign_up
from support.server import FACTOR, RunningServer
from support.sockets import StudyBuddy

KEEPALIVE_TIMER = "02"  # of /proc/net/tcp


@pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc/net/tcp")
async def test_silent_socket_of_a_dialect_without_deadline_is_watched_by_the_kernel(
    server: RunningServer,
) -> None:
    async with StudyBuddy(server.ws, sign_up(server.url).token) as silent:
        port = silent.ws.local_address[1]
        async with asyncio.timeout(5 * FACTOR):  # first it waits until all is acknowledged
            while _timer(server.port, port) != KEEPALIVE_TIMER:  # noqa: ASYNC110  # there is no event for it
                await asyncio.sleep(0.02)


def _timer(local: int, remote: int) -> str:
    """What the kernel waits for on the server's end of a connection of this machine."""
    here = f"{struct.pack('<I', 0x7F000001).hex().upper()}"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    wanted = [f"{here}:{port:04X}" for port in (local, remote)]
    return next(row[5].split(":")[0] for row in rows if row[1:3] == wanted)
