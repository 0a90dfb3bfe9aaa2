"""Transactions on messages."""

from collections.abc import Callable, Sequence

import msgspec
import sqlalchemy as sa

from hubbub.model.commands import History
from hubbub.model.entities import Changes, Draft, Member, Message, Page, Reaction, Sent
from hubbub.model.errors import Refused, invalid, not_found
from hubbub.model.ids import ChannelId, MessageId, UserId
from hubbub.ports.store import Edited
from hubbub.storage.schema import channels, members, mentions, messages, users
from hubbub.storage.sql import Statement, param
from hubbub.storage.transactions import (
    GET_CHANNEL,
    MEMBER_COLUMNS,
    MESSAGE_COLUMNS,
    SELECT_MESSAGE,
    USER_COLUMNS,
    Steps,
    bump,
    every,
    first,
    to_channel,
    to_member,
    to_message,
)

_IN_CHANNEL = SELECT_MESSAGE.where(messages.c.channel_id == param("channel"))

_GET = Statement(_IN_CHANNEL.where(messages.c.id == param("id")))
# All drafts of a transaction are asked for at once: a query for each took 6 µs, this takes 2.
_KEYS = sa.func.json_each(param("keys")).table_valued("key", "value")
_BY_NONCES = Statement(
    sa.select(_KEYS.c.key, *MESSAGE_COLUMNS, *USER_COLUMNS)
    .select_from(_KEYS)
    .join(
        messages,
        sa.and_(
            messages.c.channel_id == _KEYS.c.value.op("->>")(sa.literal_column("0")),
            messages.c.author_id == _KEYS.c.value.op("->>")(sa.literal_column("1")),
            messages.c.nonce == _KEYS.c.value.op("->>")(sa.literal_column("2")),
        ),
    )
    .join(users, users.c.id == messages.c.author_id)
)
_SEQ = Statement(
    sa.select(messages.c.seq).where(
        messages.c.channel_id == param("channel"), messages.c.id == param("id")
    )
)
_OLDER = Statement(
    _IN_CHANNEL.where(messages.c.seq < param("seq"))
    .order_by(messages.c.seq.desc())
    .limit(param("limit"))
)
_NEWER = Statement(
    _IN_CHANNEL.where(messages.c.seq > param("seq")).order_by(messages.c.seq).limit(param("limit"))
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
_RESERVE = Statement(
    channels.update()
    .where(channels.c.id == param("channel"))
    .values(
        last_seq=channels.c.last_seq + param("count"),
        version=channels.c.version + param("count"),
        active_at=param("now"),
    )
    .returning(channels.c.last_seq, channels.c.version)
)
_INSERT_COLUMNS = (
    "id",
    "channel_id",
    "seq",
    "version",
    "author_id",
    "content",
    "nonce",
    "reply_to",
    "mentions",
    "created_at",
)
_INSERT = Statement(messages.insert().values({c: param(c) for c in _INSERT_COLUMNS}))
_INSERT_MENTION = Statement(
    mentions.insert().values({c: param(c) for c in ("user_id", "channel_id", "seq")})
)
_DROP_MENTIONS = Statement(
    mentions.delete().where(
        mentions.c.channel_id == param("channel"), mentions.c.seq == param("at")
    )
)
_EDIT = Statement(
    messages.update()
    .where(messages.c.id == param("message"))
    .values({c: param(c) for c in ("content", "mentions", "version", "edited_at")})
)
_RECALL = Statement(
    messages.update()
    .where(messages.c.id == param("message"))
    .values(
        {c: param(c) for c in ("version", "recalled_at", "recalled_by")}
        | {"content": "", "mentions": sa.null(), "reactions": sa.null()}
    )
)

_NonceKey = tuple[ChannelId, UserId, str]
_REACT = Statement(
    messages.update()
    .where(messages.c.id == param("message"))
    .values({c: param(c) for c in ("reactions", "version")})
)

_END = 1 << 60  # larger than any seq
_encode = msgspec.json.Encoder().encode


def append(drafts: Sequence[Draft]) -> Steps[list[Sent | Refused]]:
    """Stores drafts in their order, each channel's counters moved once; a known nonce stores nothing."""
    outcome = yield from _known(drafts)
    fresh: dict[ChannelId, list[Draft]] = {}
    originals: dict[_NonceKey, MessageId] = {}
    for draft in drafts:
        if draft.id not in outcome and _is_original(draft, originals):
            fresh.setdefault(draft.channel_id, []).append(draft)
    for channel_id, waiting in fresh.items():
        yield from _append_to(channel_id, waiting, outcome)
    return [_settle(draft, outcome, originals) for draft in drafts]


def _known(drafts: Sequence[Draft]) -> Steps[dict[int, Sent | Refused]]:
    """What is already decided about drafts, by their ids: their nonce was used, or they reply to nothing."""
    outcome: dict[int, Sent | Refused] = {}
    named = [draft for draft in drafts if draft.nonce is not None]
    if named:
        keys = _encode([(d.channel_id, d.author.id, d.nonce) for d in named]).decode()
        for n, *row in (yield _BY_NONCES(keys=keys)):
            draft = named[n]  # type: ignore[call-overload]  # the place in `keys`
            outcome[draft.id] = Sent(to_message(tuple(row)), draft.nonce, duplicate=True)
    for draft in drafts:
        if draft.reply_to is not None and draft.id not in outcome:
            found = yield _SEQ(channel=draft.channel_id, id=draft.reply_to)
            if not found:
                outcome[draft.id] = invalid("reply_to", "there is no such message in this channel")
    return outcome


def _is_original(draft: Draft, originals: dict[_NonceKey, MessageId]) -> bool:
    """False for a second draft with one nonce in one transaction; it is settled with the first."""
    if draft.nonce is None:
        return True
    key = (draft.channel_id, draft.author.id, draft.nonce)
    return originals.setdefault(key, draft.id) == draft.id


def _append_to(
    channel_id: ChannelId, drafts: list[Draft], outcome: dict[int, Sent | Refused]
) -> Steps[None]:
    count = len(drafts)
    reserved = yield _RESERVE(channel=channel_id, count=count, now=drafts[-1].created_at)
    if not reserved:
        outcome.update((d.id, not_found("channel")) for d in drafts)
        return
    last_seq, last_version = reserved[0]
    seq, version = int(last_seq) - count, int(last_version) - count  # type: ignore[call-overload]  # integer columns
    rows: list[tuple[object, ...]] = []
    named: list[tuple[object, ...]] = []
    for n, draft in enumerate(drafts, 1):
        message = _placed(draft, seq + n, version + n)
        outcome[draft.id] = Sent(message, draft.nonce)
        rows.append(_row(draft, message))
        named += [(user, channel_id, message.seq) for user in draft.mentions]
    yield _INSERT.many(rows)
    if named:
        yield _INSERT_MENTION.many(named)


def _placed(draft: Draft, seq: int, version: int) -> Message:
    return Message(
        draft.id,
        draft.channel_id,
        seq,
        version,
        draft.author,
        draft.content,
        draft.created_at,
        None,
        None,
        draft.reply_to,
        draft.mentions,
    )


def _row(draft: Draft, message: Message) -> tuple[object, ...]:
    """In the order of _INSERT_COLUMNS."""
    return (
        draft.id,
        draft.channel_id,
        message.seq,
        message.version,
        draft.author.id,
        draft.content,
        draft.nonce,
        draft.reply_to,
        _stored_mentions(draft.mentions),
        draft.created_at,
    )


def _stored_mentions(user_ids: tuple[UserId, ...]) -> str | None:
    return _encode(user_ids).decode() if user_ids else None


def _settle(
    draft: Draft,
    outcome: dict[int, Sent | Refused],
    originals: dict[_NonceKey, MessageId],
) -> Sent | Refused:
    found = outcome.get(draft.id)
    if found is not None:
        return found
    original = outcome[originals[draft.channel_id, draft.author.id, draft.nonce or ""]]
    if isinstance(original, Refused):
        return original
    return Sent(original.message, draft.nonce, duplicate=True)


class MessageTables:
    """The transactions behind the port of the same name."""

    def get_message(self, channel_id: ChannelId, message_id: MessageId) -> Steps[Message | None]:
        """One message of a channel."""
        return first(_GET(channel=channel_id, id=message_id), to_message)

    def page(self, query: History) -> Steps[Page]:
        """Newest first. One row more than asked for tells whether there are more."""
        rows = yield GET_CHANNEL(id=query.channel_id)
        if not rows:
            raise not_found("channel")
        version = to_channel(rows[0]).version
        if query.after is not None:
            found, more = yield from self._newer(query, query.after)
        elif query.around is not None:
            found, more = yield from self._around(query, query.around)
        else:
            found, more = yield from self._older(query)
        return Page(found, more, version)

    def _older(self, query: History) -> Steps[tuple[list[Message], bool]]:
        seq = _END
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

    def _around(self, query: History, cursor: MessageId) -> Steps[tuple[list[Message], bool]]:
        seq = yield from self._cursor(query.channel_id, cursor, "around")
        newer = _NEWER(channel=query.channel_id, seq=seq, limit=query.limit // 2)
        after = yield from every(newer, to_message)
        room = query.limit - len(after)
        older, more = yield from self._before(query.channel_id, seq + 1, room)
        return after[::-1] + older, more

    def _cursor(self, channel_id: ChannelId, message_id: MessageId, name: str) -> Steps[int]:
        rows = yield _SEQ(channel=channel_id, id=message_id)
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
        version, _ = yield from bump(message.channel_id)
        yield _EDIT(
            message=message.id,
            content=edited.content,
            mentions=_stored_mentions(edited.mentions),
            version=version,
            edited_at=edited.now,
        )
        yield _DROP_MENTIONS(channel=message.channel_id, at=message.seq)
        if edited.mentions:
            place = (message.channel_id, message.seq)
            yield _INSERT_MENTION.many([(user, *place) for user in edited.mentions])
        return msgspec.structs.replace(
            message,
            content=edited.content,
            version=version,
            edited_at=edited.now,
            mentions=edited.mentions,
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
        stored = _encode(reactions).decode() if reactions else None
        yield _REACT(message=message.id, reactions=stored, version=version)
        return msgspec.structs.replace(message, reactions=reactions, version=version), True

    def _existing(self, channel_id: ChannelId, message_id: MessageId) -> Steps[Message]:
        message = yield from self.get_message(channel_id, message_id)
        if message is None:
            raise not_found("message")
        return message
