"""A WebSocket without a socket: what the gateway writes to it is there to be read."""

import asyncio
import json
from typing import Any

from hubbub.model.errors import Disconnect
from hubbub.ports.connection import Connection

Json = dict[str, Any]


class FakeConnection:
    """Takes everything, unless a test says that the client does not."""

    def __init__(self, address: str = "192.0.2.1") -> None:
        self.address = address
        self.written = bytearray()
        self.writes = 0
        self.backlog = 0
        self.closed: tuple[int, str] | None = None
        self.is_reading = True
        self.arrived = asyncio.Event()

    def write(self, frames: bytes) -> None:
        self.writes += 1
        self.written += frames
        self.arrived.set()

    def buffered(self) -> int:
        return self.backlog

    def close(self, why: Disconnect) -> None:
        if self.closed is None:
            self.closed = why.code, why.reason
        self.arrived.set()

    def pause_reading(self) -> None:
        self.is_reading = False

    def resume_reading(self) -> None:
        self.is_reading = True

    def take(self) -> list[Json]:
        """The JSON of the frames since the last call."""
        found = [json.loads(payload) for payload in payloads(bytes(self.written))]
        self.written.clear()
        return found


def payloads(data: bytes) -> list[bytes]:
    """The payloads of a server's frames: final, unmasked text (RFC 6455 §5.2)."""
    found: list[bytes] = []
    place = 0
    while place < len(data):
        assert data[place] == 0x81, f"byte {place} is {data[place]:#x}, not a text frame"
        length, place = data[place + 1], place + 2
        wide = {126: 2, 127: 8}.get(length, 0)
        if wide:
            length = int.from_bytes(data[place : place + wide], "big")
            place += wide
        found.append(data[place : place + length])
        assert len(found[-1]) == length, "a frame is cut off"
        place += length
    return found


def as_port(connection: FakeConnection) -> Connection:
    """mypy checks here that the fake is what it stands for."""
    return connection
