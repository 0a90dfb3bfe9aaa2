"""Sending, editing, recalling and reading messages."""

import re
from collections.abc import Sequence

import msgspec

from hubbub.model.commands import (
    Caller,
    EditMessage,
    GetMessage,
    History,
    RecallMessage,
    SendMessage,
)
from hubbub.model.entities import Draft, Message, Page, Sent
from hubbub.model.errors import conflict, forbidden, invalid, not_found
from hubbub.model.events import MessageEdited, MessageRecalled, MessageSent, Publication
from hubbub.model.ids import MessageId, UserId, parse_id
from hubbub.model.limits import CONTENT_CHARS, NONCE_CHARS, PAGE_MAX
from hubbub.model.topics import channel_topic
from hubbub.ports.clock import Clock
from hubbub.ports.ids import IdSource
from hubbub.ports.store import Edited, Store, Transaction
from hubbub.services.directory import Directory, Room
from hubbub.services.rates import MESSAGES, Rates
from hubbub.services.visibility import rank_in, require_visible, require_writable, visible

_MENTION = re.compile(r"<@(\d{1,16})>")
MENTIONS = 50


class RecallPolicy(msgspec.Struct, frozen=True):
    """`by`: "author", "admins" or "both"; `seconds`: how long an author may, 0 is for ever."""

    by: str
    seconds: int

    def require(self, message: Message, user_id: UserId, now: int, *, is_admin: bool) -> None:
        """Raises `Refused(forbidden)` with who may."""
        if is_admin and self.by != "author":
            return
        if self.by == "admins":
            raise forbidden("Only an admin may recall a message.")
        if message.author.id != user_id:
            raise forbidden("Only the author or an admin may recall a message.")
        if self.seconds and now - message.created_at > self.seconds * 1000:
            raise forbidden(f"A message may be recalled for {self.seconds} s only.")


class Messages:
    """`recall` says who may recall a message, and for how long its author may."""

    def __init__(
        self,
        store: Store,
        directory: Directory,
        rates: Rates,
        clock: Clock,
        ids: IdSource,
        recall: RecallPolicy,
    ) -> None:
        self._store = store
        self._directory = directory
        self._rates = rates
        self._clock = clock
        self._ids = ids
        self._recall = recall

    async def send(self, caller: Caller, command: SendMessage) -> Sent:
        """Returns once the message is on disk; a known nonce returns the first message."""
        room = self._directory.known(command.channel_id)
        if room is None:
            room = await self._directory.room(command.channel_id)
        require_writable(room, caller)
        _check_content(command.content)
        _check_nonce(command.nonce)
        self._rates.take(MESSAGES, "messages", caller.user_id, command.channel_id)
        draft = Draft(
            command.message_id or MessageId(self._ids.next_id()),
            command.channel_id,
            caller.known,
            command.content,
            self._clock.now_ms(),
            command.nonce,
            command.reply_to,
            _mentions(command.content, room),
        )
        return await self._store.append(draft, lambda: require_writable(room, caller), _sent)

    async def edit(self, caller: Caller, command: EditMessage) -> Message:
        """Only the author edits."""
        room = await self._directory.room(command.channel_id)
        require_visible(room, caller)
        _check_content(command.content)
        self._rates.take(MESSAGES, "messages", caller.user_id, command.channel_id)
        named = _mentions(command.content, room)
        edited = Edited(
            command.channel_id, command.message_id, command.content, named, self._clock.now_ms()
        )

        def allow(message: Message) -> None:
            if message.recalled_at is not None:
                raise conflict("A recalled message can't be edited.")
            if message.author.id != caller.user_id:
                raise forbidden("Only the author may edit a message.")

        def prepare() -> Transaction[Message]:
            require_visible(room, caller)
            return self._store.messages.edit(edited, allow)

        return await self._store.write(prepare, _edited)

    async def recall(self, caller: Caller, command: RecallMessage) -> Message:
        """The author for a while, admins always. Recalling twice changes nothing."""
        room = await self._directory.room(command.channel_id)
        require_visible(room, caller)
        now = self._clock.now_ms()

        def prepare() -> Transaction[tuple[Message, bool]]:
            require_visible(room, caller)
            is_admin = rank_in(room, caller) >= 2

            def allow(message: Message) -> None:
                self._recall.require(message, caller.user_id, now, is_admin=is_admin)

            return self._store.messages.recall(
                command.channel_id, command.message_id, caller.user_id, now, allow
            )

        message, _ = await self._store.write(prepare, _recalled)
        return message

    async def get(self, caller: Caller, command: GetMessage) -> Message:
        """One message."""
        room = await self._directory.room(command.channel_id)
        require_visible(room, caller)
        found = await self._store.read(
            self._store.messages.get_message(command.channel_id, command.message_id)
        )
        if found is None:
            raise not_found("message")
        return found

    async def history(self, caller: Caller, command: History) -> Page:
        """A page, newest first."""
        cursors = [c for c in (command.before, command.after, command.around) if c is not None]
        if len(cursors) > 1:
            raise invalid("before, after, around", "give at most one of them")
        if not 1 <= command.limit <= PAGE_MAX:
            raise invalid("limit", f"it must be 1 to {PAGE_MAX}")
        room = await self._directory.room(command.channel_id)
        require_visible(room, caller)
        page = await self._store.read(self._store.messages.page(command))
        require_visible(room, caller)  # a kick during the read must win
        return page


def _sent(sent: Sent) -> Sequence[Publication]:
    if sent.duplicate:
        return ()
    message = sent.message
    event = MessageSent(message.channel_id, message.version, message)
    return (Publication(channel_topic(message.channel_id), event),)


def _edited(message: Message) -> Sequence[Publication]:
    event = MessageEdited(message.channel_id, message.version, message)
    return (Publication(channel_topic(message.channel_id), event),)


def _recalled(result: tuple[Message, bool]) -> Sequence[Publication]:
    message, is_new = result
    if not is_new:
        return ()
    event = MessageRecalled(message.channel_id, message.version, message)
    return (Publication(channel_topic(message.channel_id), event),)


def _check_content(content: str) -> None:
    if len(content) > CONTENT_CHARS or not content or content.isspace():
        raise invalid("content", f"it must have 1 to {CONTENT_CHARS} characters, not only spaces")
    if "\0" in content:
        raise invalid("content", "it must not contain the NUL character")


def _check_nonce(nonce: str | None) -> None:
    if nonce is None:
        return
    if not 1 <= len(nonce) <= NONCE_CHARS or "\0" in nonce:
        raise invalid("nonce", f"it must have 1 to {NONCE_CHARS} characters, none of them NUL")


def _mentions(content: str, room: Room) -> tuple[UserId, ...]:
    """`<@id>` of people who can see the message, each once, in order."""
    if "<@" not in content:
        return ()
    named = dict.fromkeys(UserId(parse_id(m) or 0) for m in _MENTION.findall(content))
    return tuple(u for u in named if u and visible(room, u))[:MENTIONS]
