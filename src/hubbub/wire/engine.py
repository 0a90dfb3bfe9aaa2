"""One Engine.IO v4 session from the server's side, over long polling and WebSocket, without I/O.

What waits for a poll is kept as the WebSocket frames that everybody gets, and becomes a payload when the poll
comes: those who poll, the few, share the bytes of those who do not.
"""

from collections.abc import Callable
from typing import Final, Protocol

import msgspec

from hubbub.wire.engineio import (
    BAD_REQUEST,
    CLOSE,
    MESSAGE,
    NOOP,
    OPEN,
    PING,
    PONG,
    UNKNOWN_SID,
    UPGRADE,
    BadRequest,
    Invalid,
    Options,
    decode_payload,
    encode_payload,
)
from hubbub.wire.websocket import text_frame

UPGRADE_SECONDS: Final = 10.0
BACKLOG_BYTES: Final = 64 * 1024  # that wait for a poll; past it the session is told to slow down

_PING_FRAME: Final = text_frame(PING)
_CLOSE_FRAME: Final = text_frame(CLOSE)
_PROBE: Final = b"2probe"
_PROBED: Final = text_frame(b"3probe")


class Socket(Protocol):
    """The WebSocket under a session."""

    @property
    def write(self) -> Callable[[bytes], object]: ...

    def buffered(self) -> int: ...

    def end(self, code: int, reason: str) -> None: ...

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


class Upper(Protocol):
    """What a session carries; `now` is monotonic seconds."""

    @property
    def is_connected(self) -> bool:
        """Whether it is more than an open socket by now."""
        ...

    def receive(self, payload: bytes, now: float) -> None: ...

    def receive_binary(self, payload: bytes, now: float) -> None: ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    def closed(self, *, clean: bool) -> None: ...


class Timer(Protocol):
    """Something that will happen."""

    def cancel(self) -> None: ...


class Timers(Protocol):
    """Time; asyncio's loop is one."""

    def call_later(self, delay: float, callback: Callable[[], object], /) -> Timer: ...

    def call_soon(self, callback: Callable[[], object], /) -> object: ...


Poll = Callable[[bytes], None]  # answers a poll with a payload


