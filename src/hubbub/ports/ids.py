"""Ids and secrets."""

from typing import Protocol


class IdSource(Protocol):
    """Where new ids come from."""

    def next_id(self) -> int:
        """A new 53-bit id, larger than every earlier one of this node."""
        ...

    def secret(self) -> str:
        """256 unguessable bits as URL-safe text."""
        ...

    def jitter(self) -> float:
        """A number in [0, 1), to spread what would otherwise happen all at once."""
        ...
