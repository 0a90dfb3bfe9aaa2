"""Events → packets of seed 001: the same bytes for every viewer.

What the original forgot to tell (channels and categories that are new, people who leave) is told too; where its
clients have no handler for an event, PERMISSIONS_UPDATE comes with it, which makes them look again.
"""

from collections.abc import Callable
from typing import Final, TypeVar

from hubbub.dialects.mew import objects as o
from hubbub.model import events as e
from hubbub.model import server_events as se
from hubbub.model.entities import Channel, Kind
from hubbub.model.servers import Departure
from hubbub.wire.fields import hex_id
from hubbub.wire.socketio import encode_json

E = TypeVar("E", bound=e.Event)
Named = tuple[str, object]  # an event's name here, and its argument
READY: Final = b'["ready"]'


def _ids(**named: int | None) -> dict[str, str]:
    return {name: hex_id(value) for name, value in named.items() if value is not None}


def _permissions(
    server_id: int | None, channel_id: int | None = None, user_id: int | None = None
) -> Named:
    found = _ids(serverId=server_id, channelId=channel_id, userId=user_id)
    return "PERMISSIONS_UPDATE", found


def _sent(event: e.MessageSent) -> tuple[Named, ...]:
    return (("MESSAGE_CREATE", o.message(event.message)),)


def _changed(event: e.MessageEdited | e.MessageRecalled) -> tuple[Named, ...]:
    return (("MESSAGE_UPDATE", o.message(event.message)),)


def _reacted(event: e.ReactionAdded) -> tuple[Named, ...]:
    return (("MESSAGE_REACTION_ADD", o.message(event.message)),)


def _unreacted(event: e.ReactionRemoved) -> tuple[Named, ...]:
    return (("MESSAGE_REACTION_REMOVE", o.message(event.message)),)


def _presence(event: e.PresenceUpdated) -> tuple[Named, ...]:
    status = "online" if event.online else "offline"
    return (("PRESENCE_UPDATE", {"userId": hex_id(event.user_id), "status": status}),)


# -- channels -----------------------------------------------------------------------------------------


def _shown(channel: Channel) -> tuple[Named, ...]:
    made = o.channel(channel)
    return (
        ("CHANNEL_CREATE", made),
        ("CHANNEL_UPDATE", made),
        _permissions(channel.server_id, channel.id),
    )


def _channel_created(event: e.ChannelCreated) -> tuple[Named, ...]:
    if event.channel.kind is Kind.TEXT:
        return _shown(event.channel)
    if event.channel.kind in (Kind.DIRECT, Kind.GROUP):
        return (("DM_CHANNEL_CREATE", o.channel(event.channel, event.people)),)
    return ()


def _channel_shown(event: se.ChannelShown) -> tuple[Named, ...]:
    return _shown(event.channel)


def _channel_updated(event: e.ChannelUpdated) -> tuple[Named, ...]:
    is_ours = event.channel.kind in (Kind.TEXT, Kind.GROUP)
    return (("CHANNEL_UPDATE", o.channel(event.channel)),) if is_ours else ()


def _overrides(event: e.OverridesUpdated) -> tuple[Named, ...]:
    return (_permissions(event.channel.server_id, event.channel_id),)


def _channel_deleted(event: e.ChannelDeleted | se.ChannelHidden) -> tuple[Named, ...]:
    return _gone(event.channel_id, event.server_id)


def _gone(channel_id: int, server_id: int | None = None) -> tuple[Named, ...]:
    ids = _ids(channelId=channel_id, serverId=server_id)
    return ("CHANNEL_DELETE", ids), _permissions(server_id, channel_id)


def _category_created(event: se.CategoryCreated) -> tuple[Named, ...]:
    made = o.category(event.category)
    return ("CATEGORY_CREATE", made), ("CATEGORY_UPDATE", made)


def _category_updated(event: se.CategoryUpdated) -> tuple[Named, ...]:
    return (("CATEGORY_UPDATE", o.category(event.category)),)


def _category_deleted(event: se.CategoryDeleted) -> tuple[Named, ...]:
    return (("CATEGORY_DELETE", _ids(categoryId=event.category_id)),)


# -- groups -------------------------------------------------------------------------------------------


def _joined(event: e.MemberJoined) -> tuple[Named, ...]:
    is_ours = event.kind is Kind.GROUP
    return (_moved("MEMBER_JOIN", event),) if is_ours else ()


