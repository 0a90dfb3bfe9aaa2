"""Socket.IO v5: packets. A client with its namespaces is wire/namespaces.py."""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import msgspec

from hubbub.model.errors import Disconnect, Malformed, Refused
from hubbub.wire.engineio import MESSAGE

CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR, BINARY_EVENT, BINARY_ACK = range(7)
RESERVED: Final = frozenset(
    ("connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener")
)

ATTACHMENTS: Final = 10
ACK_DIGITS: Final = 15  # exact in a JSON number
NAMESPACE_BYTES: Final = 100
DEPTH: Final = 100  # of JSON with attachments in it

_decode_args = msgspec.json.Decoder(list[msgspec.Raw]).decode
decode_json = msgspec.json.Decoder().decode
_decode_name = msgspec.json.Decoder(str).decode
encode_json = msgspec.json.Encoder().encode


class Invalid(Malformed):
    """Bytes that are no packet: the client's connection ends."""


def ends(refusal: Refused) -> Disconnect | None:
    """With what a refusal ends the connection, whichever dialect it speaks."""
    if isinstance(refusal, Invalid):
        return Disconnect(4000, refusal.message, reconnect=True)
    return None


class Packet(msgspec.Struct, frozen=True):
    """A packet without its attachments; `data` is JSON, empty where there was none."""

    type: int
    namespace: str
    id: int | None
    data: bytes
    attachments: int = 0


def parse(text: bytes) -> Packet:
    """`<type>[<attachments>-][<namespace>,][<ack id>][<JSON>]`. Raises `Invalid`."""
    kind = text[0] - 48 if text else -1
    if not CONNECT <= kind <= BINARY_ACK:
        raise Invalid("there is no such type of packet")
    at, attachments = 1, 0
    if kind >= BINARY_EVENT:
        at, attachments = _attachments(text)
    at, namespace = _namespace(text, at)
    end = at
    while end < len(text) and 48 <= text[end] <= 57:
        end += 1
    if end - at > ACK_DIGITS:
        raise Invalid(f"an ack id may have {ACK_DIGITS} digits")
    packet_id = int(text[at:end]) if end > at else None
    return Packet(kind, namespace, packet_id, text[end:], attachments)


def _attachments(text: bytes) -> tuple[int, int]:
    digits, dash, _ = text[1:8].partition(b"-")
    if not dash or not digits.isdigit() or not 1 <= int(digits) <= ATTACHMENTS:
        raise Invalid(f"a binary packet has 1 to {ATTACHMENTS} attachments")
    return 2 + len(digits), int(digits)


def _namespace(text: bytes, at: int) -> tuple[int, str]:
    if text[at : at + 1] != b"/":
        return at, "/"
    end = text.find(b",", at, at + NAMESPACE_BYTES)
    if end < 0:
        if len(text) - at > NAMESPACE_BYTES:
            raise Invalid(f"a namespace may have {NAMESPACE_BYTES} bytes")
        end = len(text)
    try:
        name = text[at:end].decode()
    except UnicodeDecodeError:
        raise Invalid("a namespace is UTF-8") from None
    return end + 1, name.partition("?")[0]


def arguments(packet: Packet) -> list[msgspec.Raw]:
    """The JSON array of an event or an ack, its elements not looked at. Raises `Invalid`."""
    try:
        return _decode_args(packet.data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise _unreadable(packet) from None


def event(packet: Packet) -> tuple[str, list[msgspec.Raw]]:
    """An event's name and its arguments. Raises `Invalid`."""
    args = arguments(packet)
    if not args:
        raise Invalid("an event has a name")
    try:
        name = _decode_name(args[0])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise _unreadable(packet) from None
    if name in RESERVED:
        raise Invalid(f"{name} is no event that a client may send")
    return name, args[1:]


def _unreadable(packet: Packet) -> Malformed:
    """Half an emoji, from a text that a client cut in the wrong place, is JSON, though no UTF-8 can say it: that
    is refused, and no more. All else ends the connection."""
    try:
        args = json.loads(packet.data, parse_constant=_no_number)
    except (ValueError, RecursionError):
        args = None
    if isinstance(args, list) and args and isinstance(args[0], str):
        return Malformed("A text ends in the middle of a character.", ref=packet.id)
    return Invalid("an event or an ack carries a JSON array that begins with a name")


def _no_number(name: str) -> None:
    raise ValueError(name)


@lru_cache(maxsize=64)
def _head(kind: int, namespace: str) -> bytes:
    """What stands before the id and the JSON of a packet."""
    return f"{kind}".encode() if namespace == "/" else f"{kind}{namespace},".encode()


def pack(kind: int, namespace: str, data: object = None, packet_id: int | None = None) -> bytes:
    """A packet without attachments, as the text of an Engine.IO message."""
    head = _head(kind, namespace)
    if packet_id is not None:
        head += b"%d" % packet_id
    return head if data is None else head + encode_json(data)


def message(kind: int, namespace: str, data: object = None, packet_id: int | None = None) -> bytes:
    """The same as an Engine.IO packet: what stands in one WebSocket frame."""
    return MESSAGE + pack(kind, namespace, data, packet_id)


# -- binary -------------------------------------------------------------------------------------------


class _Placeholder(msgspec.Struct, frozen=True, rename={"is_placeholder": "_placeholder"}):
    is_placeholder: bool
    num: int


def unpack_binary(args: Sequence[msgspec.Raw], attachments: Sequence[bytes]) -> list[object]:
    """Arguments with their placeholders replaced. Raises `Invalid` for one that names no attachment, and for
    what is nested too deeply."""
    try:
        return [_fill(decode_json(bytes(arg)), attachments) for arg in args]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Invalid("this is not JSON") from None


def _fill(value: object, attachments: Sequence[bytes], depth: int = DEPTH) -> object:
    if not depth:
        raise Invalid(f"JSON with attachments may be nested {DEPTH} deep")
    if isinstance(value, list):
        return [_fill(v, attachments, depth - 1) for v in value]
    if not isinstance(value, dict):
        return value
    if value.get("_placeholder") is not True:
        return {key: _fill(v, attachments, depth - 1) for key, v in value.items()}
    num = value.get("num")
    if type(num) is not int or not 0 <= num < len(attachments):
        raise Invalid("a placeholder names an attachment that is not there")
    return attachments[num]


def pack_binary(
    kind: int, namespace: str, data: object, packet_id: int | None = None
) -> tuple[bytes, list[bytes]]:
    """A packet whose data may hold bytes: its text, and its attachments."""
    found: list[bytes] = []
    data = _empty(data, found)
    if not found:
        return pack(kind, namespace, data, packet_id), found
    kind = BINARY_EVENT if kind == EVENT else BINARY_ACK
    packed = pack(kind, namespace, data, packet_id)
    return packed[:1] + b"%d-" % len(found) + packed[1:], found


def _empty(value: object, found: list[bytes]) -> object:
    if isinstance(value, bytes):
        found.append(value)
        return _Placeholder(is_placeholder=True, num=len(found) - 1)
    if isinstance(value, list | tuple):
        return [_empty(v, found) for v in value]
    if isinstance(value, dict):
        return {key: _empty(v, found) for key, v in value.items()}
    return value
