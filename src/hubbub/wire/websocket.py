"""WebSocket frames from the server (RFC 6455 §5.2): final, unmasked."""

import struct

_TEXT = 0x81
_CLOSE = 0x88
_SHORT = tuple(bytes((_TEXT, n)) for n in range(126))
_medium = struct.Struct("!BBH").pack
_long = struct.Struct("!BBQ").pack


def text_frame(payload: bytes) -> bytes:
    """One text message."""
    n = len(payload)
    if n < 126:
        return _SHORT[n] + payload
    if n < 65_536:
        return _medium(_TEXT, 126, n) + payload
    return _long(_TEXT, 127, n) + payload


def close_frame(code: int, reason: str) -> bytes:
    """A close; the reason is cut to what a control frame holds, between characters."""
    text = reason.encode()[:123].decode(errors="ignore").encode()
    return bytes((_CLOSE, 2 + len(text))) + code.to_bytes(2, "big") + text
