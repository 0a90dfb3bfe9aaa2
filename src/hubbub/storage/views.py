"""Channels as one person finds them: with what they have read and what waits for them."""

import msgspec
import sqlalchemy as sa

from hubbub.model.entities import Channel, ChannelView, GroupRole, Kind, Member, Status
from hubbub.model.ids import ChannelId, UserId
from hubbub.model.permissions import in_channel
from hubbub.ports.transaction import Row
from hubbub.storage.schema import channels, members, mentions, messages, positions, users
from hubbub.storage.server_rows import Standing, standing
from hubbub.storage.sql import Statement, param
from hubbub.storage.transactions import (
    CHANNEL_COLUMNS,
    GET_CHANNEL,
    MEMBER_COLUMNS,
    N_CHANNEL,
    N_MEMBER,
    USER_COLUMNS,
    Steps,
    encode,
    every,
    first,
    to_channel,
    to_member,
    to_user,
)

_Number = sa.ColumnElement[int]
_Id = sa.ColumnElement[object]


def _unread(user_id: "_Id | _Number", read_seq: _Number) -> _Number:
    """Derived: everything after the position, less one's own, less what was recalled. Each part is a count over an
    index range that is short for most people."""
    after = sa.and_(messages.c.channel_id == channels.c.id, messages.c.seq > read_seq)
    own = sa.select(sa.func.count()).where(after, messages.c.author_id == user_id)
    recalled_by_others = sa.select(sa.func.count()).where(
        after, messages.c.recalled_at.is_not(None), messages.c.author_id != user_id
    )
    waiting = channels.c.last_seq - read_seq
    return waiting - own.scalar_subquery() - recalled_by_others.scalar_subquery()


_MENTIONED = (
    sa.select(sa.func.count())
    .where(
        mentions.c.user_id == members.c.user_id,
        mentions.c.channel_id == channels.c.id,
        mentions.c.seq > members.c.read_seq,
    )
    .scalar_subquery()
)
_VIEWS = (
    sa.select(
        *CHANNEL_COLUMNS,
        *MEMBER_COLUMNS,
        _unread(members.c.user_id, members.c.read_seq).label("unread"),
        _MENTIONED.label("named"),
    )
    .join_from(members, channels, channels.c.id == members.c.channel_id)
    .where(members.c.user_id == param("user"), members.c.status == Status.ACTIVE.value)
)
_LIST_VIEWS = Statement(_VIEWS.order_by(channels.c.active_at.desc(), channels.c.id.desc()))
_GET_VIEW = Statement(_VIEWS.where(channels.c.id == param("channel")))
_PEER = Statement(
    sa.select(*USER_COLUMNS)
    .join_from(members, users, users.c.id == members.c.user_id)
    .where(members.c.channel_id == param("channel"), members.c.user_id != param("user"))
)

_READ = sa.func.coalesce(positions.c.read_seq, 0)
_TARGETS = sa.func.json_each(param("targets")).table_valued("value")
# Distinct: a message may mention a person and two of their roles. Nobody waits for what they said themselves.
_OWN_MESSAGE = sa.exists().where(
    messages.c.channel_id == mentions.c.channel_id,
    messages.c.author_id == param("user"),
    messages.c.seq == mentions.c.seq,
)
_MENTIONED_IN_TEXT = (
    sa.select(sa.func.count(mentions.c.seq.distinct()))
    .where(
        mentions.c.user_id.in_(sa.select(_TARGETS.c.value)),
        mentions.c.channel_id == channels.c.id,
        mentions.c.seq > _READ,
        ~_OWN_MESSAGE,
    )
    .scalar_subquery()
)
_TEXTS = (
    sa.select(
        *CHANNEL_COLUMNS,
        _READ.label("read_seq"),
        sa.func.coalesce(positions.c.delivered_seq, 0).label("delivered_seq"),
        _unread(param("user"), _READ).label("unread"),
        _MENTIONED_IN_TEXT.label("named"),
    )
    .join_from(
        channels,
        positions,
        sa.and_(positions.c.user_id == param("user"), positions.c.channel_id == channels.c.id),
        isouter=True,
    )
    .where(channels.c.server_id == param("server"))
)
_LIST_TEXTS = Statement(_TEXTS.order_by(channels.c.position, channels.c.id))
_GET_TEXT = Statement(_TEXTS.where(channels.c.id == param("channel")))


