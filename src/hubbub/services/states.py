"""What this node remembers of servers: who is in them, and what each may do where."""

from collections.abc import Iterable
from typing import Final

import msgspec

from hubbub.model.entities import Channel, Override
from hubbub.model.errors import not_found
from hubbub.model.events import (
    ChannelCreated,
    ChannelDeleted,
    ChannelEvent,
    ChannelUpdated,
    Event,
    OverridesUpdated,
)
from hubbub.model.ids import CategoryId, ChannelId, RoleId, ServerId, UserId
from hubbub.model.permissions import READ_HISTORY, VIEW_CHANNEL, in_channel, in_server
from hubbub.model.server_events import (
    CategoryCreated,
    CategoryDeleted,
    CategoryUpdated,
    RoleCreated,
    RoleDeleted,
    RoleUpdated,
    ServerCreated,
    ServerDeleted,
    ServerEvent,
    ServerMemberJoined,
    ServerMemberLeft,
    ServerMemberUpdated,
    ServerUpdated,
)
from hubbub.model.servers import Category, Role, Server, ServerMember, ServerView
from hubbub.ports.server_store import ServerRows
from hubbub.ports.store import Store
from hubbub.services.memory import Memory

OWNER: Final = 1 << 30  # higher than every role
REMEMBERED: Final = 50_000  # computed permissions of a server


class ServerState:
    """A server, whole but for its messages."""

    __slots__ = (
        "_before",
        "_computed",
        "_named",
        "_overrides",
        "_visible",
        "categories",
        "channels",
        "gone",
        "members",
        "roles",
        "server",
    )

    def __init__(self, rows: ServerRows) -> None:
        self.server: Server = rows.server
        self.roles: dict[RoleId, Role] = {role.id: role for role in rows.roles}
        self.categories: dict[CategoryId, Category] = {c.id: c for c in rows.categories}
        self.channels: dict[ChannelId, Channel] = {}
        self.members: dict[UserId, ServerMember] = {m.user_id: m for m in rows.members}
        self.gone = False
        self._overrides: dict[ChannelId, dict[int, Override]] = {}
        self._named: frozenset[int] = frozenset()
        self._computed: dict[tuple[ChannelId, UserId], int] = {}
        self._visible: dict[object, frozenset[ChannelId]] = {}
        self._before: dict[object, frozenset[ChannelId]] = {}
        for channel in rows.channels:
            self._put(channel)
        self._reset()

    # -- questions ----------------------------------------------------------------------------------

    def permissions(self, user_id: UserId) -> int:
        """What a person may do in the whole server; 0 for who is no member."""
        member = self.members.get(user_id)
        if member is None or self.gone:
            return 0
        roles = [self.roles[i].permissions for i in member.role_ids if i in self.roles]
        everyone = self.roles[self.server.everyone_role_id].permissions
        return in_server(everyone, roles, is_owner=user_id == self.server.owner_id)

    def permissions_in(self, channel_id: ChannelId, user_id: UserId) -> int:
        """What a person may do in a channel; 0 where they may not see it."""
        found = self._computed.get((channel_id, user_id))
        if found is None or self.gone:
            found = self._compute(channel_id, user_id)
            if len(self._computed) >= REMEMBERED:
                self._computed.clear()
            self._computed[channel_id, user_id] = found
        return found

    def _compute(self, channel_id: ChannelId, user_id: UserId) -> int:
        overrides = self._overrides.get(channel_id)
        member = self.members.get(user_id)
        if overrides is None or member is None or self.gone:
            return 0
        everyone = self.server.everyone_role_id
        base = self.permissions(user_id)
        return in_channel(base, overrides, everyone, member.role_ids, user_id)

    def visible_channels(self, user_id: UserId) -> frozenset[ChannelId]:
        """Those that a person may see."""
        return self._channels_with(VIEW_CHANNEL, user_id)

    def readable_channels(self, user_id: UserId) -> frozenset[ChannelId]:
        """Those of them of which they may read what was said before."""
        return self._channels_with(READ_HISTORY, user_id)

    def _channels_with(self, permission: int, user_id: UserId) -> frozenset[ChannelId]:
        """Who bears the same roles shares an answer, unless an override names them: of 10,000 members most are
        alike."""
        member = self.members.get(user_id)
        if member is None or self.gone:
            return frozenset()
        alone = user_id == self.server.owner_id or user_id in self._named
        key = permission, user_id if alone else member.role_ids
        found = self._visible.get(key)
        if found is None:
            seen = [i for i in self.channels if self._compute(i, user_id) & permission]
            found = frozenset(seen)
            # The same object as long as it says the same: whoever compares need not look inside.
            before = self._before.get(key)
            found = self._visible[key] = before if before == found else found
        return found

    def top(self, user_id: UserId) -> int:
        """How high a person stands: their highest role's position; the owner stands above all."""
        member = self.members.get(user_id)
        if user_id == self.server.owner_id:
            return OWNER
        if member is None:
            return -1
        held = [self.roles[i].position for i in member.role_ids if i in self.roles]
        return max(held, default=0)

    # -- changes ------------------------------------------------------------------------------------

    def apply(self, event: Event) -> None:
        """Brings a change in, once."""
        if isinstance(event, ChannelEvent):
            self._apply_channel(event)
            self._reset()
        elif isinstance(event, ServerEvent) and event.version > self.server.version:
            self._apply(event)
            self.server = msgspec.structs.replace(self.server, version=event.version)
            if isinstance(event, ServerMemberJoined | ServerMemberLeft):
                self._forget(event)
            else:
                self._reset()

    def _apply_channel(self, event: ChannelEvent) -> None:
        known = self.channels.get(event.channel_id)
        if isinstance(event, ChannelDeleted):
            self.channels.pop(event.channel_id, None)
            self._overrides.pop(event.channel_id, None)
        elif known is None or known.version < event.version:
            self._put(event.channel)

    def _put(self, channel: Channel) -> None:
        self.channels[channel.id] = channel
        self._overrides[channel.id] = {o.target_id: o for o in channel.overrides}

    def _apply(self, event: ServerEvent) -> None:
        match event:
            case ServerUpdated():
                self.server = event.server
            case ServerDeleted():
                self.gone = True
            case ServerMemberJoined() | ServerMemberUpdated():
                self.members[event.member.user_id] = event.member
            case ServerMemberLeft():
                self.members.pop(event.user.id, None)
            case RoleCreated() | RoleUpdated():
                self.roles[event.role.id] = event.role
            case RoleDeleted():
                self._drop_role(event.role_id)
            case CategoryCreated() | CategoryUpdated():
                self.categories[event.category.id] = event.category
            case CategoryDeleted():
                self._drop_category(event.category_id)

    def _drop_role(self, role_id: RoleId) -> None:
        self.roles.pop(role_id, None)
        for member in [m for m in self.members.values() if role_id in m.role_ids]:
            kept = tuple(i for i in member.role_ids if i != role_id)
            self.members[member.user_id] = msgspec.structs.replace(member, role_ids=kept)
        for channel in [c for c in self.channels.values() if _names(c.overrides, role_id)]:
            left = tuple(o for o in channel.overrides if o.target_id != role_id)
            self._put(msgspec.structs.replace(channel, overrides=left))

    def _drop_category(self, category_id: CategoryId) -> None:
        self.categories.pop(category_id, None)
        for channel in [c for c in self.channels.values() if c.category_id == category_id]:
            self._put(msgspec.structs.replace(channel, category_id=None))

    def _forget(self, event: ServerMemberJoined | ServerMemberLeft) -> None:
        """What others may do has not changed."""
        user = event.user.id
        self._computed.clear()
        for permission in (VIEW_CHANNEL, READ_HISTORY):
            self._visible.pop((permission, user), None)

    def _reset(self) -> None:
        """Anything may have changed what anybody may do."""
        self._computed.clear()
        self._before, self._visible = self._visible or self._before, {}
        members = [o.keys() for o in self._overrides.values()]
        self._named = frozenset().union(*members)


