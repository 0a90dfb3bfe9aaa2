"""What this node remembers of channels and their members, kept current by events (decision 11)."""

import asyncio

import structlog

from hubbub.model.entities import Channel, Kind, Member, Status
from hubbub.model.errors import not_found
from hubbub.model.events import (
    BlocksChanged,
    ChannelDeleted,
    ChannelUpdated,
    Event,
    MemberJoined,
    MemberLeft,
    MemberUpdated,
)
from hubbub.model.ids import ChannelId, UserId
from hubbub.ports.store import Store

AGE_SECONDS = 600.0

log = structlog.get_logger("hubbub.services")

_Change = (
    ChannelUpdated | ChannelDeleted | MemberJoined | MemberLeft | MemberUpdated | BlocksChanged
)


class Room:
    """A channel and the people who matter in it: active, pending, banned.

    `blockers`: who of a direct channel's two people blocks the other; nobody anywhere else.
    """

    __slots__ = ("blockers", "channel", "gone", "members")

    def __init__(
        self, channel: Channel, members: list[Member], blockers: frozenset[UserId] = frozenset()
    ) -> None:
        self.channel = channel
        self.blockers = blockers
        self.members: dict[UserId, Member] = {m.user_id: m for m in members}
        self.gone = False

    def active(self) -> list[UserId]:
        """Who takes part; for the lobby nobody is listed, since everybody does."""
        return [m.user_id for m in self.members.values() if m.status is Status.ACTIVE]

    def is_larger_than(self, people: int) -> bool:
        """Whether what each causes for each would be too much."""
        return self.channel.kind is Kind.LOBBY or len(self.members) > people

    def apply(self, event: _Change) -> None:
        """Brings a change in, once: an event that the room knows already does nothing."""
        if isinstance(event, ChannelUpdated):
            if event.version > self.channel.version:
                self.channel = event.channel
        elif isinstance(event, ChannelDeleted):
            self.gone = True
        elif isinstance(event, BlocksChanged):
            self.blockers = frozenset(event.blockers)
        else:
            self._apply_member(event.member)

    def _apply_member(self, member: Member) -> None:
        known = self.members.get(member.user_id)
        if known is not None and known.version >= member.version:
            return
        listed = self.channel.kind is not Kind.LOBBY or member.status is Status.BANNED
        if member.status is Status.LEFT or not listed:
            self.members.pop(member.user_id, None)
        else:
            self.members[member.user_id] = member


class Directory:
    """Rooms by channel id, loaded when first asked for, and let go when nobody has asked for long."""

    def __init__(self, store: Store) -> None:
        self._store = store
        # Two generations: what is asked for is among the young, what nobody asks for ages and is let go.
        self._rooms: dict[ChannelId, Room] = {}
        self._old: dict[ChannelId, Room] = {}
        self._loading: dict[ChannelId, tuple[asyncio.Future[Room], list[_Change]]] = {}

    def known(self, channel_id: ChannelId) -> Room | None:
        """The room, if it is in memory."""
        return self._rooms.get(channel_id) or self._rejuvenate(channel_id)

    async def room(self, channel_id: ChannelId) -> Room:
        """The room; raises `Refused(not_found)`."""
        room = self.known(channel_id)
        return room if room is not None else await self._load(channel_id)

    def _rejuvenate(self, channel_id: ChannelId) -> Room | None:
        room = self._old.pop(channel_id, None)
        if room is not None:
            self._rooms[channel_id] = room
        return room

    def age(self) -> None:
        """Lets go what nobody has asked for since the last call. Called every AGE_SECONDS, far more than any
        command takes: nobody holds a room that is let go, which events would no longer reach."""
        self._old, self._rooms = self._rooms, {}

    def size(self) -> int:
        """How many rooms are in memory."""
        return len(self._rooms) + len(self._old)

    def apply(self, event: Event) -> None:
        """Called with every event of every commit, before anything later is decided."""
        if not isinstance(event, _Change):
            return
        room = self._rooms.get(event.channel_id) or self._old.get(event.channel_id)
        if room is not None:
            room.apply(event)
            if room.gone:
                self._rooms.pop(event.channel_id, None)
                self._old.pop(event.channel_id, None)
        elif event.channel_id in self._loading:
            self._loading[event.channel_id][1].append(event)

    def forget(self) -> None:
        """Memory may be wrong: whoever holds a room finds it gone, and the next to ask reads it anew."""
        for rooms in (self._rooms, self._old):
            for room in rooms.values():
                room.gone = True
            rooms.clear()

    async def _load(self, channel_id: ChannelId) -> Room:
        """Reads a room once, however many ask; what happens meanwhile is brought in after."""
        if channel_id in self._loading:
            return await asyncio.shield(self._loading[channel_id][0])
        future: asyncio.Future[Room] = asyncio.get_running_loop().create_future()
        future.add_done_callback(_look_at)
        missed: list[_Change] = []
        self._loading[channel_id] = future, missed
        try:
            room = self._rooms[channel_id] = await self._read(channel_id, missed)
        except Exception as error:
            future.set_exception(error)
            raise
        else:
            future.set_result(room)
            return room
        finally:
            del self._loading[channel_id]

    async def _read(self, channel_id: ChannelId, missed: list[_Change]) -> Room:
        found = await self._store.read(self._store.channels.get_channel(channel_id))
        if found is None:
            raise not_found("channel")
        room = Room(*found)
        for event in missed:
            room.apply(event)
        if room.gone:
            raise not_found("channel")
        return room


def _look_at(future: "asyncio.Future[Room]") -> None:
    """Several may wait for a load, or nobody: then its failure is not an unread one."""
    if not future.cancelled():
        future.exception()
