"""A channel as a list of conversations shows it: with its people and its latest message."""

import sqlalchemy as sa

from hubbub.model.entities import ChannelDetail, ChannelView, Person, Status
from hubbub.ports.store import Row
from hubbub.storage.schema import members, messages, users
from hubbub.storage.sql import Statement, param
from hubbub.storage.transactions import (
    LATEST,
    MEMBER_COLUMNS,
    N_MEMBER,
    USER_COLUMNS,
    Steps,
    every,
    first,
    to_member,
    to_message,
    to_user,
)

_PEOPLE = Statement(
    sa.select(*MEMBER_COLUMNS, *USER_COLUMNS, messages.c.created_at)
    .join_from(members, users, users.c.id == members.c.user_id)
    .outerjoin(
        messages,
        sa.and_(
            messages.c.channel_id == members.c.channel_id, messages.c.seq == members.c.read_seq
        ),
    )
    .where(members.c.channel_id == param("channel"), members.c.status == Status.ACTIVE.value)
    .order_by(members.c.joined_at, members.c.user_id)
    .limit(param("limit"))
)


def detail(view: ChannelView, limit: int) -> Steps[ChannelDetail]:
    """At most `limit` people, in the order in which they came."""
    channel_id = view.channel.id
    people = yield from every(_PEOPLE(channel=channel_id, limit=limit), _to_person)
    latest = yield from first(LATEST(channel=channel_id), to_message)
    return ChannelDetail(view, people, latest)


def _to_person(row: Row) -> Person:
    member = to_member(row[:N_MEMBER])
    return Person(member, to_user(row[N_MEMBER:-1]), row[-1] or member.joined_at)  # type: ignore[arg-type]  # a time
