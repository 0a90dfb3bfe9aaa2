"""Runs the load generator and reads its report."""

import json
import secrets
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import IO, Any, Final

from harness import build
from harness.paths import GENERATOR_CORE
from harness.processes import pinned

RUN: Final = "%r"
"""In a message: a word that is new in each run of the generator, which always counts from 0."""


@dataclass(frozen=True)
class Wire:
    """How a server is spoken to. Its other placeholders are listed in loadgen/template.h."""

    port: int
    path: str
    opening: tuple[tuple[str, str], ...]
    """Pairs of "start" (send this) or "await" (wait for this) and a text."""
    send: str
    ack: str | None
    """None: the sender has the message's content in its ack, which so counts as its delivery."""
    ack_id: str | None
    refusal: str | None = None
    heartbeat: str | None = None
    tokens: Path | None = None
    channels: Path | None = None


@dataclass(frozen=True)
class Job:
    """What one run of the generator does; see `loadgen --help`."""

    connections: int
    handshakes: int = 256
    sends: bool = True
    senders: int = 1
    receivers: int = 0
    window: int = 1
    rate: float = 0
    messages: int = 0
    warm_up: float = 0
    seconds: float = 0
    quiet: float = 0.25
    heartbeat_every: float = 30
    timeout: float = 30


@dataclass(frozen=True)
class Times:
    """Milliseconds."""

    count: int
    p50: float
    p90: float
    p99: float
    max: float


@dataclass(frozen=True)
class Report:
    connections: int
    connections_per_second: float
    handshake_ms: Times
    seconds: float
    messages: int
    messages_per_second: float
    deliveries: int
    deliveries_per_second: float
    delivered_bytes: int
    delivered_bytes_per_second: float
    delivery_ms: Times
    acks: int
    acks_per_second: float
    ack_ms: Times
    generator_cpu: float
    refusals: int
    first_refusal: str
    closed: int
    why_closed: str
    unfinished: int
    duplicates: int
    missing: int

    @property
    def faults(self) -> str:
        """What a correct server never does; "" when it did not."""
        found = [
            f"{self.duplicates} delivered twice" if self.duplicates else "",
            f"{self.missing} not delivered" if self.missing else "",
            f"{self.refusals} refused: {self.first_refusal}" if self.refusals else "",
            self.why_closed,
        ]
        return "; ".join(fault for fault in found if fault)


class GeneratorError(RuntimeError):
    """The generator could not do its work, most often because the server did not let it."""


def run(wire: Wire, job: Job, on_phase: Callable[[str], None] = lambda phase: None) -> Report:
    """Run the job. The generator keeps its connections while on_phase("holding") runs."""
    process = subprocess.Popen(
        pinned(_command(wire, job), [GENERATOR_CORE]),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    watchdog = threading.Timer(_patience(job), process.kill)
    watchdog.start()
    try:
        return _follow(process, on_phase)
    finally:
        watchdog.cancel()
        process.kill()
        process.wait()


def _patience(job: Job) -> float:
    """Seconds after which the generator must be stuck: it has its own timeouts."""
    return 4 * job.timeout + job.warm_up + job.seconds + 10


def _follow(process: "subprocess.Popen[str]", on_phase: Callable[[str], None]) -> Report:
    assert process.stdin
    assert process.stdout
    assert process.stderr
    complaint = _read_phases(process.stderr, on_phase)
    process.stdin.close()
    output = process.stdout.read()
    if process.wait() != 0 or not output:
        raise GeneratorError(complaint or "the load generator ended without a report")
    return _report(json.loads(output))


def _read_phases(lines: IO[str], on_phase: Callable[[str], None]) -> str:
    """Tell each phase until the last; return whatever else was said."""
    other = ""
    for line in lines:
        if not line.startswith("phase "):
            other += line
            continue
        phase = line.removeprefix("phase ").strip()
        on_phase(phase)
        if phase == "holding":
            break
    return other.strip()


def _report(values: dict[str, Any]) -> Report:
    for field in fields(Report):
        if field.type is Times:
            values[field.name] = Times(**values[field.name])
    return Report(**values)


def _command(wire: Wire, job: Job) -> list[str]:
    command = [str(build.loadgen()), "--hold"]
    for name, text in wire.opening:
        command += [f"--{name}", text]
    for name, value in (_wire_options(wire) | _job_options(job)).items():
        if value is not None:
            command += [f"--{name}", str(value)]
    if job.sends:
        command += ["--send", wire.send.replace(RUN, secrets.token_hex(4))]
    return command


def _wire_options(wire: Wire) -> dict[str, object]:
    return {
        "port": wire.port,
        "path": wire.path,
        "ack": wire.ack,
        "ack-id": wire.ack_id,
        "refusal": wire.refusal,
        "heartbeat": wire.heartbeat,
        "tokens": wire.tokens,
        "channels": wire.channels,
    }


def _job_options(job: Job) -> dict[str, object]:
    return {
        "connections": job.connections,
        "handshakes": job.handshakes,
        "senders": job.senders,
        "receivers": job.receivers,
        "window": job.window,
        "rate": job.rate,
        "messages": job.messages,
        "warm-up": job.warm_up,
        "seconds": job.seconds,
        "quiet": job.quiet,
        "heartbeat-every": job.heartbeat_every,
        "timeout": job.timeout,
    }
