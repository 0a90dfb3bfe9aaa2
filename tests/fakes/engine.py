"""What is below and above an Engine.IO session, without sockets and without chat."""

from collections.abc import Callable
from typing import Any

from fakes.timers import FakeTimers
from hubbub.wire.engine import Engine, Socket, Upper
from hubbub.wire.engineio import SEPARATOR, Options, text_message
from hubbub.wire.websocket import messages

OPTIONS = Options(ping_interval=25, ping_timeout=20, max_payload=1000)


class FakeSocket:
    """A WebSocket whose buffer a test may say to be full after some bytes."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.ended: tuple[int, str] | None = None
        self.is_reading = True
        self.on_write: Callable[[], object] | None = None

    def write(self, frames: bytes) -> None:
        self.written += [payload for _, payload in messages(frames)]
        if self.on_write is not None:
            self.on_write()

    def buffered(self) -> int:
        return sum(map(len, self.written))

    def end(self, code: int, reason: str) -> None:
        if self.ended is None:
            self.ended = code, reason

    def pause_reading(self) -> None:
        self.is_reading = False

    def resume_reading(self) -> None:
        self.is_reading = True


class FakeUpper:
    """Remembers what happened to it."""

    is_connected = True

    def __init__(self) -> None:
        self.came: list[bytes] = []
        self.is_paused = False
        self.ended: list[bool] = []

    def receive(self, payload: bytes, _now: float) -> None:
        self.came.append(b"text " + payload)

    def receive_binary(self, payload: bytes, _now: float) -> None:
        self.came.append(b"binary " + payload)

    def pause(self) -> None:
        self.is_paused = True

    def resume(self) -> None:
        self.is_paused = False

    def closed(self, *, clean: bool) -> None:
        self.ended.append(clean)


class Bench:
    """One session with everything around it."""

    def __init__(
        self,
        make_upper: Callable[[Engine], Upper] | None = None,
        *,
        websocket: bool = False,
        options: Options = OPTIONS,
    ) -> None:
        self.timers = FakeTimers()
        self.upper = FakeUpper()
        self.socket = FakeSocket() if websocket else None
        self.ended: list[Engine] = []
        make: Callable[[Engine], Upper] = make_upper or (lambda _: self.upper)
        self.engine = Engine("sid", options, self.timers, make, self.ended.append, self.socket)
        self.opening = self.socket.written.pop() if self.socket else self.poll()[0]

    def poll(self) -> list[Any]:
        """The packets of the answers, in order, as they come; empty while the poll hangs."""
        found: list[Any] = []
        self.engine.poll(lambda payload: found.extend(payload.split(SEPARATOR)))
        return found

    def post(self, *packets: bytes) -> None:
        self.engine.post(SEPARATOR.join(packets), self.timers.now)

    def frame(self, payload: bytes, *, is_binary: bool = False) -> None:
        """From the WebSocket that carries it."""
        assert self.socket is not None
        self.engine.frame(self.socket, payload, is_binary=is_binary, now=self.timers.now)

    def probe(self) -> FakeSocket:
        """A WebSocket that has asked to take the session over."""
        socket = FakeSocket()
        assert self.engine.probe(socket)
        self.engine.frame(socket, b"2probe", is_binary=False, now=self.timers.now)
        return socket

    def upgrade(self, socket: FakeSocket) -> None:
        """And does."""
        self.engine.frame(socket, b"5", is_binary=False, now=self.timers.now)


def as_port(socket: FakeSocket) -> Socket:
    """mypy checks here that the fake is what it stands for."""
    return socket


def say(bench: Bench, *texts: bytes) -> None:
    """What is above writes these."""
    for text in texts:
        bench.engine.write(text_message(text))
