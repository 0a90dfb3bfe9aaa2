"""Images: of a channel, each in a message of its own, and of people."""

import asyncio
import hashlib
from typing import Final

from hubbub.model.commands import (
    Caller,
    DropUserImage,
    GetImage,
    GetUserImage,
    PostImage,
    SendMessage,
    SetUserImage,
)
from hubbub.model.entities import Image, Sent, User
from hubbub.model.errors import Refused, invalid, not_found
from hubbub.model.events import ChannelDeleted, Event, MessageRecalled
from hubbub.model.ids import ChannelId, MessageId, UserId
from hubbub.model.images import media_type
from hubbub.model.permissions import ATTACH_FILES
from hubbub.model.server_events import ServerDeleted
from hubbub.ports.blobs import Blobs
from hubbub.ports.ids import IdSource
from hubbub.ports.store import Store
from hubbub.services.accounts import updated
from hubbub.services.directory import Directory
from hubbub.services.messages import Messages
from hubbub.services.rates import Rate, Rates
from hubbub.services.visibility import require_allowed, require_readable, require_writable

IMAGES: Final = Rate(10, 0.2)
MARK_CHARS: Final = (
    12  # of a picture's digest: caches have to tell a person's pictures apart, no more
)


class Images:
    """The bytes are on disk before the message that shows them; they go when it is recalled (S26)."""

    def __init__(
        self,
        store: Store,
        blobs: Blobs,
        messages: Messages,
        directory: Directory,
        rates: Rates,
        ids: IdSource,
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._messages = messages
        self._directory = directory
        self._rates = rates
        self._ids = ids
        self._own = asyncio.Lock()  # or a picture and the mark of another one could end up together

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

    async def set_own(self, caller: Caller, command: SetUserImage) -> User:
        """The caller's own; replaces the one before."""
        _require_image(command.content)
        self._rates.take(IMAGES, "images", caller.user_id)
        mark = hashlib.sha256(command.content).hexdigest()[:MARK_CHARS]
        return await self._put_own(caller.user_id, command.content, mark)

    async def drop_own(self, caller: Caller, _command: DropUserImage) -> None:
        """Nothing in its place, before anybody hears of it: a removal in the background could take the next one."""
        self._rates.take(IMAGES, "images", caller.user_id)
        await self._put_own(caller.user_id, b"", "")

    async def _put_own(self, user_id: UserId, content: bytes, mark: str) -> User:
        async with self._own:
            await self._blobs.put(f"users/{user_id}", content)
            return await self._store.write(
                lambda: self._store.accounts.update_user(user_id, avatar=mark), updated
            )

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
