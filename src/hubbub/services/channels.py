"""Groups and direct channels: making, finding, changing, ending."""

from collections.abc import Iterable, Sequence

import msgspec

from hubbub.model.commands import (
    BrowseChannels,
    Caller,
    CreateGroup,
    DeleteChannel,
    FindGroups,
    GetChannel,
    ListChannels,
    ListDetails,
    OpenDirect,
    UpdateChannel,
)
from hubbub.model.entities import Channel, ChannelDetail, ChannelView, Kind, Member, User
from hubbub.model.errors import NO_ADDING, conflict, forbidden, invalid, not_found
from hubbub.model.events import (
    ChannelCreated,
    ChannelDeleted,
    ChannelUpdated,
    MemberJoined,
    Publication,
)
from hubbub.model.ids import SYSTEM, ChannelId, UserId
from hubbub.model.limits import (
    CHANNEL_NAME_CHARS,
    CHANNELS_OWNED,
    DETAIL_MEMBERS,
)
from hubbub.model.names import clean
from hubbub.model.permissions import may_manage
from hubbub.model.topics import channel_topic, user_topic
from hubbub.ports.clock import Clock
from hubbub.ports.ids import IdSource
from hubbub.ports.store import Opened, Store, Transaction
from hubbub.services.directory import Directory, Room
from hubbub.services.text_channels import TextChannels, check_description
from hubbub.services.visibility import rank_in, require_known


class Channels:
    """What can be done with a channel as a whole; people in it are services/members.py."""

    def __init__(
        self,
        store: Store,
        directory: Directory,
        clock: Clock,
        ids: IdSource,
        texts: TextChannels,
    ) -> None:
        self._texts = texts
        self._store = store
        self._directory = directory
        self._clock = clock
        self._ids = ids

    async def create_group(self, caller: Caller, command: CreateGroup) -> ChannelView:
        """A group, owned by the caller."""
        user = caller.known
        name, description = _check_name(command.name), check_description(command.description)
        owned = await self._store.read(self._store.channels.count_owned(user.id))
        if owned >= CHANNELS_OWNED:
            raise conflict(f"You own {CHANNELS_OWNED} groups; delete one first.")
        now = self._clock.now_ms()
        channel = Channel(
            self._new_id(), Kind.GROUP, name, description, user.id, command.private, now
        )
        admits = user.is_guest if command.guests is None else command.guests
        channel = msgspec.structs.replace(channel, guests=admits)
        people = list(dict.fromkeys((user.id, *command.user_ids)))
        if SYSTEM in people:
            raise not_found("user")
        if user.is_guest and len(people) > 1:
            raise forbidden(NO_ADDING)
        if len(people) > DETAIL_MEMBERS:
            raise invalid("user_ids", f"at most {DETAIL_MEMBERS} people at once")
        channel, members = await self._store.write(
            lambda: self._store.channels.add_group(channel, people, unique=command.unique),
            lambda result: _created(*result),
            barrier=True,
        )
        return ChannelView(channel, members[0][0], 0, 0)

    async def open_direct(self, caller: Caller, command: OpenDirect) -> tuple[ChannelView, bool]:
        """The one direct channel with a person, and whether it is new."""
        user, peer_id = caller.known, command.user_id
        if peer_id == user.id:
            raise invalid("user_id", "a direct channel needs another person")
        peer = await self._store.read(self._store.accounts.get_user(peer_id))
        if peer is None or peer.disabled or peer_id == 0:
            raise not_found("user")
        channel = new_direct(self._ids, self._clock)
        result = await self._store.write(
            lambda: self._store.channels.open_direct(
                channel, (user.id, peer.id), only_known=user.is_guest and not peer.is_guest
            ),
            lambda result: opened(result, (user, peer)),
            barrier=True,
        )
        return await view_direct(self._store, result, user.id, peer), result[2]

    async def list_all(self, caller: Caller, _command: ListChannels) -> list[ChannelView]:
        """The caller's, newest activity first."""
        return await self._store.read(self._store.channels.list_views(caller.user_id))

    async def list_details(self, caller: Caller, command: ListDetails) -> list[ChannelDetail]:
        """Newest activity first; one channel where one is named. Not the lobby: its people are everybody."""
        details = await self._store.read(self._details(caller.user_id, command.channel_id))
        if command.channel_id is not None and not details:
            raise not_found("channel")
        return details

    def _details(
        self, user_id: UserId, channel_id: ChannelId | None
    ) -> Transaction[list[ChannelDetail]]:
        tables, found = self._store.channels, []
        for view in (yield from tables.list_views(user_id)):
            is_wanted = channel_id in (None, view.channel.id)
            if is_wanted and view.channel.kind is not Kind.LOBBY:
                found.append((yield from tables.detail(view, DETAIL_MEMBERS)))
        return found

    async def find(self, caller: Caller, command: FindGroups) -> list[Channel]:
        """Open groups to join."""
        who = caller.known
        how = {"guests": who.is_guest, "within": command.within}
        return await self._store.read(
            self._store.channels.find_groups(who.id, command.prefix, **how)
        )

    async def browse(self, caller: Caller, _command: BrowseChannels) -> list[Channel]:
        """The caller's, then those to join."""
        mine = await self.list_all(caller, ListChannels())
        open_ones = await self.find(caller, FindGroups())
        return [v.channel for v in mine if v.channel.kind is not Kind.DIRECT] + open_ones

    async def get(self, caller: Caller, command: GetChannel) -> ChannelView:
        """One channel that the caller may know of."""
        room = await self._directory.room(command.channel_id)
        require_known(room, caller)
        ask = self._store.channels.get_view(caller.user_id, command.channel_id)
        view = await self._store.read(ask)
        require_known(room, caller)  # a kick during the read must win
        if view is None:
            view = ChannelView(room.channel, room.members.get(caller.user_id), 0, 0)
        if room.server is None:
            return view
        return msgspec.structs.replace(view, permissions=room.permissions(caller.user_id))

    async def update(self, caller: Caller, command: UpdateChannel) -> ChannelView:
        """Name, description and openness by admins; a new owner by the owner. Text channels: text_channels.py."""
        room = await self._directory.room(command.channel_id)
        if room.server is not None:
            await self._texts.update(caller, command)
            return await self.get(caller, GetChannel(command.channel_id))
        require_known(room, caller)
        changes = _changes(command)

        def prepare() -> Transaction[Channel]:
            room = self._managed(caller, command.channel_id)
            if command.owner_id is not None:
                _check_new_owner(room, caller, command.owner_id)
            return self._change(room, changes)

        await self._store.write(prepare, _updated, barrier=True)
        return await self.get(caller, GetChannel(command.channel_id))

    def _change(self, room: Room, changes: dict[str, object]) -> Transaction[Channel]:
        tables, channel_id = self._store.channels, room.channel.id
        if changes.get("guests") is False and (yield from tables.count_guests(channel_id)):
            raise conflict("There are guests in the group; remove them first.")
        return (yield from tables.update_channel(channel_id, changes))

    async def delete(self, caller: Caller, command: DeleteChannel) -> None:
        """By the owner, or a server administrator. Text channels: text_channels.py."""
        if (await self._directory.room(command.channel_id)).server is not None:
            await self._texts.delete(caller, command)
            return

        def prepare() -> Transaction[int]:
            room = self._known(caller, command.channel_id)
            if room.channel.kind is not Kind.GROUP:
                raise forbidden("Only groups can be deleted.")
            if rank_in(room, caller) < 3 and not caller.known.is_admin:
                raise forbidden("Only the owner may delete the group.")
            return self._store.channels.delete_channel(command.channel_id)

        await self._store.write(
            prepare, lambda version: _deleted(command.channel_id, version), barrier=True
        )

    def _known(self, caller: Caller, channel_id: ChannelId) -> Room:
        room = self._directory.known(channel_id)
        if room is None:
            raise not_found("channel")
        require_known(room, caller)
        return room

    def _managed(self, caller: Caller, channel_id: ChannelId) -> Room:
        room = self._known(caller, channel_id)
        if not may_manage(room.channel, room.members.get(caller.user_id)):
            raise forbidden("Only admins of the group may change it.")
        return room

    def _new_id(self) -> ChannelId:
        return ChannelId(self._ids.next_id())


