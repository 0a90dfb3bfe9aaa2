"""Engine.IO v4: packets and payloads. A session is wire/engine.py."""

import base64
import binascii
from collections.abc import Sequence
from typing import Final

import msgspec

from hubbub.wire.websocket import BINARY, binary_frame, messages, text_frame

PROTOCOL: Final = "4"
SEPARATOR: Final = b"\x1e"
# A client joins all that it has to say while a POST of its is under way.
PACKETS: Final = 512

OPEN, CLOSE, PING, PONG, MESSAGE, UPGRADE, NOOP = (b"%d" % n for n in range(7))


class BadRequest(Exception):
    """An HTTP request that is refused with `{code, message}`, in engine.io's numbers and words."""

    def __init__(self, code: int) -> None:
        super().__init__(_BAD[code])
        self.code = code
        self.message = _BAD[code]


UNKNOWN_TRANSPORT, UNKNOWN_SID, BAD_METHOD, BAD_REQUEST, FORBIDDEN, BAD_VERSION = range(6)
_BAD: Final = (
    "Transport unknown",
    "Session ID unknown",
    "Bad handshake method",
    "Bad request",
    "Forbidden",
    "Unsupported protocol version",
)


class Invalid(Exception):
    """Bytes that are no packet: the session ends."""


class Options(msgspec.Struct, frozen=True):
    """Seconds and bytes; the defaults of engine.io, but for the payload: a message here has at most 64 KiB."""

    ping_interval: float = 25.0
    ping_timeout: float = 20.0
    max_payload: int = 64 * 1024


def decode_payload(body: bytes) -> list[tuple[bytes, bool]]:
    """The packets of a POST; True where one is binary. Raises `Invalid`."""
    parts = body.split(SEPARATOR, PACKETS)
    if len(parts) > PACKETS:
        raise Invalid(f"a payload may have {PACKETS} packets")
    return [_decode(part) for part in parts]


def _decode(part: bytes) -> tuple[bytes, bool]:
    if not part.startswith(b"b"):
        return part, False
    try:
        return base64.b64decode(part[1:], validate=True), True
    except binascii.Error:
        raise Invalid("this is not base64") from None


def encode_payload(blobs: Sequence[bytes]) -> bytes:
    """WebSocket frames as the body of a poll's answer."""
    parts = [
        b"b" + base64.b64encode(payload) if first == BINARY else payload
        for blob in blobs
        for first, payload in messages(blob)
    ]
    return SEPARATOR.join(parts)


def text_message(payload: bytes) -> bytes:
    """The frame of a text message."""
    return text_frame(MESSAGE + payload)


def binary_message(payload: bytes) -> bytes:
    """The frame of a binary message."""
    return binary_frame(payload)
