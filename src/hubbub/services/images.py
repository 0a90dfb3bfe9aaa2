"""Images: of a channel, each in a message of its own, and of people."""

from typing import Final

from hubbub.model.commands import (
    Caller,
    GetImage,
    GetUserImage,
    PostImage,
    SendMessage,
    SetUserImage,
)
from hubbub.model.entities import Image, Sent
from hubbub.model.errors import Refused, invalid, not_found
from hubbub.model.events import ChannelDeleted, Event, MessageRecalled
from hubbub.model.ids import ChannelId, MessageId, UserId
from hubbub.model.images import media_type
from hubbub.model.permissions import ATTACH_FILES
from hubbub.model.server_events import ServerDeleted
from hubbub.ports.blobs import Blobs
from hubbub.ports.ids import IdSource
from hubbub.services.directory import Directory
from hubbub.services.messages import Messages
from hubbub.services.rates import Rate, Rates
from hubbub.services.visibility import require_allowed, require_readable, require_writable

IMAGES: Final = Rate(10, 0.2)


class Images:
    """The bytes are on disk before the message that shows them; they go when it is recalled (S26)."""

    def __init__(
        self,
        blobs: Blobs,
        messages: Messages,
        directory: Directory,
        rates: Rates,
        ids: IdSource,
    ) -> None:
        self._blobs = blobs
        self._messages = messages
        self._directory = directory
        self._rates = rates
        self._ids = ids

    async def post(self, caller: Caller, command: PostImage) -> Sent:
        """A message whose content is the image's path."""
        room = await self._directory.room(command.channel_id)
        require_writable(room, caller)
        require_allowed(room, caller, ATTACH_FILES)
        _require_image(command.content)
        self._rates.take(IMAGES, "images", caller.user_id)
        message_id = MessageId(self._ids.next_id())
        path = command.path.format(message_id=message_id)
        key = _key(command.channel_id, message_id)
        await self._blobs.put(key, command.content)
        try:
            require_allowed(room, caller, ATTACH_FILES)  # lost while the image was written
            sending = SendMessage(command.channel_id, path, message_id=message_id)
            return await self._messages.send(caller, sending)
        except Refused:
            self._blobs.drop(key)
            raise

    async def get(self, caller: Caller, command: GetImage) -> Image:
        """For whoever may read the message now, as long as it is there."""
        message = await self._messages.get(caller, command)
        if message.recalled_at is not None:
            raise not_found("image")
        found = await self._blobs.get(_key(command.channel_id, command.message_id))
        room = await self._directory.room(command.channel_id)
        require_readable(room, caller)  # a kick during the read must win
        return _image(found)

    async def set_own(self, caller: Caller, command: SetUserImage) -> UserId:
        """The caller's own; replaces the one before."""
        _require_image(command.content)
        self._rates.take(IMAGES, "images", caller.user_id)
        await self._blobs.put(f"users/{caller.user_id}", command.content)
        return caller.user_id

    async def get_of(self, caller: Caller, command: GetUserImage) -> Image:
        """Anybody's, for anybody who is signed in, like a profile."""
        return _image(await self._blobs.get(f"users/{command.user_id}"))

    def apply(self, event: Event) -> None:
        """What was recalled or deleted must not stay on the disk."""
        if isinstance(event, MessageRecalled):
            self._blobs.drop(_key(event.channel_id, event.message.id))
        elif isinstance(event, ChannelDeleted):
            self._drop_channel(event.channel_id)
        elif isinstance(event, ServerDeleted):
            for channel_id in event.channel_ids:
                self._drop_channel(channel_id)

    def _drop_channel(self, channel_id: ChannelId) -> None:
        self._blobs.drop(f"channels/{channel_id}")


def _key(channel_id: ChannelId, message_id: MessageId) -> str:
    return f"channels/{channel_id}/{message_id}"


def _require_image(content: bytes) -> None:
    if media_type(content) is None:
        raise invalid("image", "it must be a PNG, JPEG, GIF or WebP")


def _image(content: bytes | None) -> Image:
    kind = None if content is None else media_type(content)
    if content is None or kind is None:
        raise not_found("image")
    return Image(kind, content)
