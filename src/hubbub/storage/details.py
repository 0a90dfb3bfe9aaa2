"""People of channels, and channels as a list of conversations shows them."""

import sqlalchemy as sa

from hubbub.model.commands import ListMembers
from hubbub.model.entities import ChannelDetail, ChannelView, Kind, Member, Person, Status, User
from hubbub.model.errors import invalid
from hubbub.model.permissions import READ_HISTORY
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
    message_at,
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

_LIST_MEMBERS = Statement(
    sa.select(*MEMBER_COLUMNS, *USER_COLUMNS)
    .join_from(members, users, users.c.id == members.c.user_id)
    .where(
        members.c.channel_id == param("channel"),
        members.c.status == param("status"),
        sa.tuple_(members.c.joined_at, members.c.user_id)
        > sa.tuple_(param("joined"), param("user")),
    )
    .order_by(members.c.joined_at, members.c.user_id)
    .limit(param("limit"))
)
_JOINED = Statement(
    sa.select(members.c.joined_at).where(
        members.c.channel_id == param("channel"), members.c.user_id == param("user")
    )
)


def members_page(query: ListMembers) -> Steps[list[tuple[Member, User]]]:
    """In the order in which they came."""
    joined: object = -1
    if query.after is not None:
        rows = yield _JOINED(channel=query.channel_id, user=query.after)
        if not rows:
            raise invalid("after", "it must be the id of a member of this channel")
        joined = rows[0][0]
    place = {"channel": query.channel_id, "joined": joined, "user": query.after or 0}
    ask = _LIST_MEMBERS(**place, status=query.status.value, limit=query.limit)
    return (yield from every(ask, _to_member_and_user))


def detail(view: ChannelView, limit: int) -> Steps[ChannelDetail]:
    """At most `limit` people, in the order in which they came; nobody of a text channel, which has no rows of
    people. No latest message for who may not read what was said before."""
    channel_id = view.channel.id
    people: list[Person] = []
    if view.channel.kind is not Kind.TEXT:
        people = yield from every(_PEOPLE(channel=channel_id, limit=limit), _to_person)
    latest = None
    if view.channel.kind is not Kind.TEXT or view.permissions & READ_HISTORY:
        latest = yield from first(LATEST(channel=channel_id), to_message)
    read_id = None
    if view.member is not None and view.member.read_seq:
        read_id = yield from message_at(channel_id, view.member.read_seq)
    return ChannelDetail(view, people, latest, read_id)


def _to_person(row: Row) -> Person:
    member = to_member(row[:N_MEMBER])
    return Person(member, to_user(row[N_MEMBER:-1]), row[-1] or member.joined_at)  # type: ignore[arg-type]  # a time


def _to_member_and_user(row: Row) -> tuple[Member, User]:
    return to_member(row[:N_MEMBER]), to_user(row[N_MEMBER:])
