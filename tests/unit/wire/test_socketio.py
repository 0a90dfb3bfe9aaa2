"""Packets of Socket.IO v5."""

import json
import sys

import msgspec
import pytest

from hubbub.model.errors import Malformed
from hubbub.wire import fields, socketio
from hubbub.wire.socketio import (
    ACK,
    ACK_DIGITS,
    ATTACHMENTS,
    BINARY_ACK,
    BINARY_EVENT,
    CONNECT,
    DEPTH,
    DISCONNECT,
    EVENT,
    NAMESPACE_BYTES,
    Invalid,
    Packet,
    parse,
)


@pytest.mark.parametrize(
    ("text", "packet"),
    [
        (b"0", Packet(CONNECT, "/", None, b"")),
        (b'0{"token":1}', Packet(CONNECT, "/", None, b'{"token":1}')),
        (b"0/admin", Packet(CONNECT, "/admin", None, b"")),
        (b"0/admin,", Packet(CONNECT, "/admin", None, b"")),
        (b"0/admin?a=1,{}", Packet(CONNECT, "/admin", None, b"{}")),
        (b"1/admin,", Packet(DISCONNECT, "/admin", None, b"")),
        (b'2["a"]', Packet(EVENT, "/", None, b'["a"]')),
        (b'2/,["a"]', Packet(EVENT, "/", None, b'["a"]')),
        (b'20["a",1]', Packet(EVENT, "/", 0, b'["a",1]')),
        (b'2/admin,12["a","/x,1"]', Packet(EVENT, "/admin", 12, b'["a","/x,1"]')),
        (b"3/admin,456[]", Packet(ACK, "/admin", 456, b"[]")),
        (b'51-["a"]', Packet(BINARY_EVENT, "/", None, b'["a"]', 1)),
        (b'510-/admin,7["a"]', Packet(BINARY_EVENT, "/admin", 7, b'["a"]', 10)),
        (b"62-789[]", Packet(BINARY_ACK, "/", 789, b"[]", 2)),
        ("2/房间,1[]".encode(), Packet(EVENT, "/房间", 1, b"[]")),
    ],
)
def test_parse_when_valid_finds_the_parts(text: bytes, packet: Packet) -> None:
    assert parse(text) == packet


@pytest.mark.parametrize("text", [b"", b"7", b"9[]", b"-1", b"a", b"/", b" 2[]", b"\xff", b"\x00"])
def test_parse_when_there_is_no_such_type_is_refused(text: bytes) -> None:
    with pytest.raises(Invalid):
        parse(text)


@pytest.mark.parametrize(
    "count", [b"", b"-", b"0-", b"11-", b"-1-", b"1", b"x-", b"999999-", b"1" * 30 + b"-", b" 1-"]
)
@pytest.mark.parametrize("kind", [b"5", b"6"])
def test_parse_when_the_count_of_attachments_is_wrong_is_refused(kind: bytes, count: bytes) -> None:
    with pytest.raises(Invalid):
        parse(kind + count + b'["a"]')


def test_parse_when_as_many_attachments_as_allowed_are_announced_takes_them() -> None:
    assert parse(b"5%d-[]" % ATTACHMENTS).attachments == ATTACHMENTS


def test_parse_when_the_ack_id_is_as_long_as_allowed_takes_it() -> None:
    assert parse(b"2" + b"9" * ACK_DIGITS + b"[]").id == 10**ACK_DIGITS - 1


@pytest.mark.parametrize("digits", [ACK_DIGITS + 1, 31, 60_000])
def test_parse_when_the_ack_id_is_longer_is_refused(digits: int) -> None:
    with pytest.raises(Invalid):
        parse(b"2" + b"1" * digits + b"[]")


@pytest.mark.parametrize("rest", [b"", b",", b",1[]"])
def test_parse_when_the_namespace_is_as_long_as_allowed_takes_it(rest: bytes) -> None:
    name = b"/" + b"x" * (NAMESPACE_BYTES - 2)
    assert parse(b"2" + name + rest).namespace == name.decode()


@pytest.mark.parametrize("size", [NAMESPACE_BYTES + 1, 10_240])
@pytest.mark.parametrize("rest", [b"", b",", b",1[]"])
def test_parse_when_the_namespace_is_longer_is_refused(size: int, rest: bytes) -> None:
    with pytest.raises(Invalid):
        parse(b"2/" + b"x" * (size - 1) + rest)


def test_parse_when_the_namespace_is_no_utf8_is_refused() -> None:
    with pytest.raises(Invalid):
        parse(b"2/\xff,[]")


@pytest.mark.parametrize(
    "data", [b"", b"{}", b'"a"', b"[", b'["a"]x', b"1.5", b"nullish", b"[NaN]"]
)
def test_arguments_when_they_are_no_array_are_refused(data: bytes) -> None:
    with pytest.raises(Invalid):
        socketio.arguments(Packet(EVENT, "/", None, data))


