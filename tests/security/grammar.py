"""T35: Engine.IO and Socket.IO packets, valid ones and what an attacker makes of them."""

import json
import re
from collections.abc import Callable
from typing import Any, Final

from hypothesis import strategies as st

from hubbub.wire import socketio

Frame = str | bytes  # of a WebSocket: text or binary

# -- valid --------------------------------------------------------------------------------------------

_scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
_keys = st.text().filter(lambda key: key != "_placeholder")


def _nested(leaves: "st.SearchStrategy[Any]") -> "st.SearchStrategy[Any]":
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=3),
        max_leaves=8,
    )


VALUES: Final = _nested(_scalars)
BINARIES: Final = _nested(_scalars | st.binary(max_size=8)).filter(lambda v: _count(v) <= 8)
NAMESPACES: Final = st.one_of(
    st.just("/"),
    st.just("/custom"),
    st.text(st.characters(codec="utf-8", exclude_characters=",?"), max_size=20).map(
        lambda text: "/" + text
    ),
)
IDS: Final = st.none() | st.integers(0, 10**socketio.ACK_DIGITS - 1)
NAMES: Final = st.one_of(
    st.sampled_from(
        (
            "message",
            "message-with-ack",
            "send_message",
            "message/create",
            "authenticate",
            "__proto__",
        )
    ),
    st.text().filter(lambda name: name not in socketio.RESERVED),
)


def _count(value: object) -> int:
    if isinstance(value, bytes):
        return 1
    if isinstance(value, dict):
        return sum(map(_count, value.values()))
    return sum(map(_count, value)) if isinstance(value, list) else 0


@st.composite
def _connects(draw: st.DrawFn) -> list[Frame]:
    auth = draw(st.none() | st.dictionaries(st.text(), VALUES, max_size=2))
    return ["4" + socketio.pack(socketio.CONNECT, draw(NAMESPACES), auth).decode()]


@st.composite
def _leaves(draw: st.DrawFn) -> list[Frame]:
    return ["4" + socketio.pack(socketio.DISCONNECT, draw(NAMESPACES)).decode()]


@st.composite
def _events(draw: st.DrawFn) -> list[Frame]:
    kind = draw(st.sampled_from((socketio.EVENT, socketio.ACK)))
    name = [draw(NAMES)] if kind == socketio.EVENT else []
    data = name + draw(st.lists(BINARIES, max_size=2).filter(lambda v: _count(v) <= 10))
    text, attachments = socketio.pack_binary(kind, draw(NAMESPACES), data, draw(IDS))
    return ["4" + text.decode(), *attachments]


VALID: "Final[st.SearchStrategy[list[Frame]]]" = st.one_of(
    _connects(), _leaves(), _events(), st.just(["40"]), st.just(["3"])
)

# -- hostile ------------------------------------------------------------------------------------------

