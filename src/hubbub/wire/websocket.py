"""WebSocket frames from the server (RFC 6455 §5.2): final, unmasked."""

import struct
from collections.abc import Iterator
from typing import Final

TEXT: Final = 0x81
BINARY: Final = 0x82
_CLOSE: Final = 0x88
_SHORT = tuple(bytes((TEXT, n)) for n in range(126))
_medium = struct.Struct("!BBH").pack
_long = struct.Struct("!BBQ").pack


def text_frame(payload: bytes) -> bytes:
    """One text message."""
    n = len(payload)
    return _SHORT[n] + payload if n < 126 else _frame(TEXT, payload)


def binary_frame(payload: bytes) -> bytes:
    """One binary message."""
    return _frame(BINARY, payload)


def _frame(first: int, payload: bytes) -> bytes:
    n = len(payload)
    if n < 126:
        return bytes((first, n)) + payload
    if n < 65_536:
        return _medium(first, 126, n) + payload
    return _long(first, 127, n) + payload


def close_frame(code: int, reason: str) -> bytes:
    """A close; the reason is cut to what a control frame holds, between characters."""
    text = reason.encode()[:123].decode(errors="ignore").encode()
    return bytes((_CLOSE, 2 + len(text))) + code.to_bytes(2, "big") + text


def messages(frames: bytes) -> Iterator[tuple[int, bytes]]:
    """The first byte and the payload of each of our own frames, for clients that have no WebSocket."""
    at = 0
    while at < len(frames):
        n, start = frames[at + 1], at + 2
        if n >= 126:
            width = 2 if n == 126 else 8
            n = int.from_bytes(frames[start : start + width], "big")
            start += width
        yield frames[at], frames[start : start + n]
        at = start + n
