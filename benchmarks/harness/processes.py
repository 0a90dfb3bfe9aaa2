"""Child processes: on one core, ended with the harness, and how much memory and time they use."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

_TICKS_PER_SECOND: Final = os.sysconf("SC_CLK_TCK")
_STOP_SECONDS: Final = 15.0

# A server that people start does not compile itself at every start.
_ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


@dataclass(frozen=True)
class Usage:
    """Of a process and its children, at one moment."""

    time: float
    cpu_seconds: float
    rss_bytes: int
    core_busy_seconds: float
    """Everything that ran on the server's core until now, whoever it belonged to."""


def pinned(command: Sequence[str], cores: Sequence[int]) -> list[str]:
    """Return the command such that it runs on these cores and dies when the harness does."""
    core_list = ",".join(str(core) for core in cores)
    return ["setpriv", "--pdeathsig", "KILL", "taskset", "-c", core_list, *command]


class Child:
    """A server that runs until `stop`; its output goes to a file."""

    def __init__(self, process: "subprocess.Popen[bytes]", log: Path, core: int) -> None:
        self._process = process
        self.log = log
        self._core = core

    @classmethod
    def start(
        cls,
        command: Sequence[str],
        *,
        log: Path,
        cores: Sequence[int],
        environment: Mapping[str, str] | None = None,
    ) -> Self:
        with log.open("wb") as output:
            process = subprocess.Popen(
                pinned(command, cores),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**_ENVIRONMENT, **(environment or {})},
            )
        return cls(process, log, cores[0])

    def require_alive(self) -> None:
        if self._process.poll() is not None:
            tail = self.log.read_text(errors="replace")[-2000:]
            raise RuntimeError(f"exited with {self._process.returncode}:\n{tail}")

    def stop(self) -> None:
        """Ask it to end; end it when it does not."""
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def usage(self) -> Usage:
        family = _family(self._process.pid)
        return Usage(
            time=time.monotonic(),
            cpu_seconds=sum(_cpu_seconds(pid) for pid in family),
            rss_bytes=sum(_rss_bytes(pid) for pid in family),
            core_busy_seconds=_core_busy_seconds(self._core),
        )


def _family(pid: int) -> list[int]:
    """Return the process and all that it started, directly or not."""
    family = [pid]
    for parent in family:
        with suppress(OSError):
            for task in Path(f"/proc/{parent}/task").iterdir():
                family.extend(int(child) for child in (task / "children").read_text().split())
    return family


def _cpu_seconds(pid: int) -> float:
    with suppress(OSError):
        # The command's name, in parentheses, may hold spaces.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND
    return 0.0


def _rss_bytes(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    return 0


def _core_busy_seconds(core: int) -> float:
    """Time in user, nice and system mode, and stolen by the hypervisor."""
    for line in Path("/proc/stat").read_text().splitlines():
        name, *ticks = line.split()
        if name == f"cpu{core}":
            return sum(int(ticks[i]) for i in (0, 1, 2, 7)) / _TICKS_PER_SECOND
    return 0.0
