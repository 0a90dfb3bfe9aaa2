"""Sending, editing, recalling and reading messages."""

from collections.abc import Awaitable, Sequence

import msgspec

from hubbub.model.commands import (
    Caller,
    EditMessage,
    GetMessage,
    History,
    RecallMessage,
    SendMessage,
)
from hubbub.model.entities import Draft, Extra, Message, Page, Sent
from hubbub.model.errors import Refused, conflict, forbidden, invalid, not_found
from hubbub.model.events import MessageEdited, MessageRecalled, MessageSent, Publication
from hubbub.model.ids import MAX_ID, MessageId, UserId
from hubbub.model.limits import PAGE_MAX
from hubbub.model.permissions import MENTION_EVERYONE, SEND_MESSAGES
from hubbub.model.servers import AuditEntry
from hubbub.model.topics import channel_topic
from hubbub.ports.clock import Clock
from hubbub.ports.ids import IdSource
from hubbub.ports.presence import Presence
from hubbub.ports.store import Edited, Store, Transaction
from hubbub.services.audit import Journal, Note
from hubbub.services.content import check_content, check_nonce, check_object, check_type
from hubbub.services.directory import Directory, Room
from hubbub.services.mentions import Mentions, find_mentions
from hubbub.services.rates import MESSAGES, Rates
from hubbub.services.slow_mode import SlowMode
from hubbub.services.visibility import (
    moderates,
    require_allowed,
    require_readable,
    require_visible,
    require_writable,
)


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
        presence: Presence,
    ) -> None:
        self._store = store
        self._directory = directory
        self._rates = rates
        self._clock = clock
        self._ids = ids
        self._recall = recall
        self._presence = presence
        self._slow_mode = SlowMode(clock)
        self._journal = Journal(clock, ids)

    async def send(self, caller: Caller, command: SendMessage) -> Sent:
        """Returns once the message is on disk; a known nonce returns the first message."""
        room = self._directory.known(command.channel_id)
        if room is None:
            room = await self._directory.room(command.channel_id)
        require_writable(room, caller)
        check_content(command.content)
        check_nonce(command.nonce)
        self._rates.take(MESSAGES, "messages", caller.user_id, command.channel_id)
        draft = self._draft(caller, command, room)
        if room.channel.slow_mode:
            return await self._send_slowly(caller, draft, room)
        return await self._append(caller, draft, room)

    def _append(self, caller: Caller, draft: Draft, room: Room) -> Awaitable[Sent]:
        """Who loses a permission while it waits may no longer do with it what takes that."""

        def admit() -> None:
            require_writable(room, caller)
            if draft.extra is not None and (draft.extra.mention_roles or draft.extra.here):
                require_allowed(room, caller, MENTION_EVERYONE)

        return self._store.append(draft, admit, sent)

    def _draft(self, caller: Caller, command: SendMessage, room: Room) -> Draft:
        user = caller.known
        named = find_mentions(command.content, room, user.id, self._presence, command.mentions)
        return Draft(
            command.message_id or MessageId(self._ids.next_id()),
            command.channel_id,
            user,
            command.content,
            self._clock.now_ms(),
            command.nonce,
            command.reply_to,
            named.people,
            room.channel.server_id,
            _extra(command, named),
            named.notified,
            room.receiver(user.id),
        )

    async def _send_slowly(self, caller: Caller, draft: Draft, room: Room) -> Sent:
        """Only what was sent makes its author wait; who sends it once more need not."""
        try:
            waits = self._slow_mode.enter(room, caller.user_id)
        except Refused:
            found = await self._sent_before(draft)
            if found is None:
                raise
            require_writable(room, caller)
            return found
        is_new = False
        try:
            result = await self._append(caller, draft, room)
            is_new = not result.duplicate
            return result
        finally:
            if not is_new:
                self._slow_mode.undo(waits)

    async def _sent_before(self, draft: Draft) -> Sent | None:
        if draft.nonce is None:
            return None
        tables = self._store.messages
        ask = tables.with_nonce(draft.channel_id, draft.author.id, draft.nonce)
        message = await self._store.read(ask)
        return None if message is None else Sent(message, draft.nonce, duplicate=True)

    async def edit(self, caller: Caller, command: EditMessage) -> Message:
        """Only the author edits."""
        room = await self._directory.room(command.channel_id)
        require_allowed(room, caller, SEND_MESSAGES)
        check_content(command.content)
        self._rates.take(MESSAGES, "messages", caller.user_id, command.channel_id)

        def allow(message: Message) -> None:
            if message.recalled_at is not None:
                raise conflict("A recalled message can't be edited.")
            if message.author.id != caller.user_id:
                raise forbidden("Only the author may edit a message.")

        def prepare() -> Transaction[Message]:
            require_allowed(room, caller, SEND_MESSAGES)
            return self._store.messages.edit(self._edit_of(caller, command, room), allow)

        return await self._store.write(prepare, _edited)

    def _edit_of(self, caller: Caller, command: EditMessage, room: Room) -> Edited:
        named = find_mentions(command.content, room, caller.user_id, self._presence)
        return Edited(
            command.channel_id,
            command.message_id,
            command.content,
            named.people,
            self._clock.now_ms(),
            named.roles,
            named.here,
            named.notified,
        )

    async def recall(self, caller: Caller, command: RecallMessage) -> Message:
        """The author for a while, who moderates always. Recalling twice changes nothing."""
        room = await self._directory.room(command.channel_id)
        require_visible(room, caller)
        now = self._clock.now_ms()

        def prepare() -> Transaction[tuple[Message, bool]]:
            require_visible(room, caller)
            is_admin = moderates(room, caller)

            def allow(message: Message) -> None:
                self._recall.require(message, caller.user_id, now, is_admin=is_admin)

            place = command.channel_id, command.message_id, caller.user_id
            steps = self._store.messages.recall(*place, now, allow)
            return self._noted(steps, self._recall_note(caller, command, room))

        message, _ = await self._store.write(prepare, _recalled)
        return message

    def _recall_note(self, caller: Caller, command: RecallMessage, room: Room) -> Note:
        server_id = room.channel.server_id
        if server_id is None:
            return ()
        place = server_id, "message.recall", command.message_id
        told = {"channel_id": str(command.channel_id)}
        return self._journal.note(caller, *place, changes=told)

    def _noted(
        self, steps: Transaction[tuple[Message, bool]], note: Note
    ) -> Transaction[tuple[Message, bool]]:
        """The audit log tells what was done to others."""
        message, is_new = yield from steps
        others = [_by_another(e, message) for e in note if e.actor.id != message.author.id]
        if is_new and others:
            yield from self._store.servers.add_audit(others)
        return message, is_new

    async def get(self, caller: Caller, command: GetMessage) -> Message:
        """One message."""
        room = await self._directory.room(command.channel_id)
        require_readable(room, caller)
        found = await self._store.read(
            self._store.messages.get_message(command.channel_id, command.message_id)
        )
        require_readable(room, caller)  # a kick during the read must win
        if found is None:
            raise not_found("message")
        return found

    async def history(self, caller: Caller, command: History) -> Page:
        """A page, newest first."""
        given = (command.before, command.after, command.around, command.at)
        cursors = [cursor for cursor in given if cursor is not None]
        if len(cursors) > 1:
            raise invalid("before, after, around, at", "give at most one of them")
        if command.offset and (cursors or not 0 < command.offset <= MAX_ID):
            raise invalid("offset", f"it must be 0 to {MAX_ID}, and stands alone")
        if not 1 <= command.limit <= PAGE_MAX:
            raise invalid("limit", f"it must be 1 to {PAGE_MAX}")
        room = await self._directory.room(command.channel_id)
        require_readable(room, caller)
        page = await self._store.read(self._store.messages.page(command))
        require_readable(room, caller)  # a kick during the read must win
        return page


def sent(result: Sent) -> Sequence[Publication]:
    """The news of a message, once."""
    if result.duplicate:
        return ()
    message = result.message
    event = MessageSent(message.channel_id, message.version, message, result.nonce)
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


def _extra(command: SendMessage, named: Mentions) -> Extra | None:
    """Nearly always None."""
    if not (command.type or command.payload is not None or named.roles or named.here):
        return None
    check_type(command.type)
    payload = None if command.payload is None else check_object("payload", command.payload)
    return Extra(command.type, payload, mention_roles=named.roles, here=named.here)


def _by_another(entry: AuditEntry, message: Message) -> AuditEntry:
    changes = {**entry.changes, "author_id": str(message.author.id)}
    return msgspec.structs.replace(entry, changes=changes)
