"""Entities → wire Structs, events → bytes. The same bytes for every viewer."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from hubbub.dialects.native import structs as s
from hubbub.model import entities as m
from hubbub.model import events as e
from hubbub.model.times import rfc3339

encode = msgspec.json.Encoder().encode
E = TypeVar("E", bound=e.Event)


def user(person: m.User) -> s.User:
    """As the author of a message, the member of a channel."""
    return s.User(str(person.id), person.username, person.display_name)


def profile(account: m.Account) -> s.Profile:
    """In detail."""
    person = account.user
    return s.Profile(
        str(person.id),
        person.username,
        person.display_name,
        rfc3339(person.created_at),
        person.is_admin,
        account.email,
    )


def message(found: m.Message) -> s.Message:
    """One message."""
    return s.Message(
        str(found.id),
        str(found.channel_id),
        found.seq,
        found.version,
        user(found.author),
        found.content,
        rfc3339(found.created_at),
        None if found.edited_at is None else rfc3339(found.edited_at),
        found.recalled_at is not None,
        None if found.reply_to is None else str(found.reply_to),
        tuple(map(str, found.mentions)) if found.mentions else (),
        tuple(map(reaction, found.reactions)) if found.reactions else (),
    )


def reaction(found: m.Reaction) -> s.Reaction:
    """With their number."""
    return s.Reaction(found.emoji, len(found.user_ids), tuple(map(str, found.user_ids)))


def page(found: m.Page) -> s.Page:
    """A page of history."""
    return s.Page([message(x) for x in found.messages], found.has_more, found.version)


def channel(found: m.Channel) -> s.Channel:
    """As everybody sees it."""
    return s.Channel(
        str(found.id),
        found.kind,
        found.name,
        found.description,
        None if found.owner_id is None else str(found.owner_id),
        found.private,
        rfc3339(found.created_at),
        found.last_seq,
        found.version,
    )


def view(found: m.ChannelView) -> s.ChannelView:
    """As one member finds it."""
    shared, mine = channel(found.channel), found.member
    return s.ChannelView(
        **msgspec.structs.asdict(shared),
        role=None if mine is None else mine.role,
        status=None if mine is None else mine.status,
        read_seq=0 if mine is None else mine.read_seq,
        delivered_seq=0 if mine is None else mine.delivered_seq,
        unread=found.unread,
        mentions=found.mentions,
        peer=None if found.peer is None else user(found.peer),
    )


def member(found: m.Member, person: m.User) -> s.Member:
    """With who they are."""
    return s.Member(
        str(found.channel_id),
        user(person),
        found.role,
        found.status,
        found.version,
        rfc3339(found.joined_at),
        found.read_seq,
        found.delivered_seq,
    )


def membership(found: m.Member) -> s.Membership:
    """Without who they are."""
    return s.Membership(
        str(found.channel_id),
        str(found.user_id),
        found.role,
        found.status,
        found.version,
        rfc3339(found.joined_at),
        found.read_seq,
        found.delivered_seq,
    )


def relationship(found: m.Relationship) -> s.Relationship:
    """What a person is to oneself."""
    return s.Relationship(
        user(found.user),
        found.bond,
        None if found.request_id is None else str(found.request_id),
        rfc3339(found.created_at),
    )


def session(login: m.Login) -> s.Session:
    """A signed-in device."""
    return s.Session(
        login.id,
        login.label,
        rfc3339(login.created_at),
        rfc3339(login.last_used_at),
        rfc3339(login.expires_at),
    )


def tokens(found: m.Tokens) -> s.Tokens:
    """What a log-in hands out."""
    return s.Tokens(
        profile(m.Account(found.user, None, None)),
        found.login_id,
        found.access_token,
        found.refresh_token,
        found.expires_in,
    )


def changes(found: m.Changes) -> dict[str, object]:
    """The data of a `sync`."""
    return {
        "channel_id": str(found.channel_id),
        "from": found.from_version,
        "to": found.to_version,
        "messages": [message(x) for x in found.messages],
        "members": [membership(x) for x in found.members],
        "limited": found.limited,
    }


# -- events -------------------------------------------------------------------------------------------


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


def _on_channel(event: e.ChannelCreated | e.ChannelUpdated) -> object:
    return {
        "channel_id": str(event.channel_id),
        "version": event.version,
        "channel": channel(event.channel),
    }


def _on_deleted(event: e.ChannelDeleted) -> object:
    return {"channel_id": str(event.channel_id), "version": event.version}


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


def _on_user(event: e.UserUpdated) -> object:
    return {"user": user(event.user)}


def _on_relationship(event: e.RelationshipUpdated) -> object:
    return {"relationship": relationship(event.relationship)}


def _on_relationship_end(event: e.RelationshipRemoved) -> object:
    return {"user_id": str(event.peer_id)}


def _row(name: str, data: Callable[[E], object]) -> tuple[str, Callable[[e.Event], object]]:
    # The table is keyed by event type, so each function gets the type that it declares.
    return name, data  # type: ignore[return-value]  # as above


EVENTS: dict[type, tuple[str, Callable[[e.Event], object]]] = {
    e.MessageSent: _row("new_message", _on_message),
    e.MessageEdited: _row("message_updated", _on_message),
    e.MessageRecalled: _row("message_recalled", _on_message),
    e.ReactionAdded: _row("reaction_added", _on_reaction),
    e.ReactionRemoved: _row("reaction_removed", _on_reaction),
    e.ChannelCreated: _row("channel_created", _on_channel),
    e.ChannelUpdated: _row("channel_updated", _on_channel),
    e.ChannelDeleted: _row("channel_deleted", _on_deleted),
    e.MemberJoined: _row("member_joined", _on_member),
    e.MemberUpdated: _row("member_updated", _on_member),
    e.MemberLeft: _row("member_left", _on_left),
    e.ReadUpdated: _row("read_updated", _on_position),
    e.DeliveredUpdated: _row("delivered_updated", _on_position),
    e.TypingStarted: _row("typing", _on_typing),
    e.PresenceUpdated: _row("presence_updated", _on_presence),
    e.UserUpdated: _row("user_updated", _on_user),
    e.RelationshipUpdated: _row("relationship_updated", _on_relationship),
    e.RelationshipRemoved: _row("relationship_removed", _on_relationship_end),
}


def render(event: e.Event) -> bytes | None:
    """The frame's text, or None for what native has no word for."""
    row = EVENTS.get(type(event))
    return None if row is None else encode(_Frame(row[0], row[1](event)))