HOLDER: Final = '{"_placeholder":true,"num":%s}'
DEEP: Final = 30_000
ROWS: Final[tuple[Frame, ...]] = (
    '4599999-["x"]',
    '45999999999999999999-["x"]',
    '450-["x"]',
    '45-1-["x"]',
    '45["x"]',
    '4511-["x"]',
    *(f'451-["message",{HOLDER % num}]' for num in ("1", "-1", "1e99", "0.5", '"0"', "null", "{}")),
    f'451-["message",{",".join([HOLDER % 0] * 1_000)}]',
    '451-["message",{"_placeholder":true}]',
    f'42["message",{HOLDER % 0}]',
    '452-["message"]',
    f"42{10**30}[\"message-with-ack\"]",
    f'42{"9" * 5_000}["x"]',
    f'42["message",{10**30},-{10**30},{"9" * 4_000},{"9" * 5_000}]',
    f"40/{'n' * 10_240},",
    f"42/{'n' * 10_240}[]",
    "40/\x00\x1f😀,",
    "40/__proto__,",
    "40/constructor",
    "42{}",
    "42[]",
    "42[1]",
    "42[[]]",
    "42null",
    "42",
    '42["__proto__",{"__proto__":{"x":1}}]',
    *(f'42["{name}"]' for name in sorted(socketio.RESERVED)),
    '42["message",NaN,Infinity,-Infinity]',
    '42["message",1e999]',
    '42["message","\\ud800"]',
    '42["\\udfff\\ud800"]',
    '42["\udcff"]',  # bytes that are no UTF-8
    '42["message","\udcff"]',
    '451-["message","\udcff"]',
    '40{"a":"\udcff"}',
    "40/\udcff,",
    "4\udcff",
    "\udcff",
    '42["message","\\u0000\\u001e"]',
    f'42["message",{"[" * DEEP}',
    f'42["message",{"[" * 490}{"]" * 490}]',
    f'42["message",{"[" * DEEP}{"]" * DEEP}]',
    f'451-["message",{"[" * 490}{HOLDER % 0}{"]" * 490}]',
    f'40{{"a":{"[" * 490}{"]" * 490}}}',
    f'40{{"a":{"[" * DEEP}{"]" * DEEP}}}',
    '42' + '{"a":' * 10_000,
    '40{"token":1,"pid":[],"offset":{},"recovery":"x"}',
    '40{"token":"x","pid":"__proto__","offset":"-1"}',
    '40[]',
    '40"x"',
    '44{"message":"x"}',
    '43',
    '43{}',
    '431[]',
    '463-1[]',
    "41",
    "41/custom,",
    "4",
    "47",
    "4-1",
    "0",
    "0{}",
    "1",
    "2",
    "2probe",
    "3",
    "3probe",
    "5",
    "6",
    "7",
    "8",
    "9",
    "b",
    "b####",
    "bAAA",
    "",
    "\x1e",
    "4\x1e4",
    "\x1e" * 5_000,
    "\x00",
    b"",
    b"attachment",
    b"\xff" * 300,
)  # fmt: skip

_DIGITS: Final = st.sampled_from(
    ("", "0", "1", "-1", "00", "11", "99999", "9" * 15, "9" * 16, "9" * 31)
)
_PIECES: Final = st.sampled_from(
    ("[", "]", "{", "}", '"', ",", "/", "-", "?", "\\", "\x1e", "\x00", "😀", "NaN", "\udcff", '"_placeholder":true,')
)  # fmt: skip
Mutator = Callable[[st.DrawFn, str], str]


def _cut(draw: st.DrawFn, text: str) -> str:
    return text[: draw(st.integers(0, len(text)))]


def _insert(draw: st.DrawFn, text: str) -> str:
    at = draw(st.integers(0, len(text)))
    return text[:at] + draw(_PIECES) * draw(st.sampled_from((1, 2, 50))) + text[at:]


def _other_digits(draw: st.DrawFn, text: str) -> str:
    runs = [*re.finditer(r"\d+", text)]
    if not runs:
        return text + draw(_DIGITS)
    run = draw(st.sampled_from(runs))
    return text[: run.start()] + draw(_DIGITS) + text[run.end() :]


def _other_type(draw: st.DrawFn, text: str) -> str:
    return text[:1] + str(draw(st.integers(0, 9))) + text[2:]


def _escape(_: st.DrawFn, text: str) -> str:
    return text.replace('"', '"\\ud800', 1)


MUTATORS: Final[tuple[Mutator, ...]] = (_cut, _insert, _other_digits, _other_type, _escape)


@st.composite
def _mutated(draw: st.DrawFn) -> list[Frame]:
    frames: list[Frame] = draw(VALID)
    at = draw(st.integers(0, len(frames) - 1))
    frame = frames[at]
    if isinstance(frame, bytes):
        return list(draw(st.permutations(frames)))
    for mutator in draw(st.lists(st.sampled_from(MUTATORS), min_size=1, max_size=3)):
        frame = mutator(draw, frame)
    return [*frames[:at], frame, *frames[at + 1 :]]


HOSTILE: Final = st.one_of(
    st.sampled_from(ROWS).map(lambda row: [row]), _mutated(), st.text().map(lambda t: ["4" + t])
)
TALKS: Final = st.lists(st.one_of(VALID, HOSTILE), min_size=1, max_size=6).map(
    lambda groups: [frame for group in groups for frame in group]
)


def raw(frame: Frame) -> bytes:
    """As it is on the wire; text may hold what is no Unicode."""
    return frame if isinstance(frame, bytes) else frame.encode("utf-8", "surrogatepass")


def as_json(value: object) -> str:
    """How another implementation would write it."""
    return json.dumps(value, ensure_ascii=False)
