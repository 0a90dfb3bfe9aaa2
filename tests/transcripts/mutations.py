"""Frames that are nearly right: those of transcripts, with one thing wrong."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from hypothesis import strategies as st

Path = tuple[Any, ...]  # keys of objects and indexes of lists

# JSON as it stands in the frame, or what only looks like it. Each goes to every place of every command.
FRAGMENTS: Final[Sequence[bytes]] = (
    b"null",
    b"true",
    b"0",
    b"-1",
    b"1.5",
    b"1e400",
    b"-1e400",
    b"NaN",
    b"Infinity",
    b"-Infinity",
    b"9007199254740993",
    b"18446744073709551616",
    b"-9223372036854775809",
    b"1" + b"0" * 400,
    b"1" + b"0" * 10_000,  # past the 4,300 digits that CPython converts
    b'""',
    b'" "',
    b'"@me"',
    b'"007"',
    b'"-1"',
    b'"9007199254740993"',
    '"１２３"'.encode(),  # digits, but not ours
    '"😀\u202e\u200b"'.encode(),
    b'"\\u0000"',
    b'"\\ud800"',
    b'"\\udc00\\ud800"',
    b'"\xff\xfe"',
    b'"' + b"x" * 6_000 + b'"',
    b"[]",
    b"{}",
    b'[{"$gt": ""}]',
    b'{"$ne": null}',
    b'{"__proto__": {"admin": true}, "constructor": {}}',
    b"[" * 100_000 + b"]" * 100_000,
    b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    b"[" * 100_000,
    b"",
    b'"',
    b"'x'",
    b"undefined",
)
_KEYS: Final = (
    "__proto__",
    "constructor",
    "type",
    "data",
    "ref",
    "d",
    "op",
    "",
    "\u0000",
    "toString",
)
_MARK: Final = "\u0001here\u0001"


def _paths(value: object, at: Path = ()) -> list[Path]:
    """Every place in a JSON value."""
    inner: list[Path] = []
    if isinstance(value, dict):
        inner = [p for key, item in value.items() for p in _paths(item, (*at, key))]
    elif isinstance(value, list):
        inner = [p for n, item in enumerate(value) for p in _paths(item, (*at, n))]
    return [at, *inner]


def _put(value: Any, path: Path, new: object) -> Any:
    """A copy with something else in one place."""
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = _put(copy[path[0]], path[1:], new)
    return copy


def _without(value: Any, path: Path) -> Any:
    if len(path) == 1:
        copy = value.copy()
        del copy[path[0]]
        return copy
    return _put(value, path[:1], _without(value[path[0]], path[1:]))


def _text(value: object, fragment: bytes) -> bytes:
    return json.dumps(value).encode().replace(json.dumps(_MARK).encode(), fragment)


def _replaced(draw: Callable[..., Any], frame: Any, fragment: bytes) -> bytes:
    return _text(_put(frame, draw(st.sampled_from(_paths(frame))), _MARK), fragment)


def _lacking(draw: Callable[..., Any], frame: Any, _: bytes) -> bytes:
    return _text(_without(frame, draw(st.sampled_from(_paths(frame)[1:]))), b"")


def _with_more(draw: Callable[..., Any], frame: Any, fragment: bytes) -> bytes:
    """One key more, at the top or in the data; where it is there already, it stands there twice."""
    key = draw(st.sampled_from([*_KEYS, *frame]))
    text = json.dumps(frame)
    places = [n + 1 for n, c in enumerate(text) if c in "{["]
    at = draw(st.sampled_from(places))
    rest = text[at:].lstrip()
    comma = "" if rest.startswith("}") else ","
    return f"{text[:at]}{json.dumps(key)}:".encode() + fragment + f"{comma}{rest}".encode()


def _cut(draw: Callable[..., Any], frame: Any, _: bytes) -> bytes:
    text = json.dumps(frame).encode()
    return text[: draw(st.integers(0, len(text) - 1))]


def _wrapped(draw: Callable[..., Any], frame: Any, _: bytes) -> bytes:
    text = json.dumps(frame).encode()
    before: bytes = draw(st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\0", b" \r\n"]))
    after: bytes = draw(st.sampled_from([b"", b"\0", b"{}", b"\xff", b" \n", text]))
    return before + text + after


def _kind(frame: Any) -> str:
    return str(frame[0] if isinstance(frame, list) else frame.get("type"))


def every_wrong_value(samples: Sequence[str]) -> Iterator[bytes]:
    """Every fragment in every place of one frame of each shape."""
    shapes = {(str(_paths(f)), _kind(f)): f for f in map(json.loads, samples)}
    for frame in shapes.values():
        for path in _paths(frame):
            whole = _put(frame, path, _MARK)
            yield from (_text(whole, fragment) for fragment in FRAGMENTS)


@st.composite
def broken_frames(draw: Callable[..., Any], samples: Sequence[str]) -> bytes:
    """A valid frame with one thing wrong: a place, a key too many or too few, an end, a frame around it."""
    frame = json.loads(draw(st.sampled_from(samples)))
    how = draw(st.sampled_from([_replaced, _replaced, _with_more, _lacking, _cut, _wrapped]))
    broken: bytes = how(draw, frame, draw(st.sampled_from(FRAGMENTS)))
    return broken
