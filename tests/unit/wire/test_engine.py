"""An Engine.IO session, with its time and its sockets in hand."""

import json

import pytest

from fakes.engine import OPTIONS, Bench, say
from hubbub.wire.engine import BACKLOG_BYTES
from hubbub.wire.engineio import (
    BAD_REQUEST,
    UNKNOWN_SID,
    BadRequest,
    binary_message,
)

# -- answers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("websocket", "upgrades"), [(False, ["websocket"]), (True, [])])
def test_opening_says_what_holds(*, websocket: bool, upgrades: list[str]) -> None:
    opening = Bench(websocket=websocket).opening
    assert opening[:1] == b"0"
    assert json.loads(opening[1:]) == {
        "sid": "sid",
        "upgrades": upgrades,
        "pingInterval": 25_000,
        "pingTimeout": 20_000,
        "maxPayload": 1000,
    }


def test_poll_when_something_waits_is_answered_at_once_with_all_of_it() -> None:
    bench = Bench()
    say(bench, b"one", b"two")
    bench.engine.write(binary_message(b"\x00"))
    assert bench.poll() == [b"4one", b"4two", b"bAA=="]


def test_poll_when_it_hangs_gets_all_that_one_turn_said() -> None:
    bench = Bench()
    answer = bench.poll()
    say(bench, b"one", b"two")
    assert not answer, "the turn is not over"
    bench.timers.turn()
    assert answer == [b"4one", b"4two"]


def test_poll_when_answered_leaves_the_next_words_to_the_next_poll() -> None:
    bench = Bench()
    answer = bench.poll()
    say(bench, b"one")
    bench.timers.turn()
    say(bench, b"two")
    bench.timers.turn()
    assert answer == [b"4one"]
    assert bench.poll() == [b"4two"]


def test_poll_when_another_hangs_ends_the_session() -> None:
    bench = Bench()
    first = bench.poll()
    with pytest.raises(BadRequest) as refused:
        bench.poll()
    assert refused.value.code == BAD_REQUEST
    assert first == [b"1"]
    assert bench.upper.ended == [False]
    assert bench.ended == [bench.engine]


def test_poll_when_given_up_ends_the_session() -> None:
    bench = Bench()
    answers: list[bytes] = []
    poll = answers.append
    bench.engine.poll(poll)
    bench.engine.cancel(poll)
    assert not answers
    assert bench.upper.ended == [False]


def test_poll_when_given_up_after_its_answer_changes_nothing() -> None:
    bench = Bench()
    answers: list[bytes] = []
    poll = answers.append
    bench.engine.poll(poll)
    say(bench, b"one")
    bench.timers.turn()
    bench.engine.cancel(poll)
    assert answers == [b"4one"]
    assert not bench.engine.closed


# -- backlog ------------------------------------------------------------------------------------------


def test_backlog_when_past_its_bound_pauses_what_is_above_until_it_is_taken() -> None:
    bench = Bench()
    say(bench, b"x" * (BACKLOG_BYTES - 100))
    assert not bench.upper.is_paused
    say(bench, b"x" * 100)
    assert bench.upper.is_paused
    assert bench.engine.buffered() > BACKLOG_BYTES
    assert len(bench.poll()) == 2
    bench.timers.turn()
    assert not bench.upper.is_paused
    assert bench.engine.buffered() == 0


def test_backlog_when_full_and_the_session_ends_resumes_nothing() -> None:
    bench = Bench()
    say(bench, b"x" * (BACKLOG_BYTES + 1))
    bench.engine.close(clean=False)
    assert len(bench.poll()) == 2
    bench.timers.turn()
    assert bench.upper.is_paused


def test_write_when_the_session_has_ended_is_dropped() -> None:
    bench = Bench()
    bench.engine.close(clean=False)
    say(bench, b"late")
    assert bench.engine.buffered() == 0


# -- packets ------------------------------------------------------------------------------------------


def test_post_when_packets_are_mixed_hands_them_on_in_order() -> None:
    bench = Bench()
    bench.post(b"4one", b"bAA==", b"4", b"6", b"5", b"4two")
    assert bench.upper.came == [b"text one", b"binary \x00", b"text ", b"text two"]


@pytest.mark.parametrize(
    "packet", [b"", b"0", b"2", b"2probe", b"3probe", b"7", b"8", b"9", b"x", b"b!", b"\xff"]
)
def test_post_when_a_packet_is_invalid_ends_the_session(packet: bytes) -> None:
    bench = Bench()
    answer = bench.poll()
    with pytest.raises(BadRequest) as refused:
        bench.post(packet)
    assert refused.value.code == BAD_REQUEST
    assert answer == [b"1"]
    assert bench.upper.ended == [False]


def test_post_when_a_packet_ends_the_session_leaves_the_rest() -> None:
    bench = Bench()
    bench.post(b"4one", b"1", b"4two")
    assert bench.upper.came == [b"text one"]
    assert bench.upper.ended == [True]


def test_post_when_the_session_has_ended_is_refused() -> None:
    bench = Bench()
    bench.engine.close(clean=False)
    with pytest.raises(BadRequest) as refused:
        bench.post(b"4one")
    assert refused.value.code == UNKNOWN_SID


