"""Clients that break the rules (T31, T33, T34): each gets a refusal or a close code, and nobody else notices.

The bytes are made by hand, for no client library would send them.
"""

import contextlib
import json
import os
import socket
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import pytest

from support.raw import (
    ACK,
    BINARY,
    CLOSE,
    CONTINUATION,
    HEARTBEAT,
    PING,
    PONG,
    SECONDS,
    TEXT,
    Raw,
    declared,
    frame,
)
from support.rest import Person, sign_up
from support.server import RunningServer
from transcripts.mutations import FRAGMENTS

Json = dict[str, Any]
LIMIT: Final = 64 * 1024


@pytest.fixture
def raw(target: RunningServer) -> Iterator[Raw]:
    with Raw(target) as opened:
        yield opened


# -- T31: too large -------------------------------------------------------------------------------------


def test_t31_frame_when_at_the_limit_is_read(raw: Raw) -> None:
    raw.send(frame(TEXT, HEARTBEAT.ljust(LIMIT)))
    assert raw.next() == (TEXT, ACK)


@pytest.mark.parametrize("size", [LIMIT + 1, 2**31, 2**32, 2**63 - 1])
def test_t31_frame_when_declared_too_large_is_closed_before_its_payload(
    raw: Raw, size: int
) -> None:
    raw.send(declared(size))
    assert raw.close_code() == 1009


@pytest.mark.parametrize("size", [2**63, 2**64 - 1])
def test_t31_frame_when_declared_with_the_top_bit_is_closed(raw: Raw, size: int) -> None:
    raw.send(declared(size))  # RFC 6455 §5.2: the most significant bit must be 0
    assert raw.close_code() in (1002, 1009)


def test_t31_frame_when_sent_whole_and_too_large_is_closed(raw: Raw) -> None:
    raw.send_until_closed(frame(TEXT, b" " * (LIMIT + 1)))
    assert raw.close_code() == 1009


def test_t31_frames_when_behind_one_that_is_too_large_are_not_carried_out(
    raw: Raw, person: Callable[[], Person]
) -> None:
    alice = person()
    channel = alice.group()
    raw.ask({"type": "connect", "data": {"token": alice.token}})
    send = {"type": "send_message", "data": {"channel_id": channel, "content": "too late"}}
    behind = frame(TEXT, json.dumps(send).encode())
    raw.send_until_closed(frame(TEXT, b" " * (LIMIT + 1)) + behind)
    assert raw.close_code() == 1009
    assert alice.history(channel)["messages"] == []


def test_t31_message_when_fragments_add_up_to_too_much_is_closed(raw: Raw) -> None:
    raw.send(frame(TEXT, b" " * LIMIT, fin=False))
    raw.send_until_closed(frame(CONTINUATION, b" "))
    assert raw.close_code() == 1009


def test_t31_frames_when_left_incomplete_by_many_stop_nobody(target: RunningServer) -> None:
    whole = frame(TEXT, HEARTBEAT.ljust(LIMIT))
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(Raw(target)) for _ in range(30)]
        for one in held:
            one.send(whole[:-1])
        assert stack.enter_context(Raw(target)).beats()
        for one in held:
            one.send(whole[-1:])
            assert one.next() == (TEXT, ACK)


# -- T33: too many pieces -------------------------------------------------------------------------------


def test_t33_fragments_when_one_byte_each_without_end_are_closed(raw: Raw) -> None:
    raw.send(frame(TEXT, b" ", fin=False))
    raw.send_until_closed(frame(CONTINUATION, b" ", fin=False) * 300_000)
    assert raw.close_code() == 1009


def test_t33_fragments_when_empty_without_end_are_closed(raw: Raw) -> None:
    raw.send(frame(TEXT, b"", fin=False))
    raw.send_until_closed(frame(CONTINUATION, b"", fin=False) * 300_000)
    assert raw.close_code() == 1009


def test_t33_message_when_in_many_fragments_with_a_ping_between_is_read(raw: Raw) -> None:
    raw.send(frame(TEXT, HEARTBEAT[:1], fin=False))
    for byte in HEARTBEAT[1:-1]:
        raw.send(frame(CONTINUATION, bytes([byte]), fin=False))
    raw.send(frame(PING, b"now") + frame(CONTINUATION, HEARTBEAT[-1:]))
    assert raw.next() == (PONG, b"now")
    assert raw.next() == (TEXT, ACK)


def test_t33_frame_when_sent_one_byte_per_segment_is_read(raw: Raw) -> None:
    for byte in frame(TEXT, b'{"type":"heartbeat","ref":"' + b"r" * 64 + b'"}'):
        raw.send(bytes([byte]))
    assert raw.json()["ref"] == "r" * 64


# -- T34: not what it says ------------------------------------------------------------------------------


