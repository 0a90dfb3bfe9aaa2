"""Reactions: putting an emoji on a message and taking it back. Twice changes nothing."""

from collections.abc import Callable, Sequence

from hubbub.model.commands import AddReaction, Caller, RemoveReaction
from hubbub.model.entities import Message
from hubbub.model.errors import conflict
from hubbub.model.events import Publication, ReactionAdded, ReactionRemoved
from hubbub.model.ids import UserId
from hubbub.model.reactions import Reactions as Found
from hubbub.model.reactions import check_emoji, with_reaction, without_reaction
from hubbub.model.topics import channel_topic
from hubbub.ports.store import Store, Transaction
from hubbub.services.directory import Directory
from hubbub.services.rates import MESSAGES, Rates
from hubbub.services.visibility import require_visible

Change = Callable[[Found, str, UserId], Found]


class Reactions:
    """What members do to messages without words."""

    def __init__(self, store: Store, directory: Directory, rates: Rates) -> None:
        self._store = store
        self._directory = directory
        self._rates = rates

    async def add(self, caller: Caller, command: AddReaction) -> Message:
        """Many per person and message."""
        return await self._react(caller, command, with_reaction, ReactionAdded)

    async def remove(self, caller: Caller, command: RemoveReaction) -> Message:
        """One's own."""
        return await self._react(caller, command, without_reaction, ReactionRemoved)

    async def _react(
        self,
        caller: Caller,
        command: AddReaction | RemoveReaction,
        change: Change,
        event: type[ReactionAdded] | type[ReactionRemoved],
    ) -> Message:
        room = await self._directory.room(command.channel_id)
        require_visible(room, caller)
        check_emoji(command.emoji)
        user_id, emoji = caller.user_id, command.emoji
        self._rates.take(MESSAGES, "reactions", user_id, command.channel_id)

        def changed(message: Message) -> Found:
            if message.recalled_at is not None:
                raise conflict("A recalled message can't have reactions.")
            return change(message.reactions, emoji, user_id)

        def prepare() -> Transaction[tuple[Message, bool]]:
            require_visible(room, caller)
            return self._store.messages.react(command.channel_id, command.message_id, changed)

        def announce(result: tuple[Message, bool]) -> Sequence[Publication]:
            message, is_new = result
            if not is_new:
                return ()
            topic = channel_topic(message.channel_id)
            told = event(message.channel_id, message.version, message, user_id, emoji)
            return (Publication(topic, told),)

        message, _ = await self._store.write(prepare, announce)
        return message