def _left(event: e.MemberLeft) -> tuple[Named, ...]:
    return (_moved("MEMBER_LEAVE", event),)


def _moved(name: str, event: e.MemberJoined | e.MemberLeft) -> Named:
    return name, _ids(channelId=event.channel_id, userId=event.user.id)


# -- servers ------------------------------------------------------------------------------------------


def _server_created(event: se.ServerCreated) -> tuple[Named, ...]:
    return (("SERVER_CREATE", o.server(event.view.server)),)


def _server_updated(event: se.ServerUpdated) -> tuple[Named, ...]:
    return (("SERVER_UPDATE", o.server(event.server)),)


def _server_deleted(event: se.ServerDeleted) -> tuple[Named, ...]:
    return (("SERVER_DELETE", _ids(serverId=event.server_id)),)


def _server_removed(event: se.ServerRemoved) -> tuple[Named, ...]:
    """Who left, and whose server ended, hears it as the members do."""
    is_kick = event.how in (Departure.KICKED, Departure.BANNED)
    return (("SERVER_KICK", _ids(serverId=event.server_id)),) if is_kick else ()


def _member_joined(event: se.ServerMemberJoined) -> tuple[Named, ...]:
    return (("MEMBER_JOIN", _ids(serverId=event.server_id, userId=event.user.id)),)


def _member_left(event: se.ServerMemberLeft) -> tuple[Named, ...]:
    return (("MEMBER_LEAVE", _ids(serverId=event.server_id, userId=event.user.id)),)


def _member_updated(event: se.ServerMemberUpdated) -> tuple[Named, ...]:
    return (_permissions(event.server_id, user_id=event.member.user_id),)


def _roles(event: se.RoleCreated | se.RoleUpdated | se.RoleDeleted) -> tuple[Named, ...]:
    return (_permissions(event.server_id),)


Row = Callable[[e.Event], tuple[Named, ...]]


def _row(named: Callable[[E], tuple[Named, ...]]) -> Row:
    # The table is keyed by event type, so each function gets the type that it declares.
    return named  # type: ignore[return-value]  # as above


_TABLE: Final[dict[type, Row]] = {
    e.MessageSent: _row(_sent),
    e.MessageEdited: _row(_changed),
    e.MessageRecalled: _row(_changed),
    e.ReactionAdded: _row(_reacted),
    e.ReactionRemoved: _row(_unreacted),
    e.PresenceUpdated: _row(_presence),
    e.ChannelCreated: _row(_channel_created),
    e.ChannelUpdated: _row(_channel_updated),
    e.OverridesUpdated: _row(_overrides),
    e.ChannelDeleted: _row(_channel_deleted),
    e.MemberJoined: _row(_joined),
    e.MemberLeft: _row(_left),
    se.ChannelHidden: _row(_channel_deleted),
    se.ChannelShown: _row(_channel_shown),
    se.CategoryCreated: _row(_category_created),
    se.CategoryUpdated: _row(_category_updated),
    se.CategoryDeleted: _row(_category_deleted),
    se.ServerCreated: _row(_server_created),
    se.ServerUpdated: _row(_server_updated),
    se.ServerDeleted: _row(_server_deleted),
    se.ServerRemoved: _row(_server_removed),
    se.ServerMemberJoined: _row(_member_joined),
    se.ServerMemberUpdated: _row(_member_updated),
    se.ServerMemberLeft: _row(_member_left),
    se.RoleCreated: _row(_roles),
    se.RoleUpdated: _row(_roles),
    se.RoleDeleted: _row(_roles),
}


def render(event: e.Event) -> tuple[bytes, ...]:
    """The JSON arrays of an event; none for what this dialect has no word for."""
    row = _TABLE.get(type(event))
    return () if row is None else tuple(map(encode_json, row(event)))


def mine(event: e.Event) -> tuple[bytes, ...]:
    """The JSON arrays of what is one's own: a message that one sent, a group that one is no longer in."""
    match event:
        case e.MessageSent():
            return (created(o.message(event.message, event.nonce)),)
        case e.MemberLeft():
            return tuple(map(encode_json, _gone(event.channel_id)))
        case _:
            return ()


def created(message: o.Message) -> bytes:
    """The JSON array of a new message."""
    return encode_json(("MESSAGE_CREATE", message))
