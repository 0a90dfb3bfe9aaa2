"""What no client of ours sends, and what no answer may show (T34, S24)."""

import re
from collections.abc import Sequence
from typing import Final

LIMIT: Final = 64 * 1024  # bytes of a frame
# What only somebody who sees the inside can know.
INSIDE: Final = re.compile(
    rb"Traceback|File \"|\.py\b|/src/|site-packages|SELECT |INSERT |sqlite|apsw|msgspec|Error\(|0x[0-9a-f]{8}"
)
RUBBISH: Final[Sequence[bytes]] = (
    b"",
    b" ",
    b"\0",
    b"\xff\xfe",
    b"{}",
    b"[]",
    b"[[]]",
    b"[{}]",
    b"null",
    b"true",
    b"0",
    b"-1",
    b"1e400",
    b"NaN",
    b'""',
    b'"heartbeat"',
    b"{",
    b"[",
    b'{"type":null}',
    b'{"type":{}}',
    b'{"type":[],"data":[]}',
    b'{"type":"\\ud800"}',
    b'{"type":"\xff"}',
    b'{"type":"__proto__"}',
    b'{"__proto__":{"type":"heartbeat"}}',
    b'{"type":"send_message"}',
    b'{"type":"heartbeat","data":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    b'{"type":' + b"9" * 10_000 + b"}",
    b"\xef\xbb\xbf" + b'{"type":"heartbeat"}',
    b'["constructor",{}]',
    b'["\\u0000"]',
    b'[null,"x"]',
    b"[" * 60_000,
    b'{"a":' * 10_000,
    b"GET / HTTP/1.1\r\n\r\n",
    b"x" * LIMIT,
)
# First frames of other dialects, some of which are not there yet.
FOREIGN: Final = (
    b'{"type":"connect","data":{"token":"a.b.c"}}',
    b'{"type":"connect","ref":1,"data":{"token":"a.b.c","positions":{}}}',
    b'{"type":"auth","token":"a.b.c"}',
    b'{"type":"INIT","from_user_id":"1","message":"init"}',
    b'{"type":"PING","from_user_id":"1","message":"ping"}',
    b'{"op":0,"d":{"channel_id":"0","content":"hi"}}',
    b'42["authenticate",{"token":"a.b.c"}]',
    b'40{"token":"a.b.c"}',
    b"2probe",
    b'{"op":2,"d":{"token":"a.b.c"}}',
)


def require_nothing_inside(heard: bytes) -> None:
    found = INSIDE.search(heard)
    assert found is None, heard[max(0, found.start() - 200) : found.end() + 200]


def require_no_bug(output: str) -> None:
    """In what the server has printed and logged since it was asked."""
    assert "incident" not in output
    assert "Traceback" not in output