class Engine:
    """One session. It is over polling until a WebSocket carries it."""

    __slots__ = (
        "_backlog",
        "_backlog_bytes",
        "_ended",
        "_is_answering",
        "_is_full",
        "_options",
        "_poll",
        "_probe",
        "_probe_timer",
        "_timer",
        "closed",
        "is_paused",
        "on_resume",
        "sid",
        "socket",
        "timers",
        "upper",
    )

    def __init__(
        self,
        sid: str,
        options: Options,
        timers: Timers,
        make_upper: "Callable[[Engine], Upper]",
        ended: "Callable[[Engine], None]",
        socket: Socket | None = None,
    ) -> None:
        self.sid = sid
        self._options = options
        self.timers = timers
        self.socket = socket
        self._probe: Socket | None = None
        self._probe_timer: Timer | None = None
        self._poll: Poll | None = None
        self._backlog: list[bytes] = []
        self._backlog_bytes = 0
        self._is_answering = self._is_full = False
        self.is_paused = False
        self.on_resume: Callable[[], object] | None = None
        self.closed = False
        self._ended = ended
        self.upper = make_upper(self)
        self._timer = timers.call_later(options.ping_interval, self._ping)
        self.write(text_frame(OPEN + self._handshake()))

    def _handshake(self) -> bytes:
        hello = {
            "sid": self.sid,
            "upgrades": ["websocket"] if self.socket is None else [],
            "pingInterval": round(self._options.ping_interval * 1000),
            "pingTimeout": round(self._options.ping_timeout * 1000),
            "maxPayload": self._options.max_payload,
        }
        return msgspec.json.encode(hello)

    # -- out ----------------------------------------------------------------------------------------

    @property
    def writer(self) -> Callable[[bytes], object]:
        """What takes frames just now: the socket's own method, while there is a socket."""
        return self.write if self.socket is None else self.socket.write

    def write(self, frames: bytes) -> None:
        """Hands frames to the client, or keeps them for its next poll."""
        if self.closed:
            return
        if self.socket is not None:
            self.socket.write(frames)
            return
        self._backlog.append(frames)
        self._backlog_bytes += len(frames)
        self._answer_soon()
        if self._backlog_bytes > BACKLOG_BYTES and not self._is_full:
            self._is_full = True
            self.upper.pause()

    def buffered(self) -> int:
        """Bytes that the client has not taken yet."""
        return self._backlog_bytes if self.socket is None else self.socket.buffered()

    def _answer_soon(self) -> None:
        """At the end of this turn of the loop: what one turn has to say goes with one answer."""
        if self._poll is not None and not self._is_answering:
            self._is_answering = True
            self.timers.call_soon(self._answer)

    def _answer(self) -> None:
        self._is_answering = False
        if self._poll is not None and self._backlog:
            self._answer_with(encode_payload(self._take_backlog()))

    def _answer_with(self, payload: bytes) -> None:
        poll, self._poll = self._poll, None
        if poll is not None:
            poll(payload)

    def _take_backlog(self) -> list[bytes]:
        taken, self._backlog, self._backlog_bytes = self._backlog, [], 0
        if self._is_full and not self.closed:
            self._is_full = False
            self.timers.call_soon(self.upper.resume)
        return taken

    # -- polling ------------------------------------------------------------------------------------

    def poll(self, poll: Poll) -> None:
        """A GET: answered now or when there is something. Raises `BadRequest`."""
        if self.is_owed:
            poll(encode_payload(self._take_backlog()))
            return
        self._require_polling()
        if self._poll is not None:
            self._answer_with(CLOSE)
            self.close(clean=False)
            raise BadRequest(BAD_REQUEST)
        self._poll = poll
        self._answer()
        if self._probe is not None:
            self._answer_with(NOOP)  # nothing may hang here while the client changes over

    def cancel(self, poll: Poll) -> None:
        """The client has given a poll up."""
        if self._poll is poll:
            self._poll = None
            self.close(clean=False)

    def post(self, body: bytes, now: float) -> None:
        """Packets from the client. Raises `BadRequest`."""
        self._require_polling()
        try:
            for payload, is_binary in decode_payload(body):
                if not self.closed:
                    self._packet(payload, is_binary, now)
        except Invalid:
            self.close(clean=False)
            raise BadRequest(BAD_REQUEST) from None

    def _require_polling(self) -> None:
        if self.closed:
            raise BadRequest(UNKNOWN_SID)
        if self.socket is not None:
            raise BadRequest(BAD_REQUEST)

    # -- WebSocket ----------------------------------------------------------------------------------

    def probe(self, socket: Socket) -> bool:
        """A WebSocket that wants to take a polling session over; False when that can't be."""
        if self.closed or self.socket is not None or self._probe is not None:
            return False
        self._probe = socket
        self._probe_timer = self.timers.call_later(UPGRADE_SECONDS, self._drop_probe)
        return True

    def frame(self, socket: Socket, payload: bytes, *, is_binary: bool, now: float) -> None:
        """A message from a WebSocket of this session."""
        if socket is self._probe:
            self._probed(socket, payload)
        elif socket is self.socket and not self.closed:
            try:
                self._packet(payload, is_binary, now)
            except Invalid:
                self.close(clean=False)

    def _probed(self, socket: Socket, payload: bytes) -> None:
        if payload == _PROBE:
            socket.write(_PROBED)
            self._answer_with(NOOP)
        elif payload == UPGRADE:
            self._upgrade(socket)
        else:
            self._drop_probe()

    def _upgrade(self, socket: Socket) -> None:
        self._forget_probe()
        self.socket = socket
        self._answer_with(NOOP)
        if self.is_paused:
            socket.pause_reading()
        self._is_full = False
        if self._backlog:
            socket.write(b"".join(self._take_backlog()))
        if not self._is_full:
            self.upper.resume()

    def _forget_probe(self) -> Socket | None:
        probe, self._probe = self._probe, None
        if self._probe_timer is not None:
            self._probe_timer.cancel()
            self._probe_timer = None
        return probe

    def _drop_probe(self) -> None:
        probe = self._forget_probe()
        if probe is not None:
            probe.end(1000, "the upgrade failed; go on polling")

    def detached(self, socket: Socket, *, clean: bool) -> None:
        """A WebSocket of this session has gone."""
        if socket is self._probe:
            self._forget_probe()
        elif socket is self.socket:
            self.close(clean=clean)

    def pause(self) -> None:
        """The WebSocket's buffer is full."""
        self._is_full = True
        self.upper.pause()

    def resume(self) -> None:
        """It has room again."""
        self._is_full = False
        self.upper.resume()

    # -- packets ------------------------------------------------------------------------------------

    def _packet(self, payload: bytes, is_binary: bool, now: float) -> None:
        if is_binary:
            self.upper.receive_binary(payload, now)
        elif payload[:1] == MESSAGE:
            self.upper.receive(payload[1:], now)
        elif payload == PONG:
            self._timer.cancel()
            self._timer = self.timers.call_later(self._options.ping_interval, self._ping)
        elif payload == CLOSE:
            self._answer_with(NOOP)
            self.close(clean=True)
        elif payload not in (NOOP, UPGRADE):
            raise Invalid("this is no packet that a client sends")

    def _ping(self) -> None:
        self.write(_PING_FRAME)
        self._timer = self.timers.call_later(self._options.ping_timeout, self._late)

    def _late(self) -> None:
        self._backlog.clear()
        self.close(clean=False)

    # -- ending -------------------------------------------------------------------------------------

    def pause_reading(self) -> None:
        """Let the client wait."""
        self.is_paused = True
        if self.socket is not None:
            self.socket.pause_reading()

    def resume_reading(self) -> None:
        """Go on."""
        self.is_paused = False
        if self.socket is not None:
            self.socket.resume_reading()
        if self.on_resume is not None:
            self.on_resume()
            self.on_resume = None

    @property
    def is_owed(self) -> bool:
        """It has ended, and one more poll would learn why."""
        return self.closed and bool(self._backlog)

    def close(self, *, clean: bool, code: int = 1000, reason: str = "") -> None:
        """Ends it. `clean`: the client said goodbye. What waits for a poll still waits."""
        if self.closed:
            return
        self.closed = True
        self._timer.cancel()
        self._drop_probe()
        if self._poll is None and self._backlog:
            self._backlog.append(_CLOSE_FRAME)
        else:
            self._answer_with(encode_payload([*self._take_backlog(), _CLOSE_FRAME]))
        if self.socket is not None:
            self.socket.end(code, reason)
        self.upper.closed(clean=clean)
        self._ended(self)
