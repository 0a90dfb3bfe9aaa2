"""What is hoped for, and whether it came true."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from harness.figures import Figures
from harness.overriding import override

SUBJECTS: Final = ("hubbub", "hubbub-socketio", "hubbub-community")  # one of them in a scenario
RIVAL: Final = "node"


@dataclass(frozen=True)
class Goal(ABC):
    """A hope for one measure of the subject."""

    measure: str
    label: str
    at_least: float | None = None
    at_most: float | None = None

    def is_met(self, results: Mapping[str, Figures]) -> bool | None:
        """None: there is no goal, or it was not measured."""
        value = self._weighed(results)
        if value is None or (self.at_least is None and self.at_most is None):
            return None
        is_great_enough = self.at_least is None or value >= self.at_least
        return is_great_enough and (self.at_most is None or value <= self.at_most)

    def wording(self) -> str:
        if self.at_least is not None:
            return f"≥ {self.at_least:,.10g}{self._unit}"
        return f"≤ {self.at_most:,.10g}{self._unit}" if self.at_most is not None else "report"

    @property
    def _unit(self) -> str:
        return ""

    @abstractmethod
    def _weighed(self, results: Mapping[str, Figures]) -> float | None: ...


@dataclass(frozen=True)
class Absolute(Goal):
    """About the subject alone; about the only server, where that is another."""

    @override
    def _weighed(self, results: Mapping[str, Figures]) -> float | None:
        figures = _subject(results)
        if figures is None and len(results) == 1:
            figures = next(iter(results.values()))
        return figures.values.get(self.measure) if figures else None


@dataclass(frozen=True)
class Reported(Absolute):
    """No hope at all: the figure is of interest."""


@dataclass(frozen=True)
class Relative(Goal):
    """About the subject's share of the rival's figure."""

    @property
    @override
    def _unit(self) -> str:
        return " ×"

    @override
    def _weighed(self, results: Mapping[str, Figures]) -> float | None:
        return ratio(results, self.measure)


def ratio(results: Mapping[str, Figures], measure: str) -> float | None:
    """Return the subject's figure divided by the rival's, where both are there."""
    figures = _subject(results)
    if figures is None or RIVAL not in results:
        return None
    subject = figures.values.get(measure)
    rival = results[RIVAL].values.get(measure)
    return subject / rival if subject is not None and rival else None


def _subject(results: Mapping[str, Figures]) -> Figures | None:
    return next((results[name] for name in SUBJECTS if name in results), None)
