"""How far people have read and received, and that they are typing."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from operator import itemgetter

import msgspec

from hubbub.model.commands import Caller, ListUnread, MarkDelivered, MarkRead, Typing
from hubbub.model.entities import ChannelView, Kind, Member, Message
from hubbub.model.errors import invalid, not_found
from hubbub.model.events import (
    DeliveredUpdated,
    Publication,
    ReadUpdated,
    TypingStarted,
    TypingStopped,
)
from hubbub.model.ids import ChannelId, MessageId, UserId
from hubbub.model.limits import PRESENCE_MEMBERS, RECEIPTS_MEMBERS, SYNC_CHARS, UNREAD_MESSAGES
from hubbub.model.permissions import SEND_MESSAGES
from hubbub.model.topics import channel_topic, user_topic
from hubbub.ports.broker import Broker
from hubbub.ports.store import Store, Transaction
from hubbub.services.directory import Directory, Room
from hubbub.services.visibility import require_allowed, require_visible

_Moved = tuple[int, MessageId] | None  # where a position is now, if it moved


class Reads:
    """Positions only move forward; unread counts are derived from them."""

    def __init__(self, store: Store, directory: Directory, broker: Broker) -> None:
        self._store = store
        self._directory = directory
        self._broker = broker

    async def mark_read(self, caller: Caller, command: MarkRead) -> None:
        """Up to `seq`; past the end means the end."""
        await self._mark(caller, command, "read_seq", ReadUpdated)

    async def mark_delivered(self, caller: Caller, command: MarkDelivered) -> None:
        """Up to `seq`."""
        await self._mark(caller, command, "delivered_seq", DeliveredUpdated)

    async def _mark(
        self,
        caller: Caller,
        command: MarkRead | MarkDelivered,
        column: str,
        news: type[ReadUpdated | DeliveredUpdated],
    ) -> None:
        if command.seq < 0:
            raise invalid("seq", "it must be 0 or more")
        channel_id, user_id = command.channel_id, caller.user_id
        room = await self._directory.room(channel_id)
        require_visible(room, caller)

        def prepare() -> Transaction[_Moved]:
            require_visible(room, caller)
            return self._move(user_id, command, column)

        def announce(moved: _Moved) -> Sequence[Publication]:
            if moved is None:
                return ()
            return (Publication(_audience(room, user_id), news(channel_id, user_id, *moved)),)

        await self._store.write(prepare, announce)

    def _move(
        self, user_id: UserId, command: MarkRead | MarkDelivered, column: str
    ) -> Transaction[_Moved]:
        seq = command.seq
        if command.message_id is not None:
            ask = self._store.messages.get_message(command.channel_id, command.message_id)
            message = yield from ask
            if message is None:
                raise not_found("message")
            seq = message.seq
        return (yield from self._store.channels.mark(command.channel_id, user_id, column, seq))

    async def list_unread(self, caller: Caller, command: ListUnread) -> list[Message]:
        """Oldest first; of too much, the newest."""
        return await self._store.read(self._unread(caller.user_id, command))

    def _unread(self, user_id: UserId, command: ListUnread) -> Transaction[list[Message]]:
        views = yield from self._store.channels.list_views(user_id)
        wanted = command.channel_ids
        chosen = [v for v in views if wanted is None or v.channel.id in wanted]
        return (yield from unread_in(self._store, chosen, command.after))

    async def typing(self, caller: Caller, command: Typing) -> None:
        """Not in the lobby nor in large groups: there it would only be noise; nor to who blocks."""
        room = await self._directory.room(command.channel_id)
        require_allowed(room, caller, SEND_MESSAGES)
        if not room.is_larger_than(PRESENCE_MEMBERS) and not room.blockers:
            kind = TypingStopped if command.stopped else TypingStarted
            event = kind(command.channel_id, caller.known)
            self._broker.publish((Publication(channel_topic(command.channel_id), event),))


def _audience(room: Room, user_id: UserId) -> str:
    """In small channels everybody sees who has read; in large ones only one's own devices."""
    small = room.channel.kind is not Kind.LOBBY and not room.is_larger_than(RECEIPTS_MEMBERS)
    return channel_topic(room.channel.id) if small else user_topic(user_id)


def unread_in(
    store: Store, views: Iterable[ChannelView], after: MessageId | None = None
) -> Transaction[list[Message]]:
    """What waits for a member, oldest first. Of too much it is the newest, UNREAD_MESSAGES of a channel and
    SYNC_CHARS in all: between them and what comes live nothing is missing. Not of the lobby: most of it is
    nobody's business in particular."""
    found: list[Message] = []
    for view in views:
        if view.unread and view.channel.kind is not Kind.LOBBY and view.member is not None:
            found += yield from store.messages.unread(view.member, after, UNREAD_MESSAGES)
    return _bounded(found)


def undelivered_in(store: Store, views: Iterable[ChannelView]) -> Transaction[list[Message]]:
    """What no device of a member has said that it received, oldest first; the lobby's too. Of too much it is the
    newest of each channel, UNREAD_MESSAGES and SYNC_CHARS in all: no more than that is read."""
    behind = [
        (view.channel.last_seq - view.member.delivered_seq, view.member)
        for view in views
        if view.member is not None and view.channel.last_seq > view.member.delivered_seq
    ]
    found: list[list[Message]] = []
    for share, member in _shares(behind, UNREAD_MESSAGES):
        waiting = msgspec.structs.replace(member, read_seq=member.delivered_seq)
        found.append((yield from store.messages.unread(waiting, None, share)))
    return in_order(_shared(found))


def _shares(behind: Iterable[tuple[int, Member]], room: int) -> Iterator[tuple[int, Member]]:
    """How many messages of each channel there is room for: alike for all, and what the shorter do not need is the
    longer ones'."""
    shortest_first = sorted(behind, key=itemgetter(0))
    for n, (count, member) in enumerate(shortest_first):
        share = min(count, room // (len(shortest_first) - n))
        room -= share
        if share:
            yield share, member


def _shared(waiting: Iterable[list[Message]]) -> list[Message]:
    """The newest of each channel in turn, up to SYNC_CHARS: a flood in one of them, which anybody may make in the
    lobby, pushes nothing out that waits in another."""
    found: list[Message] = []
    room = SYNC_CHARS
    turn = [sorted(messages, key=lambda m: m.seq) for messages in waiting]
    while turn:
        on: list[list[Message]] = []
        for messages in turn:
            if messages and len(messages[-1].content) <= room:
                found.append(messages.pop())
                room -= len(found[-1].content)
                on.append(messages)
        turn = on
    return found


def _bounded(found: list[Message]) -> list[Message]:
    """Oldest first, and of too much the newest."""
    newest = in_order(found)[::-1]
    sizes = accumulate(len(m.content) for m in newest)
    kept = [message for message, size in zip(newest, sizes, strict=True) if size <= SYNC_CHARS]
    return kept[::-1]


def in_order(found: Iterable[Message]) -> list[Message]:
    """By time, as far as that goes: a channel's messages keep the channel's own order, whatever their ids say."""
    reached: dict[ChannelId, int] = {}
    timed: list[tuple[int, Message]] = []
    for message in sorted(found, key=lambda m: m.seq):
        latest = max(reached.get(message.channel_id, 0), message.id)
        reached[message.channel_id] = latest
        timed.append((latest, message))
    return [message for _, message in sorted(timed, key=itemgetter(0))]
