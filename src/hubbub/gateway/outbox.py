"""The bounded queue of frames of one session (guarantee G9, decision 12)."""

from typing import Final

from hubbub.model.errors import Disconnect
from hubbub.ports.connection import Connection
from hubbub.wire.websocket import text_frame

MAX_BYTES: Final = 1024 * 1024
MAX_WRITES: Final = 1_000
MAX_SECONDS: Final = 30.0
SLOW: Final = Disconnect(4004, "slow consumer; reconnect and resume", reconnect=True)


class Outbox:
    """The bytes wait in the socket's own buffer; this counts them once the client stops taking them.

    While it does take them (nearly always), a write costs one flag more than the socket's.
    """

    __slots__ = ("_connection", "_lost", "_paused_at", "_preface", "_replies", "_writes")

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._paused_at: float | None = None
        self._replies: list[bytes] = []
        self._preface = b""
        self._writes = 0
        self._lost = False

    def precede(self, frames: bytes) -> None:
        """Frames that leave with the first reply."""
        self._preface = frames

    def add(self, payload: bytes) -> bool:
        """A reply that leaves with the next write, or with `flush` at the latest; True if it is the first.

        The acks of a commit and the sender's own copies share one write: a write is a system call, 5 µs
        and more, and the sender of 64 messages in flight would cost 64 of them.
        """
        frame = text_frame(payload)
        if self._preface:
            frame, self._preface = self._preface + frame, b""
        self._replies.append(frame)
        return len(self._replies) == 1

    def flush(self) -> bool:
        """Writes what was added; False as in `push`."""
        return not self._replies or self.push(b"")

    def push(self, frames: bytes) -> bool:
        """False when the client is too slow: then it is to be cut off, and nothing was written."""
        if self._replies:
            frames = b"".join((*self._replies, frames))
            self._replies.clear()
        if self._lost or (self._paused_at is not None and self._is_full(len(frames))):
            # For good: a smaller write behind one that was dropped would be a gap that nobody is told of.
            self._lost = True
            return False
        try:
            self._connection.write(frames)
        except RuntimeError:
            return True  # the socket has gone; its end is about to be told
        return True

    @property
    def is_clear(self) -> bool:
        """Nothing is waiting: the next frames may go straight to the socket."""
        return self._paused_at is None and not self._replies

    def pause(self, now: float) -> None:
        """The client has stopped taking bytes."""
        self._paused_at = now
        self._writes = 0

    def resume(self) -> None:
        """It takes them again."""
        self._paused_at = None

    def is_stale(self, now: float) -> bool:
        """Whether the oldest bytes have waited too long."""
        return self._paused_at is not None and now - self._paused_at > MAX_SECONDS

    def is_empty(self) -> bool:
        """Whether the client has taken everything."""
        return not self._replies and self._connection.buffered() == 0

    def _is_full(self, more: int) -> bool:
        self._writes += 1
        return self._writes > MAX_WRITES or self._connection.buffered() + more > MAX_BYTES
