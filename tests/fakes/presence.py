"""Presence as a test says it is."""

from collections.abc import Collection

from hubbub.model.commands import Caller, GetPresence
from hubbub.model.ids import UserId


class FakePresence:
    """`here`: who is online."""

    def __init__(self) -> None:
        self.here: set[UserId] = set()

    async def get(self, caller: Caller, command: GetPresence) -> dict[UserId, bool]:
        _ = caller.user_id
        return {user_id: user_id in self.here for user_id in command.user_ids}

    def online(self, user_ids: Collection[UserId]) -> list[UserId]:
        return sorted(self.here.intersection(user_ids))
