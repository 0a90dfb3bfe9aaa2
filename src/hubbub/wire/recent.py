"""What a connection has lately had, or said."""

from typing import Final

from hubbub.model.ids import MessageId

REMEMBERED: Final = 1_024


class Recent:
    """The latest REMEMBERED messages; a connection that never adds one has nothing to pay for."""

    __slots__ = ("_ids",)

    def __init__(self) -> None:
        self._ids: dict[MessageId, None] | None = None

    def __contains__(self, message_id: MessageId) -> bool:
        return self._ids is not None and message_id in self._ids

    def add(self, message_id: MessageId) -> None:
        """Past REMEMBERED the oldest is forgotten."""
        if self._ids is None:
            self._ids = {}
        self._ids[message_id] = None
        if len(self._ids) > REMEMBERED:
            del self._ids[next(iter(self._ids))]