def list_views(user_id: UserId) -> Steps[list[ChannelView]]:
    """The channels that a person is a member of, newest activity first."""
    views = yield from every(_LIST_VIEWS(user=user_id), _to_view)
    return (yield from _with_peers(views, user_id))


def get_view(user_id: UserId, channel_id: ChannelId) -> Steps[ChannelView | None]:
    """Of any kind; None where the person is no member."""
    found = yield from every(_GET_VIEW(user=user_id, channel=channel_id), _to_view)
    views = yield from _with_peers(found, user_id)
    return views[0] if views else (yield from _text_view(user_id, channel_id))


def _with_peers(views: list[ChannelView], user_id: UserId) -> Steps[list[ChannelView]]:
    for n, view in enumerate(views):
        if view.channel.kind is Kind.DIRECT:
            ask = _PEER(channel=view.channel.id, user=user_id)
            peer = yield from first(ask, to_user)
            views[n] = msgspec.structs.replace(view, peer=peer)
    return views


def _to_view(row: Row) -> ChannelView:
    channel = to_channel(row[:N_CHANNEL])
    member = to_member(row[N_CHANNEL : N_CHANNEL + N_MEMBER])
    unread, named = row[N_CHANNEL + N_MEMBER :]
    return ChannelView(channel, member, unread, named)  # type: ignore[arg-type]  # two counts


# -- text channels ------------------------------------------------------------------------------------


def text_views(place: Standing) -> Steps[list[ChannelView]]:
    """The channels of a server that a member may see, in their order."""
    rows = yield _LIST_TEXTS(**_params(place))
    return _visible(rows, place)


def _text_view(user_id: UserId, channel_id: ChannelId) -> Steps[ChannelView | None]:
    """None for who is no member of its server, and for who may not see it."""
    channel = yield from first(GET_CHANNEL(id=channel_id), to_channel)
    if channel is None or channel.server_id is None:
        return None
    place = yield from standing(user_id, channel.server_id)
    if place is None:
        return None
    views = _visible((yield _GET_TEXT(channel=channel_id, **_params(place))), place)
    return views[0] if views else None


def _params(place: Standing) -> dict[str, object]:
    targets = encode(place.targets).decode()
    return {"server": place.server.id, "user": place.member.user_id, "targets": targets}


def _visible(rows: list[Row], place: Standing) -> list[ChannelView]:
    base = place.permissions
    views: list[ChannelView] = []
    for row in rows:
        channel = to_channel(row[:N_CHANNEL])
        permissions = _permissions(channel, place, base)
        if permissions:
            read, delivered, unread, named = row[N_CHANNEL:]
            member = _positioned(channel, place, read, delivered)
            views.append(ChannelView(channel, member, unread, named, None, permissions))  # type: ignore[arg-type]  # two counts
    return views


def _permissions(channel: Channel, place: Standing, base: int) -> int:
    overrides = {override.target_id: override for override in channel.overrides}
    everyone_id, member = place.server.everyone_role_id, place.member
    return in_channel(base, overrides, everyone_id, member.role_ids, member.user_id)


def _positioned(channel: Channel, place: Standing, read: object, delivered: object) -> Member:
    """The positions of somebody who has no row among the channel's members."""
    who = channel.id, place.member.user_id
    joined_at = place.member.joined_at
    return Member(*who, GroupRole.MEMBER, Status.ACTIVE, 0, joined_at, read, delivered)  # type: ignore[arg-type]  # two integer columns
