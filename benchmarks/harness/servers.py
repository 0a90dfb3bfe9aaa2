"""What every server under measurement has in common."""

import http.client
import socket
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from harness.loadgen import Wire
from harness.paths import BUILD, SERVER_CORE
from harness.processes import Child

CONTENT_BYTES: Final = 150
_MARKER_BYTES: Final = 16
# Words, not one letter repeated: a server may index what is said.
_WORDS: Final = (
    "Shall we meet at the library tomorrow after the lecture, say at half past four? "
    "I can bring my notes on chapter seven and some tea too."
)
CONTENT: Final = "%m" + _WORDS.ljust(CONTENT_BYTES, ".")[: CONTENT_BYTES - _MARKER_BYTES]

_START_SECONDS: Final = 30.0
_POLL_SECONDS: Final = 0.005


@dataclass(frozen=True)
class Layout:
    """Who is where: connection i, of user i % users, is in channel i % channels."""

    channels: int
    connections: int
    from_nothing: bool = False
    """Start with an empty data folder, not with a copy of the prepared one."""


@dataclass(frozen=True)
class Running:
    """A server that has started, with its channels made and their people in them."""

    child: Child
    port: int
    wire: Wire
    folder: Path
    launched_at: float


class Server(ABC):
    """A server that can be started again and again, each time as if it were the first."""

    name: ClassVar[str]
    label: ClassVar[str]

    @contextmanager
    def running(self, layout: Layout) -> Iterator[Running]:
        BUILD.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f"run-{self.name}-", dir=BUILD) as name:
            folder = Path(name)
            self._prepare(folder, layout)
            launched_at = time.monotonic()
            with self._launched(folder, [SERVER_CORE]) as (child, port):
                wire = self._wire(port, folder, layout)
                yield Running(child, port, wire, folder, launched_at)

    @contextmanager
    def _launched(self, folder: Path, cores: Sequence[int]) -> Iterator[tuple[Child, int]]:
        port = free_port()
        log = folder / "output.log"
        child = Child.start(
            self._command(port, folder), log=log, cores=cores, environment=self._environment()
        )
        try:
            _wait_until_healthy(child, port)
            yield child, port
        finally:
            child.stop()

    def install(self) -> None:
        """Build or fetch what the server is made of, so that no start is timed with it."""
        return

    def _prepare(self, folder: Path, layout: Layout) -> None:
        """Fill the empty folder of a run."""
        return

    def _environment(self) -> dict[str, str]:
        return {}

    @abstractmethod
    def _command(self, port: int, folder: Path) -> list[str]: ...

    @abstractmethod
    def _wire(self, port: int, folder: Path, layout: Layout) -> Wire:
        """Make the layout's channels and people, and say how to speak to the server."""


def write_lines(path: Path, lines: Sequence[str]) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _wait_until_healthy(child: Child, port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not _is_healthy(port):
        child.require_alive()
        if time.monotonic() > deadline:
            raise TimeoutError(f"no answer from port {port}; see {child.log}")
        time.sleep(_POLL_SECONDS)  # a port that opens sends nobody an event


def _is_healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
