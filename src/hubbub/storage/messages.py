"""Transactions on messages."""

from collections.abc import Callable

import msgspec
import sqlalchemy as sa

from hubbub.model.commands import History
from hubbub.model.entities import Changes, Extra, Member, Message, Page, Reaction
from hubbub.model.errors import conflict, invalid, not_found
from hubbub.model.ids import ChannelId, MessageId, UserId
from hubbub.model.limits import PINS
from hubbub.ports.store import Edited
from hubbub.storage import drafts
from hubbub.storage.drafts import INSERT_MENTION, SEQ
from hubbub.storage.schema import members, mentions, messages
from hubbub.storage.sql import Statement, param
from hubbub.storage.transactions import (
    GET_CHANNEL,
    MEMBER_COLUMNS,
    SELECT_MESSAGE,
    Steps,
    bump,
    every,
    first,
    stored,
    to_channel,
    to_member,
    to_message,
)

_IN_CHANNEL = SELECT_MESSAGE.where(messages.c.channel_id == param("channel"))

_GET = Statement(_IN_CHANNEL.where(messages.c.id == param("id")))
_OLDER = Statement(
    _IN_CHANNEL.where(messages.c.seq < param("seq"))
    .order_by(messages.c.seq.desc())
    .limit(param("limit"))
)
_NEWER = Statement(
    _IN_CHANNEL.where(messages.c.seq > param("seq")).order_by(messages.c.seq).limit(param("limit"))
)
_TIME_AT = Statement(
    sa.select(messages.c.created_at).where(
        messages.c.channel_id == param("channel"), messages.c.seq == param("seq")
    )
)
_UNREAD = Statement(
    _IN_CHANNEL.where(
        messages.c.seq > param("seq"),
        messages.c.id > param("after"),
        messages.c.author_id != param("user"),
        messages.c.recalled_at.is_(None),
    )
    .order_by(messages.c.seq.desc())
    .limit(param("limit"))
)
_CHANGED = Statement(_IN_CHANNEL.where(messages.c.version > param("version")).limit(param("limit")))
_CHANGED_MEMBERS = Statement(
    sa.select(*MEMBER_COLUMNS)
    .where(members.c.channel_id == param("channel"), members.c.version > param("version"))
    .order_by(members.c.version)
    .limit(param("limit"))
)
_DROP_MENTIONS = Statement(
    mentions.delete().where(
        mentions.c.channel_id == param("channel"), mentions.c.seq == param("at")
    )
)
_EDIT = Statement(
    messages.update()
    .where(messages.c.id == param("message"))
    .values({c: param(c) for c in ("content", "mentions", "version", "edited_at", "extra")})
)
_RECALL = Statement(
    messages.update()
    .where(messages.c.id == param("message"))
    .values(
        {c: param(c) for c in ("version", "recalled_at", "recalled_by")}
        | {
            "content": "",
            **dict.fromkeys(("mentions", "reactions", "extra", "pinned_at"), sa.null()),
        }
    )
)

_REACT = Statement(
    messages.update()
    .where(messages.c.id == param("message"))
    .values({c: param(c) for c in ("reactions", "version")})
)

_PIN = Statement(
    messages.update()
    .where(messages.c.id == param("message"))
    .values({c: param(c) for c in ("pinned_at", "version")})
)
_PINNED = (messages.c.channel_id == param("channel"), messages.c.pinned_at.is_not(None))
_COUNT_PINS = Statement(sa.select(sa.func.count()).select_from(messages).where(*_PINNED))
_LIST_PINS = Statement(
    SELECT_MESSAGE.where(*_PINNED).order_by(messages.c.pinned_at.desc(), messages.c.id.desc())
)


def _extra_of(edited: Edited, old: Extra | None) -> Extra | None:
    """With the mentions of what it says now."""
    mentions = {"mention_roles": edited.mention_roles, "here": edited.here}
    extra = msgspec.structs.replace(old or Extra(), **mentions)
    return None if extra == Extra() else extra


def _targets(edited: Edited) -> list[int]:
    """Everybody, and every role, whose mention it is; each once."""
    return list(dict.fromkeys((*edited.mentions, *edited.notified, *edited.mention_roles)))


