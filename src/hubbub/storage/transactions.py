"""Shared parts of transactions, and rows turned into entities."""

from collections.abc import Callable, Generator
from typing import TypeVar

import msgspec
import sqlalchemy as sa

from hubbub.model.entities import (
    Bond,
    Channel,
    Extra,
    GroupRole,
    Kind,
    Member,
    Message,
    Override,
    Reaction,
    Status,
    User,
)
from hubbub.model.errors import not_found
from hubbub.model.ids import ChannelId, MessageId, UserId
from hubbub.ports.store import Row
from hubbub.storage.schema import channels, members, messages, relationships, users
from hubbub.storage.sql import Query, Statement, param

T = TypeVar("T")
Steps = Generator[Query, list[Row], T]

USER_COLUMNS = (
    users.c.id,
    users.c.username,
    users.c.display_name,
    users.c.created_at,
    users.c.is_admin,
    users.c.disabled,
    users.c.kind,
    users.c.avatar,
)
CHANNEL_COLUMNS = (
    channels.c.id,
    channels.c.kind,
    channels.c.name,
    channels.c.description,
    channels.c.owner_id,
    channels.c.private,
    channels.c.created_at,
    channels.c.last_seq,
    channels.c.version,
    channels.c.server_id,
    channels.c.category_id,
    channels.c.position,
    channels.c.slow_mode,
    channels.c.overrides,
    channels.c.guests,
)
MEMBER_COLUMNS = (
    members.c.channel_id,
    members.c.user_id,
    members.c.role,
    members.c.status,
    members.c.version,
    members.c.joined_at,
    members.c.read_seq,
    members.c.delivered_seq,
    members.c.was_member,
)
MESSAGE_COLUMNS = (
    messages.c.id,
    messages.c.channel_id,
    messages.c.seq,
    messages.c.version,
    messages.c.content,
    messages.c.created_at,
    messages.c.edited_at,
    messages.c.recalled_at,
    messages.c.reply_to,
    messages.c.mentions,
    messages.c.reactions,
    messages.c.server_id,
    messages.c.pinned_at,
    messages.c.extra,
    messages.c.receiver_id,
)
N_USER, N_CHANNEL, N_MEMBER, N_MESSAGE = 8, 15, 9, 15
_PROGRAMS = ("bot", "webhook")

# Webhooks are the authors of their messages and nobody one could write to or let in.
GET_USER = Statement(
    sa.select(*USER_COLUMNS).where(users.c.id == param("id"), users.c.kind != "webhook")
)
GET_CHANNEL = Statement(sa.select(*CHANNEL_COLUMNS).where(channels.c.id == param("id")))
SELECT_MESSAGE = sa.select(*MESSAGE_COLUMNS, *USER_COLUMNS).join_from(
    messages, users, users.c.id == messages.c.author_id
)
LATEST = Statement(
    SELECT_MESSAGE.where(messages.c.channel_id == param("channel"))
    .order_by(messages.c.seq.desc())
    .limit(1)
)
ID_AT = Statement(
    sa.select(messages.c.id).where(
        messages.c.channel_id == param("channel"), messages.c.seq == param("seq")
    )
)
_BUMP = Statement(
    channels.update()
    .where(channels.c.id == param("channel"))
    .values(version=channels.c.version + 1)
    .returning(channels.c.version, channels.c.last_seq)
)
# Nobody has a relationship to themselves, so this is one of them to the other, and back.
BETWEEN = sa.and_(
    relationships.c.user_id.in_((param("one"), param("other"))),
    relationships.c.peer_id.in_((param("one"), param("other"))),
)
_BLOCKERS = Statement(
    sa.select(relationships.c.user_id).where(BETWEEN, relationships.c.bond == Bond.BLOCKED.value)
)

encode = msgspec.json.Encoder().encode
decode_ids = msgspec.json.Decoder(tuple[int, ...]).decode
_decode_reactions = msgspec.json.Decoder(tuple[Reaction, ...]).decode


class _StoredExtra(Extra, frozen=True):
    """As it is read: msgspec finds no value for `Raw | None`."""

    payload: msgspec.Raw = msgspec.Raw()


_decode_extra = msgspec.json.Decoder(_StoredExtra).decode
_decode_overrides = msgspec.json.Decoder(tuple[Override, ...]).decode


def first(query: Query, build: Callable[[Row], T]) -> Steps[T | None]:
    """The first row as an entity, or None."""
    rows = yield query
    return build(rows[0]) if rows else None


