"""A real server in a process of its own, on a free port, in a folder of its own."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

FACTOR = float(os.environ.get("TEST_HUBBUB_TIME", "1"))  # slow machines stretch every deadline


class RunningServer:
    """Start it, kill it, start it again on the same port and folder."""

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str] | None = None,
        source: Path | None = None,
    ) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.port = 0
        self.log = folder / "server.log"
        self._environment = {"HUBBUB_RATE_LIMITS": "off", **(environment or {})}
        self._source = source
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self.process is not None, "the server has not been started"
        return self.process.pid

    def command(self) -> list[str]:
        """What `hubbub` is asked to do."""
        return ["serve", "--port", str(self.port), "--data", str(self.data)]

    def start(self, *arguments: str) -> None:
        """Returns when it listens; raises with its output when it does not within 20 s."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("HUBBUB_")}
        environment |= self._environment
        if self._source is not None:
            environment["PYTHONPATH"] = str(self._source)
        command = [sys.executable, "-m", "hubbub.cli", *self.command(), *arguments]
        start = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, env=environment, cwd=self.folder
            )
        self.port = self._wait_for_port(start)

    def own(self, dialect: str) -> str:
        """The address of a dialect's own listener, as the greeting says it."""
        found = [line.split() for line in self.output().splitlines()]
        return next(words[1] for words in found if words[:1] == [dialect])

    def _wait_for_port(self, start: int) -> int:
        """The server prints where it listens; its log is the event that is waited for."""
        assert self.process is not None
        deadline = time.monotonic() + 20 * FACTOR
        while time.monotonic() < deadline:
            text = self.log.read_bytes()[start:].decode(errors="replace")
            for line in text.splitlines():
                if "listens on http://" in line and line.rstrip()[-1].isdigit():
                    return int(line.rsplit(":", 1)[1])
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        raise AssertionError(f"the server did not start:\n{self.output()}")

    def kill(self) -> None:
        """`kill -9`."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def terminate(self, seconds: float = 15) -> int:
        """SIGTERM; the exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(seconds * FACTOR)

    def output(self) -> str:
        """Everything it has printed and logged."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""


@contextlib.contextmanager
def running(
    folder: Path,
    environment: Mapping[str, str] | None = None,
    source: Path | None = None,
    *,
    own: str = "",
) -> Iterator[RunningServer]:
    """A started server; killed at the end if it still runs. `own`: a dialect that also has a port of its own."""
    server = RunningServer(folder, environment, source)
    server.start(*(("--listen", f"0={own}") if own else ()))
    try:
        yield server
    finally:
        if server.process is not None and server.process.poll() is None:
            server.kill()