def test_t34_binary_frame_when_json_is_answered_as_text(raw: Raw) -> None:
    raw.send(frame(BINARY, HEARTBEAT))
    assert raw.next() == (TEXT, ACK)


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        (frame(TEXT, HEARTBEAT, rsv=4), (1002,)),
        (frame(TEXT, HEARTBEAT, rsv=2), (1002,)),
        (frame(TEXT, HEARTBEAT, rsv=1), (1002,)),
        (frame(3, HEARTBEAT), (1002,)),
        (frame(11), (1002,)),
        (b"\x81\x02{}", (1002,)),  # not masked
        (frame(CONTINUATION, HEARTBEAT), (1002,)),
        (frame(TEXT, b"{", fin=False) + frame(TEXT, b"}"), (1002,)),
        (frame(PING, b"x", fin=False), (1002,)),
        (frame(PING, b"x" * 126), (1002,)),
        (frame(CLOSE, b"x"), (1002,)),
        (frame(CLOSE, (999).to_bytes(2, "big")), (1002,)),
        (frame(CLOSE, (1005).to_bytes(2, "big")), (1002,)),
        (frame(CLOSE, (5000).to_bytes(2, "big")), (1002,)),
        (frame(CLOSE, b"\x03\xe8\xff"), (1002, 1007)),
        (frame(CLOSE, (1000).to_bytes(2, "big") + b"x" * 124), (1002,)),
    ],
)
def test_t34_frame_when_it_breaks_rfc_6455_is_closed_as_protocol_error(
    raw: Raw, data: bytes, codes: Sequence[int]
) -> None:
    raw.send(data)
    assert raw.close_code() in codes


@pytest.mark.parametrize("code", [1000, 1001, 3000, 4999])
def test_t34_close_when_correct_is_echoed(raw: Raw, code: int) -> None:
    raw.send(frame(CLOSE, code.to_bytes(2, "big") + b"bye"))
    assert raw.close_code() == code


def test_t34_close_when_empty_is_answered(raw: Raw) -> None:
    raw.send(frame(CLOSE))
    opcode, payload = raw.next()
    assert opcode == CLOSE
    assert payload in (b"", (1000).to_bytes(2, "big"))


def _code(reply: Json) -> object:
    data = reply["data"]
    return data.get("code", data.get("error_code"))


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\0",
        b"\xff\xfe",
        b'{"type":"\xff"}',
        b"\xef\xbb\xbf" + HEARTBEAT,
        HEARTBEAT + b"\0",
        b'{"type":"heartbeat","type":1}',
        b'{"type":NaN}',
        b'{"type":1e400}',
        b'{"type":"\\ud800"}',
        b'{"type":"\\ud800\\ud800"}',
        b'{"type":' + b"9" * 10_000 + b"}",
        b'{"type":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
        b'{"type":"heartbeat","data":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b"[" * 60_000,
        b'{"__proto__":{"type":"heartbeat"}}',
    ],
    ids=lambda p: repr(p[:40]),
)
@pytest.mark.parametrize(("path", "code"), [("/gateway", "invalid"), ("/ws", "400")])
def test_t34_payload_when_no_json_of_ours_is_refused_and_the_connection_lives(
    target: RunningServer, path: str, code: str, payload: bytes
) -> None:
    with Raw(target, path) as raw:
        raw.send(frame(TEXT, payload))
        assert _code(raw.json()) == code
        assert raw.beats()


@pytest.mark.parametrize("kind", ["send_message", "history", "mark_read", "edit_message"])
def test_t34_field_when_of_any_wrong_type_is_refused_and_the_connection_lives(
    target: RunningServer, kind: str
) -> None:
    person = sign_up(target.url)
    for place in ("channel_id", "content", "message_id", "seq", "before"):
        with Raw(target) as raw:  # a fresh one: 20 malformed frames are too many for one connection
            connect = {"type": "connect", "data": {"token": person.token}}
            assert raw.ask(connect)["type"] == "ready"
            for fragment in FRAGMENTS[:18]:
                data = b'{"%s":%s}' % (place.encode(), fragment)
                raw.send(frame(TEXT, b'{"type":"%s","data":%s}' % (kind.encode(), data)))
                assert _code(raw.json()) == "invalid", fragment
            assert raw.beats()


def test_t34_frames_when_twenty_are_malformed_end_the_connection(raw: Raw) -> None:
    for _ in range(20):
        raw.send(frame(TEXT, b"no"))
        assert _code(raw.json()) == "invalid"
    assert raw.close_code() == 4000


def test_t34_command_when_before_connect_is_unauthorized(raw: Raw) -> None:
    for kind, data in (("typing", {"channel_id": "0"}), ("history", {"channel_id": "0"})):
        assert _code(raw.ask({"type": kind, "data": data})) == "unauthorized"
    assert raw.beats()


def test_t34_connect_when_second_is_a_conflict(raw: Raw, person: Callable[[], Person]) -> None:
    connect = {"type": "connect", "ref": 1, "data": {"token": person().token}}
    assert raw.ask(connect)["type"] == "ready"
    reply = raw.ask(connect)
    assert (reply["ref"], _code(reply)) == (1, "conflict")
    assert raw.beats()


def test_t34_command_when_unknown_is_refused_with_its_ref(raw: Raw) -> None:
    reply = raw.ask({"type": "drop_tables", "ref": "r"})
    assert (reply["ref"], _code(reply)) == ("r", "invalid")
    assert raw.beats()


def test_t34_handshake_when_bytes_are_random_is_refused(target: RunningServer) -> None:
    with socket.create_connection(("127.0.0.1", target.port), SECONDS) as raw:
        raw.sendall(b"\x16\x03\x01" + os.urandom(200) + b"\r\n\r\n")
        assert raw.recv(65_536).startswith(b"HTTP/1.1 400")


def test_t34_answers_when_refused_never_show_the_inside(raw: Raw, target: RunningServer) -> None:
    shown = b""
    for payload in (b"[", b'{"type":1}', b'{"type":"send_message","data":{"channel_id":[]}}'):
        raw.send(frame(TEXT, payload))
        shown += raw.next()[1]
    assert not [word for word in (b"Traceback", b"hubbub", b".py", b"SELECT") if word in shown]
    assert "Traceback" not in target.output()