def every(query: Query, build: Callable[[Row], T]) -> Steps[list[T]]:
    """All rows as entities."""
    rows = yield query
    return [build(row) for row in rows]


def stored(found: object) -> str | None:
    """What a column of JSON holds: null for nothing, and for an empty list."""
    return encode(found).decode() if found else None


def message_at(channel_id: ChannelId, seq: int) -> Steps[MessageId | None]:
    """The message at a position; None at the start."""
    return first(ID_AT(channel=channel_id, seq=seq), lambda row: MessageId(row[0]))  # type: ignore[arg-type]  # an integer column


def bump(channel_id: ChannelId) -> Steps[tuple[int, int]]:
    """Gives a change of a channel its version; returns it with the last seq. Refused(not_found) for a channel that
    has been deleted meanwhile."""
    rows = yield _BUMP(channel=channel_id)
    if not rows:
        raise not_found("channel")
    version, last_seq = rows[0]
    return version, last_seq  # type: ignore[return-value]  # two integer columns


def blockers(one: UserId, other: UserId) -> Steps[frozenset[UserId]]:
    """Who of two people blocks the other."""
    rows = yield _BLOCKERS(one=one, other=other)
    return frozenset([row[0] for row in rows])  # type: ignore[misc]  # an integer column


def to_user(row: Row) -> User:
    """From USER_COLUMNS."""
    user_id, name, shown, since, is_admin, disabled, kind, avatar = row
    flags = bool(is_admin), bool(disabled), kind in _PROGRAMS, kind == "guest"
    return User(user_id, name, shown, since, *flags, avatar)  # type: ignore[arg-type]  # rows are untyped; columns and fields are in one order


def _to_extra(found: object) -> Extra:
    """From a column of `extra` that is not null."""
    extra = msgspec.structs.asdict(_decode_extra(str(found)))
    return Extra(**extra | {"payload": extra["payload"] or None})


def named(author: User, extra: Extra) -> User:
    """The author as a message with this extra shows them."""
    if not extra.alias:
        return author
    return msgspec.structs.replace(author, username=extra.alias, display_name=extra.alias)


def to_channel(row: Row) -> Channel:
    """From CHANNEL_COLUMNS."""
    identity, kind, name, description, owner, private, *rest, stored_overrides, guests = row
    overrides = to_overrides(stored_overrides) if stored_overrides is not None else ()
    known = identity, Kind(str(kind)), name, description, owner, bool(private)
    return Channel(*known, *rest, overrides, bool(guests))  # type: ignore[arg-type,call-arg]  # as above


def to_overrides(found: object) -> tuple[Override, ...]:
    """From a column of overrides that is not null."""
    return _decode_overrides(str(found))


def to_member(row: Row) -> Member:
    """From MEMBER_COLUMNS."""
    channel, user, role, status, *rest, was_member = row
    known = GroupRole(str(role)), Status(str(status))
    return Member(channel, user, *known, *rest, bool(was_member))  # type: ignore[arg-type,call-arg]  # as above; two of the rest are positions


def to_message(row: Row) -> Message:
    """From MESSAGE_COLUMNS followed by the author's USER_COLUMNS."""
    (
        identity,
        channel,
        seq,
        version,
        content,
        created,
        edited,
        recalled,
        reply,
        mentioned,
        reacted,
        server,
        pinned,
        more,
        receiver,
    ) = row[:N_MESSAGE]
    extra = _to_extra(more) if more is not None else None
    author = to_user(row[N_MESSAGE:])
    return Message(
        identity,  # type: ignore[arg-type]  # as above, for all of these
        channel,  # type: ignore[arg-type]  # as above
        seq,  # type: ignore[arg-type]  # as above
        version,  # type: ignore[arg-type]  # as above
        author if extra is None else named(author, extra),
        content,  # type: ignore[arg-type]  # as above
        created,  # type: ignore[arg-type]  # as above
        edited,  # type: ignore[arg-type]  # as above
        recalled,  # type: ignore[arg-type]  # as above
        reply,  # type: ignore[arg-type]  # as above
        decode_ids(str(mentioned)) if mentioned is not None else (),  # type: ignore[arg-type]  # as above
        _decode_reactions(str(reacted)) if reacted is not None else (),
        server,  # type: ignore[arg-type]  # as above
        pinned,  # type: ignore[arg-type]  # as above
        extra,
        receiver,  # type: ignore[arg-type]  # as above
    )
