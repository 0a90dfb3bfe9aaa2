"""The link between nodes: a hint, never the truth (docs/design.md, decision 9)."""

from collections.abc import Callable, Sequence
from typing import Protocol

from hubbub.model.events import Publication

Deliver = Callable[[Sequence[Publication]], None]


class Broker(Protocol):
    """Carries publications to every node that has subscribers, this one included, in order per topic."""

    def subscribe(self, deliver: Deliver) -> None:
        """Call `deliver` with the publications of each commit, in commit order."""
        ...

    def publish(self, publications: Sequence[Publication]) -> None:
        """Hand on the publications of one commit. Never blocks and never raises."""
        ...
