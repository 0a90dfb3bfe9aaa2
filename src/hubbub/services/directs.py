"""Messages to people: the direct channel is found, or made, on the way."""

from hubbub.model.commands import Caller, Command, OpenDirect, SendDirect, SendMessage
from hubbub.model.entities import Sent
from hubbub.model.errors import NO_SUCH_MESSAGE, invalid
from hubbub.model.ids import ChannelId, UserId
from hubbub.ports.store import Store
from hubbub.services.channels import Channels
from hubbub.services.content import check_content, check_nonce
from hubbub.services.directory import Directory
from hubbub.services.messages import Messages


class Directs:
    """What cannot be sent opens no channel."""

    def __init__(
        self, store: Store, directory: Directory, channels: Channels, messages: Messages
    ) -> None:
        self._store = store
        self._directory = directory
        self._channels = channels
        self._messages = messages

    def resolved(self, caller: Caller, command: SendDirect) -> Command:
        """The message into the channel, where memory knows that there is one: then it need not be waited for."""
        known = self._directory.direct(caller.user_id, command.user_id)
        return command if known is None else _into(known, command)

    async def send(self, caller: Caller, command: SendDirect) -> Sent:
        """Returns once the message is on disk."""
        check_content(command.content)
        check_nonce(command.nonce)
        if command.reply_to is not None:
            await self._require_talk(caller.user_id, command.user_id)
        view, _ = await self._channels.open_direct(caller, OpenDirect(command.user_id))
        self._directory.remember_direct(caller.user_id, command.user_id, view.channel.id)
        return await self._messages.send(caller, _into(view.channel.id, command))

    async def _require_talk(self, one: UserId, other: UserId) -> None:
        """That there is something to reply to."""
        if await self._store.read(self._store.channels.find_direct(one, other)) is None:
            raise invalid("reply_to", NO_SUCH_MESSAGE)


def _into(channel_id: ChannelId, command: SendDirect) -> SendMessage:
    return SendMessage(channel_id, command.content, command.nonce, command.reply_to)
