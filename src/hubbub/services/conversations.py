"""A page of a chat with all that a client without memory needs to show it."""

from collections.abc import Iterable

from hubbub.model.commands import Caller, GetChannel, History, ReadConversation
from hubbub.model.entities import Conversation, Kind, Page
from hubbub.model.errors import not_found
from hubbub.model.ids import SYSTEM, ChannelId, UserId
from hubbub.ports.presence import Presence
from hubbub.ports.store import Store
from hubbub.services.channels import Channels
from hubbub.services.directory import Directory
from hubbub.services.messages import Messages


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

    async def _page(self, caller: Caller, command: ReadConversation, channel_id: ChannelId) -> Page:
        place = {"before": command.before, "limit": command.limit, "offset": command.offset}
        return await self._messages.history(caller, History(channel_id, **place))  # type: ignore[arg-type]  # each its own type

    def _online(self, user_ids: Iterable[UserId]) -> frozenset[UserId]:
        return frozenset(self._presence.online(set(user_ids)))
