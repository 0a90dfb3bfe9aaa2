"""What a scenario found out about a server, and how it watches the server meanwhile."""

from dataclasses import asdict, dataclass, field

from harness.loadgen import Report
from harness.processes import Child, Usage

KILOBYTE = 1024


@dataclass(frozen=True)
class Figures:
    """Named numbers; `faults` says what a correct server would not have done."""

    values: dict[str, float]
    faults: str = ""
    notes: dict[str, object] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        return asdict(self)


class Watch:
    """Looks at the server whenever the load generator enters a phase."""

    def __init__(self, child: Child) -> None:
        self._child = child
        self._seen: dict[str, Usage] = {}

    def on_phase(self, phase: str) -> None:
        self._seen[phase] = self._child.usage()

    @property
    def server_cpu(self) -> float:
        """The share of one core that the server used during the measurement."""
        before, after = self._measurement()
        return (after.cpu_seconds - before.cpu_seconds) / max(after.time - before.time, 1e-3)

    @property
    def others_cpu(self) -> float:
        """The share of the server's core that it did not get: a disturbed run shows here."""
        before, after = self._measurement()
        busy = after.core_busy_seconds - before.core_busy_seconds
        share = busy / max(after.time - before.time, 1e-3)
        return max(0.0, share - self.server_cpu)

    @property
    def rss_bytes(self) -> int:
        return self._seen["measured"].rss_bytes

    @property
    def rss_growth(self) -> int:
        """Bytes between the first connection's opening and the end of the measurement."""
        return self.rss_bytes - self._seen["opening"].rss_bytes

    def _measurement(self) -> tuple[Usage, Usage]:
        return self._seen["measuring"], self._seen["measured"]


def load_figures(report: Report, watch: Watch) -> Figures:
    values = {
        "deliveries_per_second": report.deliveries_per_second,
        "p50_ms": report.delivery_ms.p50,
        "p99_ms": report.delivery_ms.p99,
        "max_ms": report.delivery_ms.max,
        "messages_per_second": report.messages_per_second,
        "acks_per_second": report.acks_per_second,
        "ack_p99_ms": report.ack_ms.p99,
        "bytes_per_delivery": report.delivered_bytes / max(1, report.deliveries),
        "rss_mb": watch.rss_bytes / KILOBYTE**2,
        **cpu_values(report, watch),
    }
    return Figures(values, report.faults)


def cpu_values(report: Report, watch: Watch) -> dict[str, float]:
    return {
        "server_cpu": watch.server_cpu,
        "others_cpu": watch.others_cpu,
        "generator_cpu": report.generator_cpu,
    }


def middle(rounds: list[Figures], measure: str) -> Figures:
    """Return the round whose measure is the median, with the faults of all."""
    sound = [figures for figures in rounds if measure in figures.values]
    faults = "; ".join(sorted({figures.faults for figures in rounds if figures.faults}))
    if not sound:
        return Figures({}, faults)
    ordered = sorted(sound, key=lambda figures: figures.values[measure])
    chosen = ordered[(len(ordered) - 1) // 2]
    every = [figures.values[measure] for figures in ordered]
    return Figures(chosen.values, faults, {**chosen.notes, f"{measure}_of_rounds": every})
