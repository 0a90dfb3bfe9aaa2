"""The scenarios: what is done, on which servers, and what is hoped for."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from harness import community, history, loadgen, polling, rooms
from harness.figures import KILOBYTE, Figures, Watch, load_figures
from harness.goals import Absolute, Goal, Relative, Reported
from harness.loadgen import Job
from harness.servers import Layout, Server

MANY: Final = 10_000
HEARTBEAT_SECONDS: Final = 30.0


@dataclass(frozen=True)
class Effort:
    """How much time to take."""

    quick: bool

    @property
    def rounds(self) -> int:
        return 1 if self.quick else 3

    @property
    def warm_up(self) -> float:
        return 0.5 if self.quick else 2.0

    @property
    def seconds(self) -> float:
        return 3.0 if self.quick else 8.0


@dataclass(frozen=True)
class Scenario:
    name: str
    about: str
    run: Callable[[Server, Effort], Figures]
    goals: tuple[Goal, ...]
    servers: tuple[str, ...] = ("hubbub", "node", "python")
    is_repeated: bool = False
    """Run in rounds, the servers in turn, and take the median: for what noise disturbs."""


def fanout(
    connections: int, window: int, senders: int | None = None
) -> Callable[[Server, Effort], Figures]:
    """Without `senders`, each message in flight is another person's."""

    def run(server: Server, effort: Effort) -> Figures:
        job = Job(
            connections=connections,
            senders=senders or min(window, connections),
            window=window,
            warm_up=effort.warm_up,
            seconds=effort.seconds,
        )
        with server.running(Layout(channels=1, connections=connections)) as running:
            watch = Watch(running.child)
            return load_figures(loadgen.run(running.wire, job, watch.on_phase), watch)

    return run


def idle(server: Server, effort: Effort) -> Figures:
    """In rooms of 20 users, as people are; each user has ten devices."""
    job = Job(
        connections=MANY,
        sends=False,
        seconds=HEARTBEAT_SECONDS if effort.quick else 2 * HEARTBEAT_SECONDS,
        heartbeat_every=HEARTBEAT_SECONDS,
        timeout=90,
    )
    with server.running(Layout(channels=rooms.CHANNELS, connections=MANY)) as running:
        watch = Watch(running.child)
        report = loadgen.run(running.wire, job, watch.on_phase)
    values = {
        "rss_kb_each": watch.rss_growth / MANY / KILOBYTE,
        "cpu_percent": 100 * watch.server_cpu,
        "rss_mb": watch.rss_bytes / KILOBYTE**2,
    }
    return Figures(values, report.faults)


def storm(server: Server, effort: Effort) -> Figures:
    job = Job(connections=MANY, sends=False, timeout=90)
    with server.running(Layout(channels=rooms.CHANNELS, connections=MANY)) as running:
        watch = Watch(running.child)
        report = loadgen.run(running.wire, job, watch.on_phase)
    values = {
        "handshakes_per_second": report.connections_per_second,
        "handshake_p50_ms": report.handshake_ms.p50,
        "handshake_p99_ms": report.handshake_ms.p99,
    }
    return Figures(values, report.faults)


def cold_start(server: Server, effort: Effort) -> Figures:
    """Nothing is prepared: the two accounts are registered on the way."""
    finished_at: dict[str, float] = {}

    def note(phase: str) -> None:
        finished_at[phase] = time.monotonic()

    with server.running(Layout(channels=1, connections=2, from_nothing=True)) as running:
        report = loadgen.run(running.wire, Job(connections=2, messages=1, quiet=0), note)
    return Figures({"seconds": finished_at["measured"] - running.launched_at}, report.faults)


def _fanout(connections: int, window: int, *goals: Goal) -> Scenario:
    return Scenario(
        f"fanout-{connections}-{window}",
        f"1 channel, {connections} receivers, {window} in flight, 150-byte messages",
        fanout(connections, window),
        goals,
        is_repeated=True,
    )


def _over_socketio(name: str, *goals: Goal) -> Scenario:
    """A scenario with the very same frames for Hubbub as for the peers."""
    same = next(scenario for scenario in SCENARIOS if scenario.name == name)
    about = f"{same.about}; Hubbub through its own Socket.IO"
    servers = ("hubbub-socketio", "node", "python")
    return replace(same, name=f"socketio-{name}", about=about, goals=goals, servers=servers)


