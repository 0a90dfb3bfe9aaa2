"""Pins: messages that a channel keeps at hand."""

from collections.abc import Sequence

from hubbub.model.commands import Caller
from hubbub.model.entities import Kind, Message
from hubbub.model.errors import conflict, forbidden
from hubbub.model.events import MessagePinned, MessageUnpinned, Publication
from hubbub.model.permissions import MANAGE_MESSAGES
from hubbub.model.server_commands import ListPins, PinMessage, UnpinMessage
from hubbub.model.servers import PinnedMessages
from hubbub.model.topics import channel_topic
from hubbub.ports.clock import Clock
from hubbub.ports.store import Store, Transaction
from hubbub.services.directory import Directory, Room
from hubbub.services.visibility import (
    lacking,
    moderates,
    require_readable,
    require_visible,
)


class Pins:
    """By who moderates; in direct channels by both people. Twice changes nothing."""

    def __init__(self, store: Store, directory: Directory, clock: Clock) -> None:
        self._store = store
        self._directory = directory
        self._clock = clock

    async def pin(self, caller: Caller, command: PinMessage) -> Message:
        """Behind the message itself; a channel has PINS at most."""
        return await self._change(caller, command, self._clock.now_ms(), MessagePinned)

    async def unpin(self, caller: Caller, command: UnpinMessage) -> Message:
        """The message stays."""
        return await self._change(caller, command, None, MessageUnpinned)

    async def list_all(self, caller: Caller, command: ListPins) -> PinnedMessages:
        """The latest first, for whoever may read the history."""
        room = await self._directory.room(command.channel_id)
        require_readable(room, caller)
        found = await self._store.read(self._store.messages.list_pins(command.channel_id))
        require_readable(room, caller)  # a kick during the read must win
        return PinnedMessages(found)

    async def _change(
        self,
        caller: Caller,
        command: PinMessage | UnpinMessage,
        at: int | None,
        event: type[MessagePinned] | type[MessageUnpinned],
    ) -> Message:
        room = await self._directory.room(command.channel_id)
        require_visible(room, caller)

        def prepare() -> Transaction[tuple[Message, bool]]:
            _require_may_pin(room, caller)
            place = command.channel_id, command.message_id
            return self._store.messages.pin(*place, at, _require_there)

        def announce(result: tuple[Message, bool]) -> Sequence[Publication]:
            message, is_new = result
            if not is_new:
                return ()
            told = event(message.channel_id, message.version, message)
            return (Publication(channel_topic(message.channel_id), told),)

        message, _ = await self._store.write(prepare, announce)
        return message


def _require_may_pin(room: Room, caller: Caller) -> None:
    require_readable(room, caller)
    if room.channel.kind is Kind.DIRECT or moderates(room, caller):
        return
    if room.server is not None:
        raise lacking(MANAGE_MESSAGES)
    raise forbidden("Only admins may pin messages here.")


def _require_there(message: Message) -> None:
    if message.recalled_at is not None:
        raise conflict("A recalled message can't be pinned.")
