"""Events → packets of seed 002: the same bytes for every viewer."""

from functools import lru_cache
from typing import Final

import msgspec

from hubbub.model import entities as m
from hubbub.model import events as e
from hubbub.model.ids import LOBBY
from hubbub.model.times import rfc3339
from hubbub.wire.fields import hex_id
from hubbub.wire.socketio import encode_json

RECALLED: Final = "此消息已撤回"


class Sender(msgspec.Struct, frozen=True):
    """A person, as far as others see them."""

    id: str
    username: str
    avatar: None = None


class Message(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A message, in the original's fields. `edited_at` and `recalled` are additive."""

    id: str
    content: str
    type: str
    sender_id: str
    chat_id: str
    sender: Sender
    created_at: str
    edited_at: str | None = None
    recalled: bool = False


def sender(user: m.User) -> Sender:
    """Of a message or a request."""
    return Sender(hex_id(user.id), user.username)


def message(found: m.Message) -> Message:
    """A recalled one says so."""
    return Message(
        hex_id(found.id),
        found.content if found.recalled_at is None else RECALLED,
        "TEXT",
        hex_id(found.author.id),
        hex_id(found.channel_id),
        sender(found.author),
        rfc3339(found.created_at),
        None if found.edited_at is None else rfc3339(found.edited_at),
        found.recalled_at is not None,
    )


def _new_message(found: m.Message) -> bytes:
    once = encode_json(message(found))
    return b'["new_message",' + once[:-1] + b',"message":' + once + b"}]"


def _chat(channel_id: int, **more: object) -> dict[str, object]:
    return {"chatId": hex_id(channel_id), **more}


def _position(event: e.ReadUpdated | e.DeliveredUpdated) -> object:
    return _chat(event.channel_id, messageId=hex_id(event.message_id), userId=hex_id(event.user_id))


def _named(event: e.Event) -> tuple[str, object] | None:
    """An event's name here, and its argument."""
    match event:
        case e.MessageEdited():
            changed = message(event.message)
            return "message_updated", _chat(event.channel_id, message=changed)
        case e.MessageRecalled():
            changed = message(event.message)
            return "message_recalled", _chat(event.channel_id, message=changed)
        case e.ReadUpdated():
            return "message_read", _position(event)
        case e.DeliveredUpdated():
            return "message_delivered", _position(event)
        case e.TypingStarted():
            return "typing", _chat(event.channel_id, userId=hex_id(event.user.id))
        case e.TypingStopped():
            return "typing_stop", _chat(event.channel_id, userId=hex_id(event.user.id))
        case _:
            return _named_person(event)


def _named_person(event: e.Event) -> tuple[str, object] | None:
    match event:
        case e.ChannelCreated():
            return "new_chat_created", _chat(event.channel_id)
        case e.ChannelDeleted():
            return "chat_deleted", _chat(event.channel_id)
        case e.MemberJoined():
            return "member_joined", _chat(event.channel_id, userId=hex_id(event.member.user_id))
        case e.MemberLeft():
            return "member_left", _chat(event.channel_id, userId=hex_id(event.member.user_id))
        case _:
            return None


@lru_cache(
    maxsize=4096
)  # who comes back is told to each of their company, and each of these to them
def presence(user_id: int, online: bool) -> bytes:
    """The JSON array of the event."""
    name = "user_online" if online else "user_offline"
    return encode_json((name, {"userId": hex_id(user_id)}))


def render(event: e.Event) -> bytes | None:
    """The JSON array of an event, or None for what this dialect has no word for. The lobby is no chat here:
    its clients know those that they were asked into."""
    if getattr(event, "channel_id", None) == LOBBY:
        return None
    if isinstance(event, e.MessageSent):
        return _new_message(event.message)
    if isinstance(event, e.PresenceUpdated):
        return presence(event.user_id, event.online)
    named = _named(event)
    return None if named is None else encode_json(named)