SCENARIOS: Final = (
    _fanout(
        1000,
        16,
        Relative("deliveries_per_second", "deliveries/s", at_least=8),
        Relative("p99_ms", "p99 ms", at_most=0.2),
    ),
    Scenario(
        "fanout-1000-16-one",
        "the same, but all 16 in flight are of one sender: many reach the server in one read",
        fanout(1000, 16, senders=1),
        (
            Reported("deliveries_per_second", "deliveries/s"),
            Reported("p99_ms", "p99 ms"),
        ),
        is_repeated=True,
    ),
    _fanout(
        1000,
        1,
        Relative("deliveries_per_second", "deliveries/s", at_least=1.5),
        Reported("p99_ms", "p99 ms"),
    ),
    _fanout(
        100,
        16,
        Relative("deliveries_per_second", "deliveries/s", at_least=4),
        Reported("p99_ms", "p99 ms"),
    ),
    _fanout(
        100,
        1,
        Relative("deliveries_per_second", "deliveries/s", at_least=0.7),
        Reported("p99_ms", "p99 ms"),
    ),
    Scenario(
        "durable-64",
        "1 channel, 64 in flight, 1 receiver; only Hubbub stores",
        fanout(1, 64),
        (
            Absolute("acks_per_second", "acknowledged/s", at_least=25_000),
            Reported("ack_p99_ms", "ack p99 ms"),
        ),
        is_repeated=True,
    ),
    Scenario(
        "rooms-50x20",
        "50 channels of 20, everybody sends; the greatest load with p99 ≤ 100 ms",
        lambda server, effort: rooms.run(server, effort.warm_up, effort.seconds / 2),
        (
            Relative("messages_per_second", "messages/s", at_least=2),
            Reported("p99_ms", "p99 ms there"),
        ),
    ),
    Scenario(
        "idle-10000",
        "10,000 authenticated connections, a heartbeat of each every 30 s",
        idle,
        (
            Absolute("rss_kb_each", "KB RSS each", at_most=16),
            Absolute("cpu_percent", "% of a core", at_most=5),
        ),
    ),
    Scenario(
        "storm-10000",
        "10,000 authenticated handshakes, 256 at a time",
        storm,
        (
            Absolute("handshakes_per_second", "handshakes/s", at_least=2_000),
            Reported("handshake_p99_ms", "p99 ms"),
        ),
    ),
    Scenario(
        "history",
        "pages of 50 by REST out of 1,000,000 messages in one channel",
        lambda server, effort: history.run(server, 50_000 if effort.quick else 1_000_000),
        (
            Reported("requests_per_second", "requests/s"),
            Reported("p99_ms", "p99 ms"),
            Reported("fill_per_second", "stored/s when filling"),
        ),
        servers=("hubbub",),
    ),
    Scenario(
        "server-10000",
        "a server of 10,000 members with 10 roles each and 200 channels: connects one by one, 64 sends in flight",
        lambda server, effort: community.run(server, effort.warm_up, effort.seconds),
        (
            Absolute("connect_p50_ms", "ms to connect", at_most=50),
            Absolute("connect_first_ms", "ms, the first", at_most=50),
            Absolute("permission_us", "µs a permission", at_most=5),
            Reported("acks_per_second", "acknowledged/s"),
            Reported("rss_kb_each", "KB RSS each"),
        ),
        servers=("hubbub-community",),
    ),
    Scenario(
        "cold-start",
        "empty folder → a first message has reached a second person's socket",
        cold_start,
        (Absolute("seconds", "seconds", at_most=2),),
    ),
    Scenario(
        "generator",
        "the load generator against a C program that only reflects",
        fanout(1000, 256),
        (Absolute("deliveries_per_second", "frames/s", at_least=4_000_000),),
        servers=("reflector",),
    ),
)

SOCKETIO_SCENARIOS: Final = (
    _over_socketio(
        "fanout-1000-16",
        Relative("deliveries_per_second", "deliveries/s", at_least=6),
        Reported("p99_ms", "p99 ms"),
    ),
    _over_socketio(
        "fanout-1000-1",
        Relative("deliveries_per_second", "deliveries/s", at_least=1.2),
        Reported("p99_ms", "p99 ms"),
    ),
    Scenario(
        "socketio-polling-1000",
        "1 channel, 1,000 receivers by long polling, 16 in flight",
        lambda server, effort: polling.run(server, effort.warm_up, effort.seconds),
        (
            Reported("deliveries_per_second", "deliveries/s"),
            Reported("p99_ms", "p99 ms"),
            Reported("polls_per_second", "polls/s"),
        ),
        servers=("hubbub-socketio",),
    ),
    _over_socketio(
        "idle-10000",
        Absolute("rss_kb_each", "KB RSS each", at_most=20),
        Reported("cpu_percent", "% of a core"),
    ),
    _over_socketio(
        "storm-10000",
        Absolute("handshakes_per_second", "handshakes/s", at_least=2_000),
        Reported("handshake_p99_ms", "p99 ms"),
    ),
)
