"""Transactions on messages."""

from collections.abc import Callable, Sequence

import msgspec
import sqlalchemy as sa

from hubbub.model.commands import History
from hubbub.model.entities import Changes, Draft, Extra, Member, Message, Page, Reaction, Sent
from hubbub.model.errors import Refused, conflict, invalid, not_found
from hubbub.model.ids import ChannelId, MessageId, UserId
from hubbub.model.limits import PINS
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
    encode,
    every,
    first,
    named,
    stored,
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
    "server_id",
    "extra",
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

_NonceKey = tuple[ChannelId, UserId, str]
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

_END = 1 << 60  # larger than any seq


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
    nonced = [draft for draft in drafts if draft.nonce is not None]
    if nonced:
        keys = encode([(d.channel_id, d.author.id, d.nonce) for d in nonced]).decode()
        for n, *row in (yield _BY_NONCES(keys=keys)):
            draft = nonced[n]  # type: ignore[call-overload]  # the place in `keys`
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
    mentioned: list[tuple[object, ...]] = []
    for n, draft in enumerate(drafts, 1):
        message = _placed(draft, seq + n, version + n)
        outcome[draft.id] = Sent(message, draft.nonce)
        rows.append(_row(draft, message))
        if draft.mentions or draft.extra is not None or draft.notified:
            mentioned += [(target, channel_id, message.seq) for target in _targets(draft)]
    yield _INSERT.many(rows)
    if mentioned:
        yield _INSERT_MENTION.many(mentioned)


def _targets(draft: Draft) -> list[int]:
    """Everybody, and every role, whose mention it is; each once."""
    roles = draft.extra.mention_roles if draft.extra is not None else ()
    return list(dict.fromkeys((*draft.mentions, *draft.notified, *roles)))


def _placed(draft: Draft, seq: int, version: int) -> Message:
    extra = draft.extra
    return Message(
        draft.id,
        draft.channel_id,
        seq,
        version,
        draft.author if extra is None else named(draft.author, extra),
        draft.content,
        draft.created_at,
        None,
        None,
        draft.reply_to,
        draft.mentions,
        (),
        draft.server_id,
        None,
        extra,
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
        stored(draft.mentions),
        draft.created_at,
        draft.server_id,
        stored(draft.extra),
    )


def _without_mentions(extra: Extra | None) -> Extra | None:
    """Of an edited message: what it says now mentions no roles."""
    if extra is None:
        return None
    left = msgspec.structs.replace(extra, mention_roles=(), here=False)
    return None if left == Extra() else left


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
        extra = _without_mentions(message.extra)
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
        if edited.mentions:
            place = (message.channel_id, message.seq)
            yield _INSERT_MENTION.many([(user, *place) for user in edited.mentions])
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