def _created(channel: Channel, members: Sequence[tuple[Member, User]]) -> Sequence[Publication]:
    """Each of the first members hears of the channel, then the channel of each of them."""
    people = tuple(user for _, user in members)
    made = [_created_for(channel, member, people) for member, _ in members]
    topic = channel_topic(channel.id)
    return made + [
        Publication(topic, MemberJoined(channel.id, member.version, member, user, channel.kind))
        for member, user in members
    ]


def _created_for(channel: Channel, member: Member, people: tuple[User, ...]) -> Publication:
    """As it was when they came in: the events of who comes after them have later versions."""
    channel = msgspec.structs.replace(channel, version=member.version)
    event = ChannelCreated(channel.id, channel.version, channel, people)
    return Publication(user_topic(member.user_id), event)


def new_direct(ids: IdSource, clock: Clock) -> Channel:
    """A direct channel for two people who may have none yet."""
    return Channel(ChannelId(ids.next_id()), Kind.DIRECT, "", "", None, True, clock.now_ms())


def opened(result: Opened, people: Iterable[User]) -> Sequence[Publication]:
    """Both hear of a direct channel when it is new."""
    channel, members, is_new = result
    if not is_new:
        return ()
    by_id = {user.id: user for user in people}
    return _created(channel, [(m, by_id[m.user_id]) for m in members])


async def view_direct(store: Store, result: Opened, user_id: UserId, peer: User) -> ChannelView:
    """A direct channel as one of its people finds it."""
    channel, members, _ = result
    view = await store.read(store.channels.get_view(user_id, channel.id))
    mine = next((m for m in members if m.user_id == user_id), None)
    return view or ChannelView(channel, mine, 0, 0, peer)


def _updated(channel: Channel) -> Sequence[Publication]:
    event = ChannelUpdated(channel.id, channel.version, channel)
    return (Publication(channel_topic(channel.id), event),)


def _deleted(channel_id: ChannelId, version: int) -> Sequence[Publication]:
    return (Publication(channel_topic(channel_id), ChannelDeleted(channel_id, version)),)


def _changes(command: UpdateChannel) -> dict[str, object]:
    for name in ("category_id", "position", "slow_mode"):
        if getattr(command, name) is not None:
            raise invalid(name, "only channels of servers have one")
    changes: dict[str, object] = {}
    if command.name is not None:
        changes["name"] = _check_name(command.name)
    if command.description is not None:
        changes["description"] = check_description(command.description)
    for name in ("private", "guests", "owner_id"):
        if (value := getattr(command, name)) is not None:
            changes[name] = value
    if not changes:
        raise invalid("body", "give at least one of name, description, private, guests, owner_id")
    return changes


def _check_new_owner(room: Room, caller: Caller, owner_id: UserId) -> None:
    if rank_in(room, caller) < 3:
        raise forbidden("Only the owner may hand the group over.")
    if owner_id not in room.active():
        raise invalid("owner_id", "it must be an active member of the group")


def _check_name(name: str) -> str:
    return clean("name", name, CHANNEL_NAME_CHARS)
