"""Reactions: putting an emoji on a message and taking it back. Twice changes nothing.

The answer shows the message, so both are for those who may read what was said before.
"""

from collections.abc import Callable, Sequence

from hubbub.model.commands import AddReaction, Caller, RemoveReaction
from hubbub.model.entities import Message
from hubbub.model.errors import conflict, not_found
from hubbub.model.events import Publication, ReactionAdded, ReactionRemoved
from hubbub.model.ids import UserId
from hubbub.model.permissions import ADD_REACTIONS
from hubbub.model.reactions import Reactions as Found
from hubbub.model.reactions import check_emoji, emojis_of, with_reaction, without_reaction
from hubbub.model.topics import channel_topic
from hubbub.ports.store import Store, Transaction
from hubbub.services.directory import Directory, Room
from hubbub.services.rates import MESSAGES, Rates
from hubbub.services.visibility import require_allowed, require_readable

Change = Callable[[Found, str, UserId], Found]
Told = type[ReactionAdded] | type[ReactionRemoved]
Reacted = tuple[Message, list[Publication]]  # with the news of what changed


class Reactions:
    """What members do to messages without words."""

    def __init__(self, store: Store, directory: Directory, rates: Rates) -> None:
        self._store = store
        self._directory = directory
        self._rates = rates

    async def add(self, caller: Caller, command: AddReaction) -> Message:
        """Many per person and message, or one in place of all others."""
        steps = self._replace if command.only else self._add

        def require(room: Room) -> None:
            require_readable(room, caller)
            require_allowed(room, caller, ADD_REACTIONS)

        return await self._react(caller, command, require, lambda: steps(command, caller.user_id))

    async def remove(self, caller: Caller, command: RemoveReaction) -> Message:
        """One's own, also where one may add none."""

        def require(room: Room) -> None:
            require_readable(room, caller)

        return await self._react(
            caller, command, require, lambda: self._take(command, caller.user_id, command.emoji)
        )

    async def _react(
        self,
        caller: Caller,
        command: AddReaction | RemoveReaction,
        require: Callable[[Room], None],
        steps: Callable[[], Transaction[Reacted]],
    ) -> Message:
        room = await self._directory.room(command.channel_id)
        require(room)
        check_emoji(command.emoji)
        self._rates.take(MESSAGES, "reactions", caller.user_id, command.channel_id)

        def prepare() -> Transaction[Reacted]:
            require(room)
            return steps()

        message, _ = await self._store.write(prepare, _news)
        return message

    def _add(self, command: AddReaction, user_id: UserId) -> Transaction[Reacted]:
        return self._change(command, with_reaction, user_id, command.emoji, ReactionAdded)

    def _take(
        self, command: AddReaction | RemoveReaction, user_id: UserId, emoji: str
    ) -> Transaction[Reacted]:
        return self._change(command, without_reaction, user_id, emoji, ReactionRemoved)

    def _replace(self, command: AddReaction, user_id: UserId) -> Transaction[Reacted]:
        """Each that goes and the one that comes are changes of their own, in one write."""
        ask = self._store.messages.get_message(command.channel_id, command.message_id)
        message = yield from ask
        if message is None:
            raise not_found("message")
        news: list[Publication] = []
        for emoji in emojis_of(message.reactions, user_id):
            if emoji != command.emoji:
                _, gone = yield from self._take(command, user_id, emoji)
                news += gone
        message, came = yield from self._add(command, user_id)
        return message, news + came

    def _change(
        self,
        command: AddReaction | RemoveReaction,
        change: Change,
        user_id: UserId,
        emoji: str,
        event: Told,
    ) -> Transaction[Reacted]:
        def changed(message: Message) -> Found:
            if message.recalled_at is not None:
                raise conflict("A recalled message can't have reactions.")
            return change(message.reactions, emoji, user_id)

        place = command.channel_id, command.message_id
        message, is_new = yield from self._store.messages.react(*place, changed)
        told = event(message.channel_id, message.version, message, user_id, emoji)
        return message, [Publication(channel_topic(message.channel_id), told)] if is_new else []


def _news(result: Reacted) -> Sequence[Publication]:
    return result[1]
