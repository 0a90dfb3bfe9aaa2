"""Events → frames: the same bytes for every viewer."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from hubbub.dialects.native import server_render
from hubbub.dialects.native import structs as s
from hubbub.dialects.native.render import (
    channel,
    encode,
    member,
    message,
    relationship,
    user,
)
from hubbub.model import events as e
from hubbub.model import server_events as se

E = TypeVar("E", bound=e.Event)


class _Frame(msgspec.Struct, frozen=True, gc=False):
    type: str
    data: object


class _MessageData(msgspec.Struct, frozen=True, gc=False):
    channel_id: str
    version: int
    message: s.Message


def _on_message(event: e.MessageEvent) -> object:
    return _MessageData(str(event.channel_id), event.version, message(event.message))


def _on_reaction(event: e.ReactionEvent) -> object:
    return {
        "channel_id": str(event.channel_id),
        "version": event.version,
        "message": message(event.message),
        "user_id": str(event.user_id),
        "emoji": event.emoji,
    }


def _on_channel(event: e.ChannelCreated | e.ChannelUpdated | e.OverridesUpdated) -> object:
    return {
        "channel_id": str(event.channel_id),
        "version": event.version,
        "channel": channel(event.channel),
    }


def _on_deleted(event: e.ChannelDeleted) -> object:
    return {"channel_id": str(event.channel_id), "version": event.version}


def _on_shown(event: se.ChannelShown) -> object:
    """As if it had been made: with its own version, not the server's."""
    found = event.channel
    return {"channel_id": str(found.id), "version": found.version, "channel": channel(found)}


def _on_hidden(event: se.ChannelHidden) -> object:
    return {
        "channel_id": str(event.channel_id),
        "server_id": str(event.server_id),
        "hidden": True,
    }


def _on_member(event: e.MemberJoined | e.MemberUpdated) -> object:
    return {
        "channel_id": str(event.channel_id),
        "version": event.version,
        "member": member(event.member, event.user),
    }


def _on_left(event: e.MemberLeft) -> object:
    return {
        "channel_id": str(event.channel_id),
        "version": event.version,
        "member": member(event.member, event.user),
        "by": str(event.by),
    }


def _on_position(event: e.ReadUpdated | e.DeliveredUpdated) -> object:
    return {
        "channel_id": str(event.channel_id),
        "user_id": str(event.user_id),
        "seq": event.seq,
    }


def _on_typing(event: e.TypingStarted) -> object:
    return {"channel_id": str(event.channel_id), "user": user(event.user)}


def _on_presence(event: e.PresenceUpdated) -> object:
    return {"user_id": str(event.user_id), "status": "online" if event.online else "offline"}


def _on_user(event: e.UserUpdated | e.PeerUpdated) -> object:
    return {"user": user(event.user)}


def _on_relationship(event: e.RelationshipUpdated) -> object:
    return {"relationship": relationship(event.relationship)}


def _on_relationship_end(event: e.RelationshipRemoved) -> object:
    return {"user_id": str(event.peer_id)}


# -- servers ------------------------------------------------------------------------------------------


def _in_server(event: se.ServerEvent | se.OwnServerEvent, **data: object) -> object:
    return {"server_id": str(event.server_id), "version": event.version, **data}


def _on_server_view(event: se.ServerCreated) -> object:
    return _in_server(event, server=server_render.view(event.view))


def _on_server(event: se.ServerUpdated) -> object:
    return _in_server(event, server=server_render.server(event.server))


def _on_server_end(event: se.ServerRemoved) -> object:
    return _in_server(event, how=event.how)


def _on_server_member(event: se.ServerMemberJoined | se.ServerMemberUpdated) -> object:
    return _in_server(event, member=server_render.member(event.member, event.user))


def _on_server_left(event: se.ServerMemberLeft) -> object:
    return _in_server(event, user=user(event.user), by=str(event.by), how=event.how)


def _on_role(event: se.RoleCreated | se.RoleUpdated) -> object:
    return _in_server(event, role=server_render.role(event.role))


def _on_role_end(event: se.RoleDeleted) -> object:
    return _in_server(event, role_id=str(event.role_id))


def _on_category(event: se.CategoryCreated | se.CategoryUpdated) -> object:
    return _in_server(event, category=server_render.category(event.category))


def _on_category_end(event: se.CategoryDeleted) -> object:
    return _in_server(event, category_id=str(event.category_id))


def _row(name: str, data: Callable[[E], object]) -> tuple[str, Callable[[e.Event], object]]:
    # The table is keyed by event type, so each function gets the type that it declares.
    return name, data  # type: ignore[return-value]  # as above


EVENTS: dict[type, tuple[str, Callable[[e.Event], object]]] = {
    e.MessageSent: _row("new_message", _on_message),
    e.MessageEdited: _row("message_updated", _on_message),
    e.MessageRecalled: _row("message_recalled", _on_message),
    e.MessagePinned: _row("message_pinned", _on_message),
    e.MessageUnpinned: _row("message_unpinned", _on_message),
    e.ReactionAdded: _row("reaction_added", _on_reaction),
    e.ReactionRemoved: _row("reaction_removed", _on_reaction),
    e.ChannelCreated: _row("channel_created", _on_channel),
    e.ChannelUpdated: _row("channel_updated", _on_channel),
    e.OverridesUpdated: _row("channel_updated", _on_channel),
    e.ChannelDeleted: _row("channel_deleted", _on_deleted),
    se.ChannelShown: _row("channel_created", _on_shown),
    se.ChannelHidden: _row("channel_deleted", _on_hidden),
    e.MemberJoined: _row("member_joined", _on_member),
    e.MemberUpdated: _row("member_updated", _on_member),
    e.MemberLeft: _row("member_left", _on_left),
    e.ReadUpdated: _row("read_updated", _on_position),
    e.DeliveredUpdated: _row("delivered_updated", _on_position),
    e.TypingStarted: _row("typing", _on_typing),
    e.PresenceUpdated: _row("presence_updated", _on_presence),
    e.UserUpdated: _row("user_updated", _on_user),
    e.PeerUpdated: _row("user_updated", _on_user),
    e.RelationshipUpdated: _row("relationship_updated", _on_relationship),
    e.RelationshipRemoved: _row("relationship_removed", _on_relationship_end),
    se.ServerCreated: _row("server_created", _on_server_view),
    se.ServerRemoved: _row("server_removed", _on_server_end),
    se.ServerUpdated: _row("server_updated", _on_server),
    se.ServerDeleted: _row("server_deleted", _in_server),
    se.ServerMemberJoined: _row("server_member_joined", _on_server_member),
    se.ServerMemberUpdated: _row("server_member_updated", _on_server_member),
    se.ServerMemberLeft: _row("server_member_left", _on_server_left),
    se.RoleCreated: _row("role_created", _on_role),
    se.RoleUpdated: _row("role_updated", _on_role),
    se.RoleDeleted: _row("role_deleted", _on_role_end),
    se.CategoryCreated: _row("category_created", _on_category),
    se.CategoryUpdated: _row("category_updated", _on_category),
    se.CategoryDeleted: _row("category_deleted", _on_category_end),
}


def render(event: e.Event) -> bytes | None:
    """The frame's text, or None for what native has no word for."""
    row = EVENTS.get(type(event))
    return None if row is None else encode(_Frame(row[0], row[1](event)))
