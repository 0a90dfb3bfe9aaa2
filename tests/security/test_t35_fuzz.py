"""T35: whatever a client says in Engine.IO and Socket.IO, the session goes on or ends; nothing else happens."""

import base64
import contextlib
import os
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings

from fakes.engine import Bench
from hubbub.conformance import EchoNamespaces
from hubbub.dialects.chatgroup import ChatGroup
from hubbub.dialects.mew import MewDialect
from hubbub.model.errors import Malformed, Refused
from hubbub.ports.dialect import Codec
from hubbub.wire import socketio
from hubbub.wire.engineio import BadRequest, Options
from hubbub.wire.namespaces import Client
from hubbub.wire.websocket import messages
from security.grammar import (
    BINARIES,
    HOSTILE,
    IDS,
    NAMES,
    NAMESPACES,
    ROWS,
    TALKS,
    VALUES,
    Frame,
    as_json,
    raw,
)

fuzz = settings(
    max_examples=int(os.environ.get("TEST_HUBBUB_EXAMPLES", "300")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def bench(*, websocket: bool) -> Bench:
    namespaces = EchoNamespaces(lambda: "sid")
    options = Options(max_payload=1_000_000)
    return Bench(
        lambda engine: Client(engine, namespaces, "192.0.2.1"), websocket=websocket, options=options
    )


# -- codecs -------------------------------------------------------------------------------------------


@fuzz
@given(NAMES, VALUES, NAMESPACES, IDS)
def test_t35_packet_when_packed_and_parsed_is_the_same(
    name: str, value: Any, namespace: str, ack: int | None
) -> None:
    packet = socketio.parse(socketio.pack(socketio.EVENT, namespace, (name, value), ack))
    assert (packet.type, packet.namespace, packet.id) == (socketio.EVENT, namespace, ack)
    found, (arg,) = socketio.event(packet)
    assert (found, msgspec.json.decode(arg)) == (name, value)


@fuzz
@given(NAMES, VALUES, IDS)
def test_t35_packet_when_another_wrote_it_is_read_the_same(
    name: str, value: Any, ack: int | None
) -> None:
    text = f"2{'' if ack is None else ack}{as_json([name, value])}"
    packet = socketio.parse(text.encode())
    found, (arg,) = socketio.event(packet)
    assert (packet.id, found, msgspec.json.decode(arg)) == (ack, name, value)


@fuzz
@given(NAMES, BINARIES, NAMESPACES, IDS)
def test_t35_attachments_when_packed_and_unpacked_are_the_same(
    name: str, value: Any, namespace: str, ack: int | None
) -> None:
    text, attachments = socketio.pack_binary(socketio.EVENT, namespace, (name, value), ack)
    packet = socketio.parse(text)
    found, args = socketio.event(packet)
    assert packet.attachments == len(attachments)
    assert (packet.namespace, packet.id, found) == (namespace, ack, name)
    assert socketio.unpack_binary(args, attachments) == [value]


@fuzz
@given(HOSTILE)
def test_t35_codecs_when_anything_comes_say_invalid_or_a_packet(frames: list[Frame]) -> None:
    for frame in frames:
        read(raw(frame)[1:])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: repr(row)[:40])
def test_t35_codecs_when_a_known_attack_comes_say_invalid_or_a_packet(row: Frame) -> None:
    read(raw(row)[1:])


def read(text: bytes) -> None:
    """As servers and the dialects do."""
    try:
        packet = socketio.parse(text)
        _, args = socketio.event(packet)
        socketio.unpack_binary(args, [b"x"] * packet.attachments)
    except Malformed:  # of which Invalid is the kind that ends connections
        pass
    for dialect in (ChatGroup("/").recovering, MewDialect("/")):
        assert isinstance(dialect.recognises(text), bool)
        decode(dialect.codec(), text)


def decode(codec: Codec, text: bytes) -> None:
    try:
        codec.decode(text)
    except Malformed as malformed:
        codec.refuse(None, malformed)
        codec.ends(None, malformed)
    except Refused as refused:
        raise AssertionError("a codec says Malformed") from refused


# -- sessions -----------------------------------------------------------------------------------------


@fuzz
@given(TALKS)
@example([f'451-["message",{"[" * 490}{"]" * 490}]', b"x"])
@example(['451-["message",{"_placeholder":true,"num":5}]', b"x"])
@example(["40/custom,", '451-/custom,["message"]', b"x", b"x"])
def test_t35_websocket_when_anything_comes_goes_on_or_ends(frames: list[Frame]) -> None:
    talk = bench(websocket=True)
    assert talk.socket is not None
    talk.frame(b"40")
    for frame in frames:
        talk.frame(raw(frame), is_binary=isinstance(frame, bytes))
        assert talk.engine.closed == (talk.socket.ended is not None)
    settle(talk)


@fuzz
@given(TALKS)
def test_t35_polling_when_anything_comes_goes_on_or_ends(frames: list[Frame]) -> None:
    talk = bench(websocket=False)
    talk.post(b"40")
    try:
        for frame in frames:
            talk.post(wrapped(frame))
        talk.post(*map(wrapped, frames))
    except BadRequest:
        assert talk.engine.closed
    settle(talk)


@pytest.mark.parametrize("first", [["40"], []], ids=["in", "out"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: repr(row)[:40])
def test_t35_session_when_a_known_attack_comes_goes_on_or_ends(
    row: Frame, first: list[str]
) -> None:
    wire, polling = bench(websocket=True), bench(websocket=False)
    for frame in (*first, row, b"x"):
        wire.frame(raw(frame), is_binary=isinstance(frame, bytes))
        with contextlib.suppress(BadRequest):
            polling.post(wrapped(frame))
    settle(wire)
    settle(polling)


@pytest.mark.parametrize("head", ['451-["message",', '42["message",', '42["message-with-ack",'])
def test_t35_session_when_nested_to_any_depth_goes_on_or_ends(head: str) -> None:
    for depth in range(1, 600):
        talk = bench(websocket=True)
        talk.frame(b"40")
        talk.frame(f"{head}{'[' * depth}{']' * depth}]".encode())
        if "-" in head[:4]:
            talk.frame(b"x", is_binary=True)
        settle(talk)


def settle(talk: Bench) -> None:
    """The client falls silent: nothing of it stays."""
    talk.timers.advance(60)
    assert talk.engine.closed
    assert talk.ended == [talk.engine]
    assert talk.timers.waiting == 0


def wrapped(frame: Frame) -> bytes:
    return b"b" + base64.b64encode(frame) if isinstance(frame, bytes) else raw(frame)


@fuzz
@given(TALKS)
def test_t35_transports_when_the_same_is_said_answer_the_same(frames: list[Frame]) -> None:
    """What waits for polls is what a WebSocket would have got."""
    wire, polling = bench(websocket=True), bench(websocket=False)
    assert wire.socket is not None
    frames = ["40", *(frame for frame in frames if b"\x1e" not in raw(frame)[:10_000])]
    frames = [f for f in frames if isinstance(f, bytes) or not f.startswith("b")]
    for frame in frames:
        wire.frame(raw(frame), is_binary=isinstance(frame, bytes))
    polled: list[bytes] = []
    for frame in frames:
        try:
            polling.post(wrapped(frame))
        except BadRequest:
            break
    if polling.engine.is_owed or not polling.engine.closed:
        polled = polling.poll()
    said = [packet for packet in polled if packet not in (b"1", b"6")]
    assert said == [as_packet(payload) for payload in wire.socket.written]


def as_packet(payload: bytes) -> bytes:
    return payload if payload[:1] == b"4" else b"b" + base64.b64encode(payload)


def test_t35_frames_of_the_fake_are_those_of_the_server() -> None:
    """Otherwise the comparison above would prove nothing."""
    talk = bench(websocket=True)
    talk.frame(b"40")
    talk.frame(b'451-["message",{"_placeholder":true,"num":0}]')
    talk.frame(b"\x00", is_binary=True)
    assert talk.socket is not None
    assert talk.socket.written[-1] == b"\x00"
    assert not [*messages(b"")]
