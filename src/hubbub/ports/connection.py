"""A connection as the gateway sees it."""

from collections.abc import Callable
from typing import Protocol

from hubbub.model.errors import Disconnect


class Connection(Protocol):
    """A WebSocket, or what stands for one. The gateway writes whole frames: it has joined them already."""

    @property
    def address(self) -> str:
        """The client's IP address."""
        ...

    @property
    def write(self) -> Callable[[bytes], object]:
        """Hands bytes to the socket; never blocks.

        The socket's own method, so that fan-out calls it directly. Raises RuntimeError on a socket that
        has gone, of which nobody has been told yet.
        """
        ...

    def buffered(self) -> int:
        """Bytes that the client has not taken yet."""
        ...

    def close(self, why: Disconnect) -> None:
        """Say so after what was written, then close."""
        ...

    def pause_reading(self) -> None:
        """Let the client wait (TCP backpressure)."""
        ...

    def resume_reading(self) -> None: ...
