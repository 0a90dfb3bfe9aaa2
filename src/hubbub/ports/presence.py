"""Who is online."""

from collections.abc import Collection
from typing import Protocol

from hubbub.model.commands import Caller, GetPresence
from hubbub.model.ids import UserId


class Presence(Protocol):
    """Live connections, counted per person."""

    async def get(self, caller: Caller, command: GetPresence) -> dict[UserId, bool]:
        """Who of these is online."""
        ...

    def online(self, user_ids: Collection[UserId]) -> list[UserId]:
        """Those of them who are, in the order of their ids."""
        ...