@pytest.mark.parametrize(
    "data",
    [b"[]", b"[1]", b"[null]", b'[["a"]]', b'["\xff"]', b'["a", NaN]', b'["a", "\\ud83d"'],
)
def test_event_when_it_has_no_name_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid):
        socketio.event(Packet(EVENT, "/", None, data))


@pytest.mark.parametrize("data", [b'["\\ud800"]', b'["a", "\\ud83d"]', b'["a", {"\\udc00": 1}]'])
def test_event_with_half_a_character_is_refused_and_no_more(data: bytes) -> None:
    def read() -> None:
        _, args = socketio.event(Packet(EVENT, "/", 7, data))
        fields.decode(msgspec.json.Decoder(), args[0], 7)

    with pytest.raises(Malformed) as refused:
        read()
    assert not isinstance(refused.value, Invalid)
    assert refused.value.ref == 7


@pytest.mark.parametrize("name", sorted(socketio.RESERVED))
def test_event_when_its_name_is_reserved_is_refused(name: str) -> None:
    with pytest.raises(Invalid):
        socketio.event(Packet(EVENT, "/", None, json.dumps([name]).encode()))


def test_event_when_valid_gives_its_arguments_unread() -> None:
    name, args = socketio.event(Packet(EVENT, "/", None, b'["__proto__", 1, {"a":  [2]}]'))
    assert (name, [bytes(arg) for arg in args]) == ("__proto__", [b"1", b'{"a":  [2]}'])


# -- binary -------------------------------------------------------------------------------------------


def holder(num: object) -> dict[str, object]:
    return {"_placeholder": True, "num": num}


def unpack(value: object, *attachments: bytes) -> list[object]:
    return socketio.unpack_binary([msgspec.Raw(json.dumps(value).encode())], attachments)


def test_binary_when_packed_and_unpacked_is_the_same() -> None:
    data = ("name", [b"one", {"deep": [b"", "text", None]}], b"two")
    text, attachments = socketio.pack_binary(EVENT, "/admin", data, 7)
    packet = parse(text)
    assert (packet.type, packet.namespace, packet.id) == (BINARY_EVENT, "/admin", 7)
    assert packet.attachments == len(attachments) == 3
    _, args = socketio.event(packet)
    assert socketio.unpack_binary(args, attachments) == [*data[1:]]


def test_binary_when_there_is_none_is_a_plain_packet() -> None:
    assert socketio.pack_binary(ACK, "/", [1, {"a": None}], 3) == (b"3" + b'3[1,{"a":null}]', [])


def test_binary_when_one_attachment_stands_twice_is_there_twice() -> None:
    assert unpack([holder(0), holder(0)], b"x") == [[b"x", b"x"]]


@pytest.mark.parametrize("num", [1, -1, 2**70, 0.0, 0.5, False, True, "0", None, [0]])
def test_binary_when_a_placeholder_names_nothing_is_refused(num: object) -> None:
    with pytest.raises(Invalid):
        unpack({"a": [holder(num)]}, b"x")


def test_binary_when_a_placeholder_has_no_number_is_refused() -> None:
    with pytest.raises(Invalid):
        unpack({"_placeholder": True}, b"x")


@pytest.mark.parametrize("mark", [False, 1, "true", None])
def test_binary_when_a_placeholder_is_only_similar_is_data(mark: object) -> None:
    similar = {"_placeholder": mark, "num": 0}
    assert unpack(similar, b"x") == [similar]


def test_binary_when_nested_as_deep_as_allowed_is_taken() -> None:
    assert unpack_text(b"[" * DEPTH + b"]" * DEPTH)


@pytest.mark.parametrize("depth", [DEPTH + 1, 500, 100_000])
def test_binary_when_nested_deeper_is_refused(depth: int) -> None:
    for text in (b"[" * depth + b"]" * depth, b'{"a":' * depth + b"1" + b"}" * depth):
        with pytest.raises(Invalid):
            unpack_text(text)


@pytest.mark.parametrize("frames", [0, 1, 2, 3])
def test_binary_when_unpacked_can_be_packed_at_any_depth_of_the_stack(frames: int) -> None:
    """What can just be read must not be what can just not be written."""
    for depth in range(1, sys.getrecursionlimit() // 2):
        echo(b"[" * depth + b"]" * depth, frames)


def echo(text: bytes, frames: int) -> None:
    if frames:
        echo(text, frames - 1)
        return
    try:
        found = unpack_text(text)
    except Invalid:
        return
    socketio.pack_binary(EVENT, "/", ("name", *found))


def unpack_text(text: bytes) -> list[object]:
    return socketio.unpack_binary([msgspec.Raw(text)], ())
