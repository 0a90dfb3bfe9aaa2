"""Slow mode: how long a person waits between two messages of a channel that has one.

It is a rule of the channel, not a guard of the server: it holds also where rate limits are off. A node that starts
again has forgotten it.
"""

import math
from typing import Final

from hubbub.model.errors import rate_limited
from hubbub.model.ids import ChannelId, UserId
from hubbub.model.permissions import MANAGE_CHANNEL, MANAGE_MESSAGES
from hubbub.ports.clock import Clock
from hubbub.services.directory import Room

KEYS: Final = 100_000  # of more people and channels than this, who has waited longest waits no more

Key = tuple[ChannelId, UserId]


class SlowMode:
    """When each person sent their last message to each slow channel."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last: dict[Key, float] = {}  # the oldest first

    def enter(self, room: Room, user_id: UserId) -> Key | None:
        """Starts the wait; raises `Refused(rate_limited)` while an earlier one lasts. None: there is none here."""
        if room.permissions(user_id) & (MANAGE_MESSAGES | MANAGE_CHANNEL):
            return None
        key, now = (room.channel.id, user_id), self._clock.monotonic()
        last = self._last.get(key)
        if last is not None and (wait := last + room.channel.slow_mode - now) > 0:
            why = f"Slow mode: one message in {room.channel.slow_mode} s here"
            raise rate_limited(math.ceil(wait * 1000) / 1000, why)
        self._last.pop(key, None)
        self._last[key] = now
        if len(self._last) > KEYS:
            del self._last[next(iter(self._last))]
        return key

    def undo(self, key: Key | None) -> None:
        """Nothing was sent after all."""
        if key is not None:
            self._last.pop(key, None)