def _names(overrides: Iterable[Override], target_id: int) -> bool:
    return any(o.target_id == target_id for o in overrides)


class ServerStates(Memory[ServerId, ServerState]):
    """Servers by id."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._store = store

    async def read(self, key: ServerId) -> ServerState:
        """From the store; raises `Refused(not_found)`."""
        rows = await self._store.read(self._store.servers.load(key))
        if rows is None:
            raise not_found("server")
        return ServerState(rows)

    def apply(self, event: Event) -> None:
        """Called with every event of every commit, before anything later is decided."""
        if isinstance(event, ServerEvent):
            self.hear(event.server_id, event)
        elif isinstance(event, ServerCreated):
            self._begin(event.view)
        elif isinstance(event, ChannelCreated | ChannelUpdated | OverridesUpdated):
            if event.channel.server_id is not None:
                self.hear(event.channel.server_id, event)
        elif isinstance(event, ChannelDeleted) and event.server_id is not None:
            self.hear(event.server_id, event)

    def _begin(self, view: ServerView) -> None:
        """A new server: what its owner sees is all that there is."""
        if view.member_count == 1 and view.server.id not in self._young:
            channels = [v.channel for v in view.channels]
            rows = ServerRows(
                view.server, [*view.roles], [*view.categories], channels, [view.member]
            )
            self._young[view.server.id] = ServerState(rows)
