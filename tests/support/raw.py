"""A WebSocket that sends any bytes, and the frames made by hand: no client library would send them."""

import contextlib
import json
import socket
import struct
from types import TracebackType
from typing import Any, Final

from support.server import FACTOR, RunningServer

Json = dict[str, Any]
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
HEARTBEAT: Final = b'{"type":"heartbeat"}'
ACK: Final = b'{"type":"heartbeat_ack"}'
SECONDS: Final = 5 * FACTOR


def frame(opcode: int, payload: bytes = b"", *, fin: bool = True, rsv: int = 0) -> bytes:
    """A masked frame (the mask is zero, so the payload can be read)."""
    head = bytes([(fin << 7) | (rsv << 4) | opcode])
    return head + _length(len(payload)) + bytes(4) + payload


def _length(n: int) -> bytes:
    if n < 126:
        return bytes([0x80 | n])
    return b"\xfe" + struct.pack("!H", n) if n < 65_536 else b"\xff" + struct.pack("!Q", n)


def declared(n: int, width: int = 127) -> bytes:
    """The head of a text frame that announces `n` bytes, and none of them."""
    size = struct.pack("!Q", n) if width == 127 else struct.pack("!H", n)
    return bytes([0x81, 0x80 | width]) + size + bytes(4)


class Raw:
    """A WebSocket that sends any bytes."""

    def __init__(self, server: RunningServer, path: str = "/gateway") -> None:
        self.socket = socket.create_connection(("127.0.0.1", server.port), SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._read = b""
        self.send(
            f"GET {path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
        )
        while b"\r\n\r\n" not in self._read:
            self._more()
        head, _, self._read = self._read.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101"), head

    def __enter__(self) -> "Raw":
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def send_until_closed(self, data: bytes) -> None:
        """The server may close before all has been written; that is the point."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.socket.sendall(data)

    def _more(self) -> None:
        data = self.socket.recv(65_536)
        assert data, f"the server closed without a close frame, after {self._read!r}"
        self._read += data

    def _take(self, n: int) -> bytes:
        while len(self._read) < n:
            self._more()
        taken, self._read = self._read[:n], self._read[n:]
        return taken

    def next(self) -> tuple[int, bytes]:
        """The next frame's opcode and payload."""
        first, second = self._take(2)
        assert first & 0x70 == 0, "the server set reserved bits"
        assert second < 128, "the server masked a frame"
        n = second
        if n == 126:
            n = int.from_bytes(self._take(2), "big")
        elif n == 127:
            n = int.from_bytes(self._take(8), "big")
        return first & 0x0F, self._take(n)

    def json(self) -> Json:
        """The next frame, which must be a text of JSON."""
        opcode, payload = self.next()
        assert opcode == TEXT, (opcode, payload)
        found = json.loads(payload)
        assert isinstance(found, dict)
        return found

    def close_code(self) -> int:
        """The code of the close that must come next, and then the end."""
        opcode, payload = self.next()
        assert opcode == CLOSE, (opcode, payload)
        payload[2:].decode()
        self.send_until_closed(frame(CLOSE, payload[:2]))
        with contextlib.suppress(ConnectionResetError):  # bytes of ours were still under way
            assert self._read + self.socket.recv(100) == b"", "bytes after the close frame"
        return int.from_bytes(payload[:2], "big")

    def say(self, text: str) -> None:
        self.send(frame(TEXT, text.encode()))

    def until(self, wanted: bytes) -> bytes:
        """All texts up to the first with `wanted` in it."""
        heard = b""
        while wanted not in heard:
            opcode, payload = self.next()
            assert opcode == TEXT, (opcode, payload, heard)
            heard += payload + b"\n"
        return heard

    def ask(self, request: object) -> Json:
        self.send(frame(TEXT, json.dumps(request).encode()))
        return self.json()

    def beats(self) -> bool:
        """Whether the connection still works."""
        self.send(frame(TEXT, HEARTBEAT))
        return self.next() == (TEXT, ACK)
