"""A server with 10,000 members and 200 channels: what it costs one of them to connect, and to write there."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final

from harness import loadgen
from harness.accounts import Account
from harness.figures import KILOBYTE, Figures, Watch
from harness.hubbub import Hubbub, command
from harness.loadgen import Job, Report
from harness.overriding import override
from harness.paths import BENCHMARKS, SERVER_CORE
from harness.processes import pinned
from harness.servers import Layout, Server

MEMBERS: Final = 10_000
CHANNELS: Final = 200
_CONNECTS: Final = 200
_IDLE: Final = 1_000


class HubbubCommunity(Hubbub):
    """With that server in its data folder, and all users in it."""

    name: ClassVar[str] = "hubbub-community"
    label: ClassVar[str] = "Hubbub (10,000 members)"

    def __init__(self, other: Hubbub) -> None:
        self._with_users = other._with_users  # type: ignore[method-assign]  # registered once, for both

    def close(self) -> None:
        """Nothing of its own."""

    @override
    def _prepare(self, folder: Path, layout: Layout) -> None:
        super()._prepare(folder, layout)
        made = inside("fill", str(folder / "data"), str(MEMBERS), str(CHANNELS))
        self._channels = made.split()

    @override
    def _people_in_channels(self, port: int, layout: Layout) -> tuple[list[Account], list[str]]:
        return self._with_users().usable(port), self._channels


def inside(*arguments: str) -> str:
    """Run benchmarks/inside.py with the Python that Hubbub is installed in."""
    python = Path(command()[0]).parent / "python"
    asked: Sequence[str] = [str(python), str(BENCHMARKS / "inside.py"), *arguments]
    return subprocess.run(
        pinned(asked, [SERVER_CORE]), check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def run(server: Server, warm_up: float, seconds: float) -> Figures:
    """One after the other, from `connect()` to `ready`: the first one loads the server."""
    one_by_one = Job(connections=_CONNECTS, handshakes=1, sends=False)
    with server.running(Layout(channels=1, connections=1)) as running:
        first = loadgen.run(running.wire, Job(connections=1, sends=False))
        others = loadgen.run(running.wire, one_by_one)
        watch = Watch(running.child)
        loadgen.run(running.wire, Job(connections=_IDLE, sends=False, seconds=1), watch.on_phase)
        sending = Job(connections=1, window=64, warm_up=warm_up, seconds=seconds)
        sent = loadgen.run(running.wire, sending)
    values = {**_values(first, others, sent), "rss_kb_each": watch.rss_growth / _IDLE / KILOBYTE}
    return Figures(values, others.faults or sent.faults)


def _values(first: Report, others: Report, sent: Report) -> dict[str, float]:
    return {
        "connect_p50_ms": others.handshake_ms.p50,
        "connect_p99_ms": others.handshake_ms.p99,
        "connect_first_ms": first.handshake_ms.max,
        "acks_per_second": sent.acks_per_second,
        "permission_us": float(inside("permissions")),
    }
