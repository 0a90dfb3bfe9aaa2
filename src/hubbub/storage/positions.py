"""How far people have read. In a text channel by a row of `positions`, elsewhere by their member's row."""

from typing import Final

import sqlalchemy as sa

from hubbub.model.entities import Channel
from hubbub.model.errors import not_found
from hubbub.model.ids import MessageId, ServerId, UserId
from hubbub.storage.schema import channels, members, positions, server_members
from hubbub.storage.server_rows import insert_of
from hubbub.storage.sql import Statement, param
from hubbub.storage.transactions import Steps, message_at

COLUMNS: Final = ("read_seq", "delivered_seq")


def _of_person(table: sa.Table) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return table.c.channel_id == param("channel"), table.c.user_id == param("user")


def _move(table: sa.Table, column: str) -> Statement:
    return Statement(
        table.update()
        .where(*_of_person(table), table.c[column] < param("seq"))
        .values({column: param("seq")})
    )


_MOVE_MEMBER = {column: _move(members, column) for column in COLUMNS}
_MOVE = {column: _move(positions, column) for column in COLUMNS}
_OF_MEMBER = Statement(
    sa.select(members.c.read_seq, members.c.delivered_seq).where(*_of_person(members))
)
_OF_SERVER_MEMBER = Statement(
    sa.select(positions.c.read_seq, positions.c.delivered_seq)
    .join_from(
        server_members,
        positions,
        sa.and_(
            positions.c.user_id == server_members.c.user_id,
            positions.c.channel_id == param("channel"),
        ),
        isouter=True,
    )
    .where(server_members.c.server_id == param("server"), server_members.c.user_id == param("user"))
)
_INSERT = insert_of(positions)
_IN_SERVER = sa.select(channels.c.id).where(channels.c.server_id == param("server"))
# A newcomer has nothing unread; of a channel without messages that needs no row.
_START = Statement(
    positions.insert().from_select(
        [c.name for c in positions.c],
        sa.select(
            param("user").label("user_id"), channels.c.id, channels.c.last_seq, channels.c.last_seq
        ).where(channels.c.server_id == param("server"), channels.c.last_seq > 0),
    )
)
_END = Statement(
    positions.delete().where(
        positions.c.user_id == param("user"), positions.c.channel_id.in_(_IN_SERVER)
    )
)


def mark(
    channel: Channel, user_id: UserId, column: str, seq: int
) -> Steps[tuple[int, MessageId] | None]:
    """Moves one of COLUMNS forward; what is read has also been delivered. Refused(not_found) for who is no
    member."""
    seq = min(seq, channel.last_seq)
    old = yield from _current(channel, user_id)
    if old.get(column, 0) >= seq:
        return None
    moved = COLUMNS if column == "read_seq" else ("delivered_seq",)
    if old:
        moves = _MOVE_MEMBER if channel.server_id is None else _MOVE
        for name in moved:
            yield moves[name](channel=channel.id, user=user_id, seq=seq)
    else:
        values = dict.fromkeys(COLUMNS, 0) | dict.fromkeys(moved, seq)
        yield _INSERT(user_id=user_id, channel_id=channel.id, **values)
    found = yield from message_at(channel.id, seq)
    return None if found is None else (seq, found)


def _current(channel: Channel, user_id: UserId) -> Steps[dict[str, int]]:
    """By COLUMNS; empty for who has read nothing of a text channel."""
    who = {"channel": channel.id, "user": user_id}
    if channel.server_id is None:
        rows = yield _OF_MEMBER(**who)
    else:
        rows = yield _OF_SERVER_MEMBER(**who, server=channel.server_id)
    if not rows:
        raise not_found("channel")
    return {} if rows[0][0] is None else dict(zip(COLUMNS, rows[0], strict=True))  # type: ignore[arg-type]  # two integer columns


def start(server_id: ServerId, user_id: UserId) -> Steps[None]:
    """Somebody came into a server: they stand at the end of its channels."""
    yield _START(server=server_id, user=user_id)


def end(server_id: ServerId, user_id: UserId) -> Steps[None]:
    """Somebody left a server."""
    yield _END(server=server_id, user=user_id)
