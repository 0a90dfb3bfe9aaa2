"""T31, T33 and T34 in every dialect: what is too large, too much or nonsense is refused or closed, and nobody else
notices. A dialect without a row in support/wires.py fails here."""

import contextlib
import json
import random
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from hubbub.surfaces import DIALECTS
from support.raw import BINARY, CLOSE, CONTINUATION, PING, PONG, SECONDS, TEXT, declared, frame
from support.rest import Person, sign_up
from support.rubbish import FOREIGN, LIMIT, RUBBISH, require_no_bug, require_nothing_inside
from support.server import RunningServer
from support.wires import WIRES, Talk
from transcripts.mutations import every_wrong_value
from transcripts.playbook import parse

FLOOD: Final = 64 * 1024 * 1024  # bytes that nobody takes from a client who reads nothing
TRANSCRIPTS: Final = Path(__file__).parents[1] / "transcripts"


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    assert found in WIRES, f"{found} has no row in support/wires.py"
    return found


@pytest.fixture
def talk(target: RunningServer, dialect: str) -> Iterator[Talk]:
    """Signed in."""
    with Talk(target, dialect, sign_up(target.url)) as opened:
        opened.sign_in()
        assert opened.closed is None
        yield opened


def close_code(talk: Talk) -> int:
    """Of the close that comes next; what was said before it is passed over."""
    while True:
        opcode, payload = talk.raw.next()
        if opcode == CLOSE:
            return int.from_bytes(payload[:2], "big")


# -- T31: too large -------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [LIMIT + 1, 2**32, 2**63 - 1])
def test_t31_frame_declared_too_large_is_closed_before_its_payload(talk: Talk, size: int) -> None:
    talk.raw.send(declared(size))
    assert close_code(talk) == 1009


def test_t31_frame_too_large_is_closed(talk: Talk) -> None:
    talk.say(b" " * (LIMIT + 1))
    assert close_code(talk) == 1009


def test_t31_binary_frame_too_large_is_closed(talk: Talk) -> None:
    talk.say(b" " * (LIMIT + 1), BINARY)
    assert close_code(talk) == 1009


def test_t31_fragments_that_add_up_to_too_much_are_closed(talk: Talk) -> None:
    talk.raw.send(frame(TEXT, b" " * LIMIT, fin=False))
    talk.raw.send_until_closed(frame(CONTINUATION, b"  "))
    assert close_code(talk) == 1009


# -- T33: too many --------------------------------------------------------------------------------------


@pytest.mark.parametrize("piece", [b" ", b""])
def test_t33_fragments_without_end_are_closed(talk: Talk, piece: bytes) -> None:
    talk.raw.send(frame(TEXT, piece, fin=False))
    talk.raw.send_until_closed(frame(CONTINUATION, piece, fin=False) * 100_000)
    assert close_code(talk) == 1009


def test_t33_frame_in_fragments_with_a_ping_between_is_read(talk: Talk) -> None:
    first, *rest = talk.wire.beat.encode()
    talk.raw.send(frame(TEXT, bytes([first]), fin=False))
    for byte in rest[:-1]:
        talk.raw.send(frame(CONTINUATION, bytes([byte]), fin=False))
    talk.raw.send(frame(PING, b"now") + frame(CONTINUATION, bytes(rest[-1:])))
    assert talk.raw.next() == (PONG, b"now")
    assert talk.raw.next()[1].startswith(talk.wire.beaten.encode())


def test_t33_flood_of_a_client_that_reads_nothing_is_not_read(talk: Talk) -> None:
    """It blocks, or is cut off; `target` looks at the memory and at the others."""
    talk.raw.socket.settimeout(1)
    frames = frame(TEXT, talk.wire.beat.encode()) * 1_000
    sent, deadline = 0, time.monotonic() + SECONDS
    with contextlib.suppress(OSError):
        while sent < FLOOD and time.monotonic() < deadline:
            sent += talk.raw.socket.send(frames)
    assert sent < FLOOD


