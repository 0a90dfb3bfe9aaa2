"""Drafts that become messages: the transaction that group commit is about."""

from collections.abc import Sequence

import sqlalchemy as sa

from hubbub.model.entities import Draft, Message, Sent
from hubbub.model.errors import NO_SUCH_MESSAGE, Refused, invalid, not_found
from hubbub.model.ids import ChannelId, MessageId, UserId
from hubbub.storage.schema import channels, mentions, messages, users
from hubbub.storage.sql import Statement, param
from hubbub.storage.transactions import (
    MESSAGE_COLUMNS,
    USER_COLUMNS,
    Steps,
    encode,
    named,
    stored,
    to_message,
)

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
SEQ = Statement(
    sa.select(messages.c.seq).where(
        messages.c.channel_id == param("channel"), messages.c.id == param("id")
    )
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
    "receiver_id",
)
_INSERT = Statement(messages.insert().values({c: param(c) for c in _INSERT_COLUMNS}))
INSERT_MENTION = Statement(
    mentions.insert().values({c: param(c) for c in ("user_id", "channel_id", "seq")})
)

_NonceKey = tuple[ChannelId, UserId, str]


def with_nonce(channel_id: ChannelId, author_id: UserId, nonce: str) -> Steps[Message | None]:
    """The message that an author has sent to a channel under a nonce."""
    keys = encode([(channel_id, author_id, nonce)]).decode()
    rows = yield _BY_NONCES(keys=keys)
    return to_message(rows[0][1:]) if rows else None


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
            found = yield SEQ(channel=draft.channel_id, id=draft.reply_to)
            if not found:
                outcome[draft.id] = invalid("reply_to", NO_SUCH_MESSAGE)
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
        yield INSERT_MENTION.many(mentioned)


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
        draft.receiver_id,
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
        draft.receiver_id,
    )


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
