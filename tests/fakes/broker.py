"""A broker that remembers."""

from collections.abc import Sequence

from hubbub.model.events import Event, Publication
from hubbub.ports.broker import Deliver


class RecordingBroker:
    """Delivers at once, and keeps what each commit published."""

    def __init__(self) -> None:
        self.commits: list[list[Publication]] = []
        self._subscribers: list[Deliver] = []

    def subscribe(self, deliver: Deliver) -> None:
        self._subscribers.append(deliver)

    def publish(self, publications: Sequence[Publication]) -> None:
        self.commits.append(list(publications))
        for deliver in self._subscribers:
            deliver(publications)

    @property
    def events(self) -> list[Event]:
        """All of them, in order."""
        return [p.event for commit in self.commits for p in commit]