def test_t33_flood_of_a_client_that_reads_is_answered_whole(talk: Talk) -> None:
    for _ in range(20):
        talk.raw.send(frame(TEXT, talk.wire.beat.encode()) * 50)
        for _ in range(50):
            assert talk.raw.next()[1].startswith(talk.wire.beaten.encode())


# -- T34: nonsense --------------------------------------------------------------------------------------


@pytest.mark.parametrize("opcode", [TEXT, BINARY])
@pytest.mark.parametrize("signed_in", [False, True])
def test_t34_rubbish_is_refused_or_closed_and_shows_nothing(
    target: RunningServer, dialect: str, opcode: int, *, signed_in: bool
) -> None:
    person, said = sign_up(target.url), len(target.output())
    for rubbish in (*RUBBISH, *FOREIGN, *_wrapped(dialect)):
        if opcode == TEXT and not _is_text(rubbish):
            continue  # the frame itself is wrong: test_malformed.py
        with Talk(target, dialect, person) as talk:
            if signed_in:
                talk.sign_in()
            talk.say(rubbish, opcode)
            heard = talk.beats() if signed_in else talk.sign_in()
            require_nothing_inside(heard)
            assert talk.closed != 1011, rubbish
    require_no_bug(target.output()[said:])


def _wrapped(dialect: str) -> list[bytes]:
    event = WIRES[dialect].event.encode()
    return [] if event == b"%s" else [event.replace(b"%s", rubbish) for rubbish in RUBBISH]


def _is_text(payload: bytes) -> bool:
    try:
        payload.decode()
    except UnicodeDecodeError:
        return False
    return True


def test_t34_twenty_frames_of_rubbish_end_a_connection(target: RunningServer, dialect: str) -> None:
    with Talk(target, dialect, sign_up(target.url)) as talk:
        talk.sign_in()
        for _ in range(20):
            talk.say(talk.wire.event.replace("%s", "{"))
        assert close_code(talk) in (1002, 1003, 1007, 1008, 4000, 1000)


def _samples(dialect: str, person: Person, channel: str) -> list[str]:
    """What clients of its transcripts send, to a channel that is there."""
    steps = [s for p in sorted((TRANSCRIPTS / dialect).glob("*.transcript")) for s in parse(p)]
    texts = [s.text for s in steps if s.verb == ">" and ".token" not in s.text]
    found = {_filled(text, person, channel) for text in texts}
    frames = [json.loads(text) for text in sorted(found)]
    events = [f.get("event", f) if isinstance(f, dict) else f for f in frames]
    return sorted({json.dumps(event) for event in events})


def _filled(text: str, person: Person, channel: str) -> str:
    text = re.sub(r"\$[a-z_][\w/]*\.id", person.id, text)
    text = re.sub(r"\$[a-z_][\w/]*\.hex", f"{int(channel):024x}", text)
    return re.sub(r"\$[a-z_][\w/.]*", channel, text)


def test_t34_commands_with_any_wrong_value_are_answered_and_show_nothing(
    target: RunningServer, dialect: str
) -> None:
    """Over the wire, so that what the codec lets through reaches services and the database."""
    person, said = sign_up(target.url), len(target.output())
    channel = person.group()
    wrong = [w for w in every_wrong_value(_samples(dialect, person, channel)) if len(w) < 7_000]
    frames = random.Random(7).sample(wrong, 600)
    event = WIRES[dialect].event.encode()
    while frames:
        with Talk(target, dialect, person) as talk:
            talk.sign_in()
            while frames and talk.closed is None:
                batch = [frames.pop() for _ in range(min(10, len(frames)))]
                for payload in batch:
                    talk.say(event.replace(b"%s", payload), BINARY if event == b"%s" else TEXT)
                require_nothing_inside(talk.beats())
                assert talk.closed != 1011, batch
    require_no_bug(target.output()[said:])
