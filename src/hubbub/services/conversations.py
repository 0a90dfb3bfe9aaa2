"""A page of a chat with all that a client without memory needs to show it."""

from collections.abc import Iterable, Sequence

from hubbub.model.commands import (
    Caller,
    GetChannel,
    History,
    ListMembers,
    ReadConversation,
    ReadGroup,
)
from hubbub.model.entities import Conversation, GroupDetail, Kind, Member, Page, Status, User
from hubbub.model.errors import not_found
from hubbub.model.ids import SYSTEM, ChannelId, UserId
from hubbub.ports.presence import Presence
from hubbub.ports.store import Store, Transaction
from hubbub.services.channels import Channels
from hubbub.services.directory import Directory, Room
from hubbub.services.messages import Messages
from hubbub.services.visibility import rank_in, visible


class Conversations:
    """Groups, the lobby and direct channels; a server's channels have `History`."""

    def __init__(
        self,
        store: Store,
        directory: Directory,
        channels: Channels,
        messages: Messages,
        presence: Presence,
    ) -> None:
        self._store = store
        self._directory = directory
        self._channels = channels
        self._messages = messages
        self._presence = presence

    async def read(self, caller: Caller, command: ReadConversation) -> Conversation:
        """Of a group where one is named, else with a person; raises `Refused(not_found)`."""
        if command.channel_id is not None:
            return await self._of_group(caller, command, command.channel_id)
        return await self._with(caller, command, command.user_id or SYSTEM)

    async def _of_group(
        self, caller: Caller, command: ReadConversation, channel_id: ChannelId
    ) -> Conversation:
        room = await self._directory.room(channel_id)
        if room.channel.kind not in (Kind.GROUP, Kind.LOBBY):
            raise not_found("channel")  # the words of one that is not there
        page = await self._page(caller, command, channel_id)
        view = await self._channels.get(caller, GetChannel(channel_id))
        online = self._online(message.author.id for message in page.messages)
        count = len(room.active()) if room.channel.kind is Kind.GROUP else 0
        return Conversation(page, view, None, count, online)

    async def _with(
        self, caller: Caller, command: ReadConversation, user_id: UserId
    ) -> Conversation:
        mine, tables = caller.user_id, self._store
        peer = await tables.read(tables.accounts.get_user(user_id))
        if peer is None or user_id == SYSTEM:
            raise not_found("user")
        online = self._online((mine, user_id))
        channel = await tables.read(tables.channels.find_direct(mine, user_id))
        if channel is None:
            return Conversation(Page([], False, 0), None, peer, 2, online)
        page = await self._page(caller, command, channel.id)
        view = await self._channels.get(caller, GetChannel(channel.id))
        return Conversation(page, view, peer, 2, online)

    async def read_group(self, caller: Caller, command: ReadGroup) -> GroupDetail:
        """Raises `Refused(not_found)` for what is no group that one may know of."""
        channel_id = command.channel_id
        room = await self._directory.room(channel_id)
        if room.channel.kind is not Kind.GROUP:
            raise not_found("channel")
        view = await self._channels.get(caller, GetChannel(channel_id))
        people = await self._store.read(self._people(channel_id, _listed(room, caller)))
        listed = _listed(room, caller)  # a kick during the read must win
        found = [person for person in people if person[0].status in listed]
        return GroupDetail(view, len(room.active()), found)

    def _people(
        self, channel_id: ChannelId, listed: Sequence[Status]
    ) -> Transaction[list[tuple[Member, User]]]:
        found: list[tuple[Member, User]] = []
        for status in listed:
            found += yield from self._store.channels.list_members(ListMembers(channel_id, status))
        return found

    async def _page(self, caller: Caller, command: ReadConversation, channel_id: ChannelId) -> Page:
        place = {"before": command.before, "limit": command.limit, "offset": command.offset}
        return await self._messages.history(caller, History(channel_id, **place))  # type: ignore[arg-type]  # each its own type

    def _online(self, user_ids: Iterable[UserId]) -> frozenset[UserId]:
        return frozenset(self._presence.online(set(user_ids)))


def _listed(room: Room, caller: Caller) -> Sequence[Status]:
    """Whom of a group somebody may see."""
    if not visible(room, caller.user_id):
        return ()
    return (Status.ACTIVE, Status.PENDING) if rank_in(room, caller) >= 2 else (Status.ACTIVE,)
