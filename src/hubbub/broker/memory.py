"""The broker of a single node: a function call."""

from collections.abc import Sequence

from hubbub.model.events import Publication
from hubbub.ports.broker import Deliver


class MemoryBroker:
    """Delivers at once, in order, to this node."""

    def __init__(self) -> None:
        self._subscribers: list[Deliver] = []

    def subscribe(self, deliver: Deliver) -> None:
        """Call `deliver` from now on."""
        self._subscribers.append(deliver)

    def publish(self, publications: Sequence[Publication]) -> None:
        """To everybody who has subscribed."""
        for deliver in self._subscribers:
            deliver(publications)
