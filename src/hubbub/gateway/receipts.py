"""`delivered` on behalf of clients whose protocol has no word for it.

What was written to a connection that takes what it gets counts as delivered. Small channels only: in a group
of n, each message would make n positions move, of each of which n people hear.
"""

import asyncio
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Final

from hubbub.gateway import tasks
from hubbub.model.commands import MarkDelivered
from hubbub.model.entities import Message
from hubbub.model.events import Event, MessageSent
from hubbub.model.ids import ChannelId, UserId
from hubbub.services.directory import Directory
from hubbub.services.reads import Reads

if TYPE_CHECKING:
    from hubbub.gateway.session import Session

MEMBERS: Final = 20
SECONDS: Final = 0.2  # what comes in one breath is marked once

_Key = tuple[ChannelId, UserId]


class Receipts:
    """Positions that are about to be marked."""

    def __init__(self, directory: Directory, reads: Reads) -> None:
        self._directory = directory
        self._reads = reads
        self._waiting: dict[_Key, tuple[Session, int]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def written(self, events: Iterable[Event], sessions: Collection["Session"]) -> None:
        """Events of one topic were written to these."""
        sent = [event.message for event in events if isinstance(event, MessageSent)]
        if sent and self._is_small(sent[-1].channel_id):
            for session in sessions:
                self._note(session, sent[-1])

    def caught_up(self, session: "Session", unread: Iterable[Message]) -> None:
        """What had waited for a person was written to one of their connections."""
        for message in unread:
            if self._is_small(message.channel_id):
                self._note(session, message)

    def _is_small(self, channel_id: ChannelId) -> bool:
        room = self._directory.known(channel_id)
        return room is not None and not room.is_larger_than(MEMBERS)

    def _note(self, session: "Session", message: Message) -> None:
        user_id = session.caller.user_id
        if message.author.id == user_id:
            return
        self._waiting[message.channel_id, user_id] = session, message.seq
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SECONDS, self._mark)

    def _mark(self) -> None:
        self._timer = None
        waiting, self._waiting = self._waiting, {}
        for (channel_id, _), (session, seq) in waiting.items():
            if not session.closed and session.is_keeping_up:
                command = MarkDelivered(channel_id, seq)
                # Who may no longer see the channel has nothing to say about it.
                tasks.run(self._reads.mark_delivered(session.caller, command), tasks.unheard)

    def close(self) -> None:
        """Nothing more is marked."""
        if self._timer is not None:
            self._timer.cancel()
