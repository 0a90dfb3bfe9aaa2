"""Messages to people: the direct channel is found, or made, on the way."""

import msgspec

from hubbub.model.commands import (
    AddContact,
    Caller,
    Command,
    InDirect,
    OpenDirect,
    RequestFriend,
    SendDirect,
    SendMessage,
)
from hubbub.model.entities import Sent, User
from hubbub.model.errors import NO_SUCH_MESSAGE, invalid, not_found
from hubbub.model.ids import ChannelId, UserId
from hubbub.ports.store import Store
from hubbub.services.channels import Channels
from hubbub.services.content import check_content, check_nonce
from hubbub.services.directory import Directory
from hubbub.services.messages import Messages
from hubbub.services.relationships import Relationships


class Directs:
    """What cannot be sent opens no channel."""

    def __init__(
        self,
        store: Store,
        directory: Directory,
        channels: Channels,
        messages: Messages,
        relationships: Relationships,
    ) -> None:
        self._store = store
        self._directory = directory
        self._channels = channels
        self._messages = messages
        self._relationships = relationships

    def resolved(self, caller: Caller, command: SendDirect) -> Command:
        """The message into the channel, where memory knows that there is one: then it need not be waited for."""
        known = self._directory.direct(caller.user_id, command.user_id)
        return command if known is None else _into(known, command)

    async def placed(self, caller: Caller, command: InDirect) -> Command:
        """What it comes to; raises `Refused(not_found)` where the two have never written to each other."""
        mine, peer_id = caller.user_id, command.user_id
        channel_id = self._directory.direct(mine, peer_id)
        if channel_id is None:
            found = await self._store.read(self._store.channels.find_direct(mine, peer_id))
            if found is None:
                raise not_found("conversation")
            channel_id = found.id
            self._directory.remember_direct(mine, peer_id, channel_id)
        return msgspec.structs.replace(command.command, channel_id=channel_id)

    async def send(self, caller: Caller, command: SendDirect) -> Sent:
        """Returns once the message is on disk."""
        check_content(command.content)
        check_nonce(command.nonce)
        if command.reply_to is not None:
            await self._require_talk(caller.user_id, command.user_id)
        view, _ = await self._channels.open_direct(caller, OpenDirect(command.user_id))
        self._directory.remember_direct(caller.user_id, command.user_id, view.channel.id)
        return await self._messages.send(caller, _into(view.channel.id, command))

    async def add(self, caller: Caller, command: AddContact) -> bool:
        """Whether one may write at once; else the person has been asked to be a friend."""
        if await self._must_ask(caller.known, command.user_id):
            asked = await self._relationships.request(caller, RequestFriend(command.user_id))
            return asked.status == "accepted"
        await self._channels.open_direct(caller, OpenDirect(command.user_id))
        return True

    async def _must_ask(self, user: User, peer_id: UserId) -> bool:
        """A guest, whom the person has not accepted yet."""
        if not user.is_guest:
            return False
        peer = await self._store.read(self._store.accounts.get_user(peer_id))
        if peer is None or peer.is_guest:
            return False
        return await self._store.read(self._store.channels.find_direct(user.id, peer_id)) is None

    async def _require_talk(self, one: UserId, other: UserId) -> None:
        """That there is something to reply to."""
        if await self._store.read(self._store.channels.find_direct(one, other)) is None:
            raise invalid("reply_to", NO_SUCH_MESSAGE)


def _into(channel_id: ChannelId, command: SendDirect) -> SendMessage:
    return SendMessage(channel_id, command.content, command.nonce, command.reply_to)
