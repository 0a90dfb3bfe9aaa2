"""What this node remembers of channels and their members."""

from collections.abc import Iterable
from typing import Final

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
    OverridesUpdated,
)
from hubbub.model.ids import ChannelId, ServerId, UserId
from hubbub.model.server_events import ServerDeleted
from hubbub.ports.store import Store
from hubbub.services.memory import Memory
from hubbub.services.states import ServerState, ServerStates

_Change = (
    ChannelUpdated
    | OverridesUpdated
    | ChannelDeleted
    | MemberJoined
    | MemberLeft
    | MemberUpdated
    | BlocksChanged
)

REMEMBERED_DIRECTS: Final = 50_000
# Asked for every message: looking it up in its enumeration is half of the time.
_DIRECT: Final = Kind.DIRECT


class Room:
    """A channel and the people who matter in it: active, pending, banned.

    `blockers`: who of a direct channel's two people blocks the other; nobody anywhere else.
    `server`: of a text channel, where its people are.
    """

    __slots__ = ("blockers", "channel", "gone", "members", "server")

    def __init__(
        self,
        channel: Channel,
        members: list[Member],
        blockers: frozenset[UserId] = frozenset(),
        server: ServerState | None = None,
    ) -> None:
        self.channel = channel
        self.server = server
        self.blockers = blockers
        self.members: dict[UserId, Member] = {m.user_id: m for m in members}
        self.gone = False

    def active(self) -> list[UserId]:
        """Who takes part; for the lobby nobody is listed, since everybody does."""
        if self.server is not None:
            mine, seen = self.channel.id, self.server.visible_channels
            return [user_id for user_id in self.server.members if mine in seen(user_id)]
        return [m.user_id for m in self.members.values() if m.status is Status.ACTIVE]

    def receiver(self, user_id: UserId) -> UserId | None:
        """The other person of a direct channel."""
        if self.channel.kind is _DIRECT:
            for other in self.members:
                if other != user_id:
                    return other
        return None

    def is_larger_than(self, people: int) -> bool:
        """Whether what each causes for each would be too much."""
        if self.server is not None:
            return len(self.server.members) > people
        return self.channel.kind is Kind.LOBBY or len(self.members) > people

    def permissions(self, user_id: UserId) -> int:
        """What a person may do in a text channel; 0 where they may not see it."""
        if self.server is None or self.gone:
            return 0
        return self.server.permissions_in(self.channel.id, user_id)

    def apply(self, event: Event) -> None:
        """Brings a change in, once: an event that the room knows already does nothing."""
        if not isinstance(event, _Change):
            return
        if isinstance(event, ChannelUpdated | OverridesUpdated):
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


class Directory(Memory[ChannelId, Room]):
    """Rooms by channel id."""

    def __init__(self, store: Store, states: ServerStates) -> None:
        super().__init__()
        self._store = store
        self.states = states
        self._directs: dict[tuple[UserId, UserId], ChannelId] = {}

    def direct(self, one: UserId, other: UserId) -> ChannelId | None:
        """Two people's channel, where it is known; there is one for ever."""
        return self._directs.get((one, other))

    def remember_direct(self, one: UserId, other: UserId, channel_id: ChannelId) -> None:
        """In this direction."""
        if len(self._directs) >= REMEMBERED_DIRECTS:
            self._directs.clear()
        self._directs[one, other] = channel_id

    async def room(self, channel_id: ChannelId) -> Room:
        """The room; raises `Refused(not_found)`."""
        return await self.get(channel_id)

    async def read(self, key: ChannelId) -> Room:
        """From the store; raises `Refused(not_found)`."""
        found = await self._store.read(self._store.channels.get_channel(key))
        if found is None:
            raise not_found("channel")
        server_id = found[0].server_id
        if server_id is None:
            return Room(*found)
        return Room(*found, server=await self.states.get(server_id))

    def apply(self, event: Event) -> None:
        """Called with every event of every commit, before anything later is decided."""
        self.states.apply(event)
        if isinstance(event, _Change):
            self.hear(event.channel_id, event)
        elif isinstance(event, ServerDeleted):
            self._close(event)

    def _close(self, event: ServerDeleted) -> None:
        """A server's channels end with it."""
        for room in self.all():
            if room.channel.server_id == event.server_id:
                self.hear(room.channel.id, ChannelDeleted(room.channel.id, room.channel.version))

    def age_all(self, servers: Iterable[ServerId]) -> None:
        """Rooms, then servers: but not those of a room that is kept, and not `servers`, which are in use."""
        self.age()
        self.states.age({r.server.server.id for r in self.all() if r.server} | set(servers))

    def forget_all(self) -> None:
        """Memory may be wrong."""
        self.forget()
        self.states.forget()
        self._directs.clear()