class MessageTables:
    """The transactions behind the port of the same name."""

    def get_message(self, channel_id: ChannelId, message_id: MessageId) -> Steps[Message | None]:
        """One message of a channel."""
        return first(_GET(channel=channel_id, id=message_id), to_message)

    def with_nonce(
        self, channel_id: ChannelId, author_id: UserId, nonce: str
    ) -> Steps[Message | None]:
        """What an author has sent under it."""
        return drafts.with_nonce(channel_id, author_id, nonce)

    def page(self, query: History) -> Steps[Page]:
        """Newest first. One row more than asked for tells whether there are more."""
        rows = yield GET_CHANNEL(id=query.channel_id)
        if not rows:
            raise not_found("channel")
        channel = to_channel(rows[0])
        if query.after is not None:
            found, more = yield from self._newer(query, query.after)
        elif query.around is not None:
            seq = yield from self._cursor(query.channel_id, query.around, "around")
            found, more = yield from self._around(query, seq)
        elif query.at is not None:
            found, more = yield from self._around_time(query, query.at, channel.last_seq)
        else:
            found, more = yield from self._older(query, channel.last_seq + 1 - query.offset)
        return Page(found, more, channel.version, channel.last_seq)

    def _older(self, query: History, seq: int) -> Steps[tuple[list[Message], bool]]:
        if query.before is not None:
            seq = yield from self._cursor(query.channel_id, query.before, "before")
        return (yield from self._before(query.channel_id, seq, query.limit))

    def _before(
        self, channel_id: ChannelId, seq: int, limit: int
    ) -> Steps[tuple[list[Message], bool]]:
        found = yield from every(_OLDER(channel=channel_id, seq=seq, limit=limit + 1), to_message)
        return found[:limit], len(found) > limit

    def _newer(self, query: History, cursor: MessageId) -> Steps[tuple[list[Message], bool]]:
        seq = yield from self._cursor(query.channel_id, cursor, "after")
        newer = _NEWER(channel=query.channel_id, seq=seq, limit=query.limit + 1)
        found = yield from every(newer, to_message)
        return found[: query.limit][::-1], len(found) > query.limit

    def _around(self, query: History, seq: int) -> Steps[tuple[list[Message], bool]]:
        newer = _NEWER(channel=query.channel_id, seq=seq, limit=query.limit // 2)
        after = yield from every(newer, to_message)
        room = query.limit - len(after)
        older, more = yield from self._before(query.channel_id, seq + 1, room)
        return after[::-1] + older, more

    def _around_time(
        self, query: History, at: int, last_seq: int
    ) -> Steps[tuple[list[Message], bool]]:
        seq = yield from self._first_since(query.channel_id, at, last_seq)
        if seq > last_seq:
            return (yield from self._before(query.channel_id, seq, query.limit))
        return (yield from self._around(query, seq))

    def _first_since(self, channel_id: ChannelId, at: int, last_seq: int) -> Steps[int]:
        """By halves: 16 looks by the index on (channel, seq) find a moment among 50,000 messages, where an index on
        time would cost every send. Seqs have no gaps, and times grow with them but for messages of one commit and
        where the clock was set back: there it is a message of that moment beside an earlier one, if not the first."""
        low, high = 1, last_seq + 1
        while low < high:
            middle = (low + high) // 2
            rows = yield _TIME_AT(channel=channel_id, seq=middle)
            if rows and int(rows[0][0]) >= at:  # type: ignore[call-overload]  # an integer column
                high = middle
            else:
                low = middle + 1
        return low

    def _cursor(self, channel_id: ChannelId, message_id: MessageId, name: str) -> Steps[int]:
        rows = yield SEQ(channel=channel_id, id=message_id)
        if not rows:
            raise invalid(name, "it must be the id of a message of this channel")
        return int(rows[0][0])  # type: ignore[call-overload,no-any-return]  # an integer column

    def changes(self, channel_id: ChannelId, from_version: int, limit: int) -> Steps[Changes]:
        """Rows whose last change is newer than `from_version`; all of them, or none and `limited`."""
        rows = yield GET_CHANNEL(id=channel_id)
        if not rows:
            raise not_found("channel")
        to_version = to_channel(rows[0]).version
        if from_version > to_version:
            raise invalid("positions", f"{from_version} is ahead of the channel's {to_version}")
        ask = {"channel": channel_id, "version": from_version, "limit": limit + 1}
        changed = yield from every(_CHANGED(**ask), to_message)
        people = yield from every(_CHANGED_MEMBERS(**ask), to_member)
        limited = len(changed) > limit or len(people) > limit
        if limited:
            changed, people = [], []
        changed.sort(key=lambda m: m.seq)
        return Changes(channel_id, from_version, to_version, changed, people, limited)

    def unread(self, member: Member, after: MessageId | None, limit: int) -> Steps[list[Message]]:
        """What waits for a member, newest first."""
        place = {"channel": member.channel_id, "seq": member.read_seq, "after": after or 0}
        return every(_UNREAD(**place, user=member.user_id, limit=limit), to_message)

    def edit(self, edited: Edited, allow: Callable[[Message], None]) -> Steps[Message]:
        """New content under a new version."""
        message = yield from self._existing(edited.channel_id, edited.message_id)
        allow(message)
        extra = _extra_of(edited, message.extra)
        version, _ = yield from bump(message.channel_id)
        yield _EDIT(
            message=message.id,
            content=edited.content,
            mentions=stored(edited.mentions),
            version=version,
            edited_at=edited.now,
            extra=stored(extra),
        )
        yield _DROP_MENTIONS(channel=message.channel_id, at=message.seq)
        if targets := _targets(edited):
            place = (message.channel_id, message.seq)
            yield INSERT_MENTION.many([(target, *place) for target in targets])
        return msgspec.structs.replace(
            message,
            content=edited.content,
            version=version,
            edited_at=edited.now,
            mentions=edited.mentions,
            extra=extra,
        )

    def recall(
        self,
        channel_id: ChannelId,
        message_id: MessageId,
        by: UserId,
        now: int,
        allow: Callable[[Message], None],
    ) -> Steps[tuple[Message, bool]]:
        """A tombstone: the content is gone from the row, not only hidden."""
        message = yield from self._existing(channel_id, message_id)
        allow(message)
        if message.recalled_at is not None:
            return message, False
        version, _ = yield from bump(channel_id)
        yield _RECALL(message=message.id, version=version, recalled_at=now, recalled_by=by)
        yield _DROP_MENTIONS(channel=channel_id, at=message.seq)
        gone = {
            "content": "",
            "version": version,
            "recalled_at": now,
            "mentions": (),
            "reactions": (),
            "pinned_at": None,
            "extra": None,
        }
        return msgspec.structs.replace(message, **gone), True

    def react(
        self,
        channel_id: ChannelId,
        message_id: MessageId,
        change: Callable[[Message], tuple[Reaction, ...]],
    ) -> Steps[tuple[Message, bool]]:
        """New reactions under a new version, if they are new."""
        message = yield from self._existing(channel_id, message_id)
        reactions = change(message)
        if reactions == message.reactions:
            return message, False
        version, _ = yield from bump(channel_id)
        yield _REACT(message=message.id, reactions=stored(reactions), version=version)
        return msgspec.structs.replace(message, reactions=reactions, version=version), True

    def pin(
        self,
        channel_id: ChannelId,
        message_id: MessageId,
        at: int | None,
        allow: Callable[[Message], None],
    ) -> Steps[tuple[Message, bool]]:
        """Under a new version. What is pinned stays where it was among the pins."""
        message = yield from self._existing(channel_id, message_id)
        allow(message)
        if (message.pinned_at is None) is (at is None):
            return message, False
        if at is not None:
            rows = yield _COUNT_PINS(channel=channel_id)
            if rows[0][0] >= PINS:  # type: ignore[operator]  # a count
                raise conflict(f"A channel may have {PINS} pins; take one away first.")
        version, _ = yield from bump(channel_id)
        yield _PIN(message=message.id, pinned_at=at, version=version)
        return msgspec.structs.replace(message, pinned_at=at, version=version), True

    def list_pins(self, channel_id: ChannelId) -> Steps[list[Message]]:
        """The latest pin first."""
        return every(_LIST_PINS(channel=channel_id), to_message)

    def _existing(self, channel_id: ChannelId, message_id: MessageId) -> Steps[Message]:
        message = yield from self.get_message(channel_id, message_id)
        if message is None:
            raise not_found("message")
        return message
