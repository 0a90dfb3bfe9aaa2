"""50 channels of 20 people, everybody sends: how much load the server bears."""

from dataclasses import dataclass, field
from typing import Final

from harness import loadgen
from harness.figures import Figures, Watch, load_figures
from harness.loadgen import GeneratorError, Job
from harness.progress import tell
from harness.servers import Layout, Server

CHANNELS: Final = 50
PEOPLE_EACH: Final = 20
P99_LIMIT_MS: Final = 100.0

_FIRST_RATE: Final = 500.0
_GREATEST_RATE: Final = 256_000.0
_REFINEMENTS: Final = 3
"""Halvings of the gap between a load that was borne and its double that was not."""


def run(server: Server, warm_up: float, seconds: float) -> Figures:
    """Double the load until it is too much, then search between."""
    ladder = _Ladder(server, warm_up, seconds)
    borne, too_much = 0.0, _FIRST_RATE
    while too_much <= _GREATEST_RATE and ladder.is_borne(too_much):
        borne, too_much = too_much, 2 * too_much
    for _ in range(_REFINEMENTS if borne else 0):
        between = (borne + too_much) / 2
        if ladder.is_borne(between):
            borne = between
        else:
            too_much = between
    if ladder.best is None:
        return Figures({}, f"did not bear {_FIRST_RATE:,.0f} messages/s", {"steps": ladder.steps})
    return Figures(ladder.best.values, notes={"steps": ladder.steps})


@dataclass
class _Ladder:
    """The loads that were tried, and what the greatest that was borne was like."""

    server: Server
    warm_up: float
    seconds: float
    best: Figures | None = None
    steps: list[dict[str, object]] = field(default_factory=list)

    def is_borne(self, rate: float) -> bool:
        """Try twice before saying no: on a shared machine one bad second is not the server's."""
        return self._is_borne_now(rate) or self._is_borne_now(rate)

    def _is_borne_now(self, rate: float) -> bool:
        figures = self._attempt(rate)
        is_borne = not figures.faults and figures.values["p99_ms"] <= P99_LIMIT_MS
        if is_borne:
            self.best = figures
        self._note(rate, figures, is_borne)
        return is_borne

    def _attempt(self, rate: float) -> Figures:
        """A new server each time: one that was overloaded may still be busy with that."""
        job = Job(
            connections=CHANNELS * PEOPLE_EACH,
            senders=CHANNELS * PEOPLE_EACH,
            receivers=PEOPLE_EACH,
            rate=rate,
            warm_up=self.warm_up,
            seconds=self.seconds,
            timeout=10,
        )
        with self.server.running(Layout(CHANNELS, CHANNELS * PEOPLE_EACH)) as running:
            watch = Watch(running.child)
            try:
                return load_figures(loadgen.run(running.wire, job, watch.on_phase), watch)
            except GeneratorError as error:
                return Figures({}, str(error))

    def _note(self, rate: float, figures: Figures, is_borne: bool) -> None:
        p99 = figures.values.get("p99_ms", 0.0)
        tell(f"    {rate:,.0f} messages/s: p99 {p99:,.1f} ms {figures.faults}")
        self.steps.append(
            {"offered": rate, "p99_ms": p99, "borne": is_borne, "faults": figures.faults}
        )
