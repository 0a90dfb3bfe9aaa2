"""How far people have read and received, and that they are typing."""

from collections.abc import Sequence

from hubbub.model.commands import Caller, MarkDelivered, MarkRead, Typing
from hubbub.model.entities import Kind
from hubbub.model.errors import invalid
from hubbub.model.events import DeliveredUpdated, Publication, ReadUpdated, TypingStarted
from hubbub.model.ids import ChannelId, UserId
from hubbub.model.limits import PRESENCE_MEMBERS, RECEIPTS_MEMBERS
from hubbub.model.topics import channel_topic, user_topic
from hubbub.ports.broker import Broker
from hubbub.ports.store import Store, Transaction
from hubbub.services.directory import Directory, Room
from hubbub.services.visibility import require_visible


class Reads:
    """Positions only move forward; unread counts are derived from them."""

    def __init__(self, store: Store, directory: Directory, broker: Broker) -> None:
        self._store = store
        self._directory = directory
        self._broker = broker

    async def mark_read(self, caller: Caller, command: MarkRead) -> None:
        """Up to `seq`; past the end means the end."""
        room = await self._readable(caller, command.channel_id, command.seq)
        user_id, channel_id = caller.user_id, command.channel_id

        def announce(moved: int | None) -> Sequence[Publication]:
            if moved is None:
                return ()
            event = ReadUpdated(channel_id, user_id, moved)
            return (Publication(_audience(room, user_id), event),)

        await self._store.write(lambda: self._mark(room, caller, "read_seq", command.seq), announce)

    async def mark_delivered(self, caller: Caller, command: MarkDelivered) -> None:
        """Up to `seq`."""
        room = await self._readable(caller, command.channel_id, command.seq)
        user_id, channel_id = caller.user_id, command.channel_id

        def announce(moved: int | None) -> Sequence[Publication]:
            if moved is None:
                return ()
            event = DeliveredUpdated(channel_id, user_id, moved)
            return (Publication(_audience(room, user_id), event),)

        await self._store.write(
            lambda: self._mark(room, caller, "delivered_seq", command.seq), announce
        )

    async def typing(self, caller: Caller, command: Typing) -> None:
        """Not in the lobby nor in large groups: there it would only be noise; nor to who blocks."""
        room = await self._directory.room(command.channel_id)
        require_visible(room, caller)
        if not room.is_larger_than(PRESENCE_MEMBERS) and not room.blockers:
            event = TypingStarted(command.channel_id, caller.known)
            self._broker.publish((Publication(channel_topic(command.channel_id), event),))

    def _mark(self, room: Room, caller: Caller, column: str, seq: int) -> Transaction[int | None]:
        require_visible(room, caller)
        return self._store.channels.mark(room.channel.id, caller.user_id, column, seq)

    async def _readable(self, caller: Caller, channel_id: ChannelId, seq: int) -> Room:
        if seq < 0:
            raise invalid("seq", "it must be 0 or more")
        room = await self._directory.room(channel_id)
        require_visible(room, caller)
        return room


def _audience(room: Room, user_id: UserId) -> str:
    """In small channels everybody sees who has read; in large ones only one's own devices."""
    small = room.channel.kind is not Kind.LOBBY and not room.is_larger_than(RECEIPTS_MEMBERS)
    return channel_topic(room.channel.id) if small else user_topic(user_id)
