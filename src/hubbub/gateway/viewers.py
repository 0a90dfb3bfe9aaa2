"""Who has a channel open, in dialects where one enters channels; others are told, reconnects are not."""

import asyncio
from typing import TYPE_CHECKING

from hubbub.gateway.presence import CLEAN_GRACE
from hubbub.model.entities import User
from hubbub.model.errors import Refused
from hubbub.model.events import ChannelEntered, ChannelExited, Publication
from hubbub.model.ids import ChannelId, UserId
from hubbub.model.topics import channel_topic
from hubbub.ports.broker import Broker
from hubbub.ports.clock import Clock
from hubbub.services.rates import MESSAGES, Rates

if TYPE_CHECKING:
    from hubbub.gateway.session import Session

Key = tuple[ChannelId, UserId]


class Viewers:
    """`grace` is how long, in seconds, a lost connection may take to come back unnoticed."""

    def __init__(self, broker: Broker, clock: Clock, rates: Rates, *, grace: float) -> None:
        self._broker = broker
        self._clock = clock
        self._rates = rates
        self._grace = grace
        self._sessions: dict[Key, set[Session]] = {}
        self._channels: dict[Session, set[ChannelId]] = {}
        self._leaving: dict[Key, asyncio.TimerHandle] = {}

    def enter(self, session: "Session", channel_id: ChannelId, *, announce: bool) -> None:
        """Tells the others, unless the person was there already or is announced as a new member."""
        user = session.caller.known
        key = (channel_id, user.id)
        timer = self._leaving.pop(key, None)
        if timer is not None:
            timer.cancel()
        elif announce and key not in self._sessions:
            self._publish(ChannelEntered(channel_id, user, self._clock.now_ms()))
        self._sessions.setdefault(key, set()).add(session)
        self._channels.setdefault(session, set()).add(channel_id)

    def announce(self, session: "Session", channel_id: ChannelId) -> None:
        """Tells everybody there, the person too, as often as they come; within the rate of messages, or coming and
        going would be a way around it."""
        self.enter(session, channel_id, announce=False)
        try:
            self._rates.take(MESSAGES, "messages", session.caller.user_id, channel_id)
        except Refused:
            return
        self._publish(ChannelEntered(channel_id, session.caller.known, self._clock.now_ms()))

    def leave(self, session: "Session", *, clean: bool) -> None:
        """The connection has ended."""
        for channel_id in self._channels.pop(session, ()):
            user = session.caller.known
            if self._remove((channel_id, user.id), session):
                delay = min(CLEAN_GRACE, self._grace) if clean else self._grace
                loop = asyncio.get_running_loop()
                timer = loop.call_later(delay, self._gone, channel_id, user)
                self._leaving[channel_id, user.id] = timer

    def lose(self, session: "Session", channel_id: ChannelId) -> None:
        """The person is no longer a member; that is told by its own event."""
        key = (channel_id, session.caller.known.id)
        timer = self._leaving.pop(key, None)
        if timer is not None:
            timer.cancel()
        channels = self._channels.get(session)
        if channels is not None and channel_id in channels:
            channels.discard(channel_id)
            self._remove(key, session)

    def of(self, channel_id: ChannelId, most: int) -> list[UserId]:
        """People who have the channel open."""
        found = (user for channel, user in self._sessions if channel == channel_id)
        return [user for user, _ in zip(found, range(most), strict=False)]

    def close(self) -> None:
        """Nothing more is told."""
        for timer in self._leaving.values():
            timer.cancel()

    def _gone(self, channel_id: ChannelId, user: User) -> None:
        del self._leaving[channel_id, user.id]
        self._publish(ChannelExited(channel_id, user, self._clock.now_ms()))

    def _remove(self, key: Key, session: "Session") -> bool:
        """Whether it was the person's last connection there."""
        sessions = self._sessions.get(key)
        if sessions is None:
            return False
        sessions.discard(session)
        if sessions:
            return False
        del self._sessions[key]
        return True

    def _publish(self, event: ChannelEntered | ChannelExited) -> None:
        self._broker.publish((Publication(channel_topic(event.channel_id), event),))