@pytest.mark.parametrize("packet", [b"", b"0", b"2", b"7", b"x", b"\xff"])
def test_frame_when_it_is_no_packet_ends_the_session(packet: bytes) -> None:
    bench = Bench(websocket=True)
    bench.frame(packet)
    assert bench.upper.ended == [False]
    assert bench.socket is not None
    assert bench.socket.ended is not None


def test_frame_when_text_and_binary_are_mixed_hands_them_on_in_order() -> None:
    bench = Bench(websocket=True)
    bench.frame(b"4one")
    bench.frame(b"4x", is_binary=True)
    assert bench.upper.came == [b"text one", b"binary 4x"]


# -- heartbeat ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("websocket", [False, True])
def test_heartbeat_when_answered_goes_on_for_ever(*, websocket: bool) -> None:
    bench = Bench(websocket=websocket)
    for _ in range(100):
        bench.timers.advance(OPTIONS.ping_interval)
        if bench.socket is not None:
            assert bench.socket.written.pop() == b"2"
            bench.frame(b"3")
        else:
            assert bench.poll() == [b"2"]
            bench.post(b"3")
        assert bench.timers.waiting == 1
    assert not bench.engine.closed


@pytest.mark.parametrize("websocket", [False, True])
def test_heartbeat_when_not_answered_ends_the_session(*, websocket: bool) -> None:
    bench = Bench(websocket=websocket)
    bench.timers.advance(OPTIONS.ping_interval + OPTIONS.ping_timeout - 1)
    assert not bench.engine.closed
    bench.timers.advance(1)
    assert bench.upper.ended == [False]
    assert bench.timers.waiting == 0


def test_heartbeat_when_not_answered_leaves_nothing_for_a_poll() -> None:
    bench = Bench()
    say(bench, b"for nobody")
    bench.timers.advance(OPTIONS.ping_interval + OPTIONS.ping_timeout)
    assert not bench.engine.is_owed
    with pytest.raises(BadRequest) as refused:
        bench.poll()
    assert refused.value.code == UNKNOWN_SID


def test_heartbeat_when_only_messages_come_still_wants_its_pong() -> None:
    bench = Bench(websocket=True)
    bench.timers.advance(OPTIONS.ping_interval)
    bench.frame(b"4busy")
    bench.timers.advance(OPTIONS.ping_timeout)
    assert bench.engine.closed


# -- closing ------------------------------------------------------------------------------------------


def test_close_when_a_poll_hangs_answers_it_with_all_and_the_end() -> None:
    bench = Bench()
    answer = bench.poll()
    say(bench, b"why")
    bench.engine.close(clean=False)
    bench.timers.turn()
    assert answer == [b"4why", b"1"]
    assert not bench.engine.is_owed


def test_close_when_no_poll_hangs_owes_one_the_reason() -> None:
    bench = Bench()
    say(bench, b"why")
    bench.engine.close(clean=False)
    assert bench.engine.is_owed
    assert bench.poll() == [b"4why", b"1"]
    assert not bench.engine.is_owed
    with pytest.raises(BadRequest) as refused:
        bench.poll()
    assert refused.value.code == UNKNOWN_SID


def test_close_when_nothing_waits_owes_nothing() -> None:
    bench = Bench()
    bench.engine.close(clean=False)
    assert not bench.engine.is_owed


def test_close_when_over_websocket_says_the_code() -> None:
    bench = Bench(websocket=True)
    bench.engine.close(clean=False, code=4000, reason="why")
    assert bench.socket is not None
    assert bench.socket.ended == (4000, "why")


def test_close_when_twice_happens_once() -> None:
    bench = Bench(websocket=True)
    assert bench.socket is not None
    bench.engine.close(clean=False)
    bench.engine.close(clean=True)
    bench.engine.detached(bench.socket, clean=True)
    assert bench.upper.ended == [False]
    assert bench.ended == [bench.engine]
    assert bench.timers.waiting == 0


@pytest.mark.parametrize("clean", [False, True])
def test_detached_when_its_socket_goes_ends_as_the_socket_did(*, clean: bool) -> None:
    bench = Bench(websocket=True)
    assert bench.socket is not None
    bench.engine.detached(bench.socket, clean=clean)
    assert bench.upper.ended == [clean]


def test_client_close_when_a_poll_hangs_ends_it_with_a_noop() -> None:
    bench = Bench()
    answer = bench.poll()
    bench.post(b"1")
    assert answer == [b"6"]
    assert bench.upper.ended == [True]


# -- letting the client wait --------------------------------------------------------------------------


def test_pause_reading_when_polling_is_what_a_post_waits_for() -> None:
    bench = Bench()
    told: list[bool] = []
    bench.engine.pause_reading()
    bench.engine.on_resume = lambda: told.append(True)
    assert bench.engine.is_paused
    bench.engine.resume_reading()
    bench.engine.resume_reading()
    assert told == [True]
    assert not bench.engine.is_paused


def test_pause_reading_when_over_websocket_pauses_the_socket() -> None:
    bench = Bench(websocket=True)
    assert bench.socket is not None
    bench.engine.pause_reading()
    assert not bench.socket.is_reading
    bench.engine.resume_reading()
    assert bench.socket.is_reading


def test_pause_reading_when_the_session_is_upgraded_goes_with_it() -> None:
    bench = Bench()
    bench.engine.pause_reading()
    socket = bench.probe()
    bench.upgrade(socket)
    assert not socket.is_reading
    bench.engine.resume_reading()
    assert socket.is_reading
