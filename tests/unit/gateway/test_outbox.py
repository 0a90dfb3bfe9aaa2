"""The bounded queue of one session (guarantee G9)."""

from fakes.connection import FakeConnection
from hubbub.gateway.outbox import MAX_BYTES, MAX_SECONDS, MAX_WRITES, Outbox


def test_push_while_the_client_takes_bytes_is_never_refused() -> None:
    connection = FakeConnection()
    outbox = Outbox(connection)
    connection.backlog = 10 * MAX_BYTES
    assert all(outbox.push(b"x") for _ in range(2 * MAX_WRITES))
    assert connection.writes == 2 * MAX_WRITES


def test_push_to_a_paused_client_stops_after_the_frames_allowed() -> None:
    connection = FakeConnection()
    outbox = Outbox(connection)
    outbox.pause(0)
    pushed = [outbox.push(b"x") for _ in range(MAX_WRITES + 5)]
    assert pushed == [True] * MAX_WRITES + [False] * 5
    assert len(connection.written) == MAX_WRITES


def test_push_to_a_paused_client_stops_exactly_at_the_bytes_allowed() -> None:
    connection = FakeConnection()
    outbox = Outbox(connection)
    outbox.pause(0)
    connection.backlog = MAX_BYTES - 10
    assert outbox.push(b"x" * 10)
    assert not outbox.push(b"x" * 11)
    assert len(connection.written) == 10, "what was refused must not have been written"


def test_resume_lets_a_client_start_anew() -> None:
    connection = FakeConnection()
    outbox = Outbox(connection)
    outbox.pause(0)
    for _ in range(MAX_WRITES):
        outbox.push(b"x")
    outbox.resume()
    assert outbox.push(b"x")
    outbox.pause(1)
    assert [outbox.push(b"x") for _ in range(MAX_WRITES + 1)].count(False) == 1


def test_stale_is_a_client_that_took_nothing_for_too_long() -> None:
    outbox = Outbox(FakeConnection())
    assert not outbox.is_stale(10**9)
    outbox.pause(100)
    assert not outbox.is_stale(100 + MAX_SECONDS)
    assert outbox.is_stale(100 + MAX_SECONDS + 0.1)
    outbox.resume()
    assert not outbox.is_stale(10**9)


def test_empty_is_when_the_socket_has_handed_on_everything() -> None:
    connection = FakeConnection()
    assert Outbox(connection).is_empty()
    connection.backlog = 1
    assert not Outbox(connection).is_empty()


def test_push_behind_a_dropped_one_is_dropped_too_however_small() -> None:
    """Else the client would see a later version and never ask for what is missing."""
    connection = FakeConnection()
    outbox = Outbox(connection)
    outbox.pause(0.0)
    assert not outbox.push(b"x" * (MAX_BYTES + 1))
    assert not outbox.push(b"x")
    outbox.resume()
    assert not outbox.push(b"x")
