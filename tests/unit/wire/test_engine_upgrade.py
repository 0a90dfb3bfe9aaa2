"""An Engine.IO session that goes from polling to a WebSocket."""

import pytest

from fakes.engine import Bench, FakeSocket, say
from hubbub.wire.engine import BACKLOG_BYTES, UPGRADE_SECONDS
from hubbub.wire.engineio import (
    BAD_REQUEST,
    BadRequest,
)


def test_upgrade_when_packets_wait_keeps_their_order_and_says_each_once() -> None:
    bench = Bench()
    bench.poll()
    socket = bench.probe()
    assert socket.written == [b"3probe"]
    say(bench, b"one", b"two")
    bench.upgrade(socket)
    say(bench, b"three")
    bench.timers.turn()
    assert socket.written == [b"3probe", b"4one", b"4two", b"4three"]


def test_upgrade_when_a_poll_hangs_ends_it_with_a_noop_at_the_probe() -> None:
    bench = Bench()
    answer = bench.poll()
    bench.probe()
    assert answer == [b"6"]


def test_upgrade_when_something_was_about_to_be_answered_loses_nothing() -> None:
    bench = Bench()
    answer = bench.poll()
    say(bench, b"one")
    socket = bench.probe()
    bench.upgrade(socket)
    bench.timers.turn()
    polled = [packet for packet in answer if packet != b"6"]
    assert polled + socket.written[1:] == [b"4one"]


def test_upgrade_when_the_client_polls_on_between_gets_what_waits_or_a_noop() -> None:
    bench = Bench()
    bench.probe()
    assert bench.poll() == [b"6"]
    say(bench, b"one")
    assert bench.poll() == [b"4one"]


def test_upgrade_when_done_ends_polling() -> None:
    bench = Bench()
    bench.upgrade(bench.probe())
    for ask in (bench.poll, lambda: bench.post(b"4one")):
        with pytest.raises(BadRequest) as refused:
            ask()
        assert refused.value.code == BAD_REQUEST
    assert not bench.engine.closed


def test_upgrade_when_done_takes_no_second_websocket() -> None:
    bench = Bench()
    socket = bench.probe()
    assert not bench.engine.probe(FakeSocket()), "one at a time"
    bench.upgrade(socket)
    assert not bench.engine.probe(FakeSocket())


def test_upgrade_when_done_is_not_undone_by_time() -> None:
    bench = Bench()
    socket = bench.probe()
    bench.upgrade(socket)
    bench.timers.advance(UPGRADE_SECONDS + 1)
    assert socket.ended is None


@pytest.mark.parametrize("packet", [b"2wrong", b"4hello", b"", b"3"])
def test_probe_when_wrong_is_dropped_and_polling_goes_on(packet: bytes) -> None:
    bench = Bench()
    socket = FakeSocket()
    assert bench.engine.probe(socket)
    bench.engine.frame(socket, packet, is_binary=False, now=0)
    assert socket.ended is not None
    assert bench.upper.came == []
    assert not bench.poll(), "it hangs again, as without a probe"
    assert bench.engine.probe(FakeSocket()), "the client may try again"


def test_probe_when_never_finished_is_dropped_in_time() -> None:
    bench = Bench()
    socket = bench.probe()
    bench.timers.advance(UPGRADE_SECONDS)
    assert socket.ended is not None
    assert not bench.engine.closed


def test_probe_when_its_socket_goes_leaves_the_session() -> None:
    bench = Bench()
    socket = bench.probe()
    bench.engine.detached(socket, clean=True)
    assert not bench.engine.closed
    assert bench.engine.probe(FakeSocket())


def test_probe_when_the_session_ends_goes_with_it() -> None:
    bench = Bench()
    socket = bench.probe()
    bench.engine.close(clean=False)
    assert socket.ended is not None
    assert bench.timers.waiting == 0
    assert not bench.engine.probe(FakeSocket())


def test_upgrade_when_the_backlog_was_full_resumes_what_is_above() -> None:
    bench = Bench()
    socket = bench.probe()
    say(bench, b"x" * (BACKLOG_BYTES + 1))
    assert bench.upper.is_paused
    bench.upgrade(socket)
    assert not bench.upper.is_paused


def test_upgrade_when_the_backlog_fills_the_websocket_stays_paused() -> None:
    bench = Bench()
    socket = bench.probe()
    socket.on_write = bench.engine.pause
    say(bench, b"x" * (BACKLOG_BYTES + 1))
    bench.upgrade(socket)
    bench.timers.turn()
    assert bench.upper.is_paused, "or what is sent from now on would have no bound"
    bench.engine.resume()
    assert not bench.upper.is_paused
