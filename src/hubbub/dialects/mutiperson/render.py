"""Events → frames of seed 004: the same bytes for every viewer of a stage. Ids are decimal strings of one width, so
that clients may compare them as strings."""

from typing import Final

import msgspec

from hubbub.model import entities as m
from hubbub.model import events as e
from hubbub.model.ids import LOBBY

encode = msgspec.json.Encoder().encode

NOTICE: Final = "-1"  # the message_id of what is no message


class Direct(msgspec.Struct, frozen=True, tag="MESSAGE", gc=False):
    """A message to one person."""

    chat_type: str
    message_id: str
    from_user_id: str
    to_user_id: str
    message: str
    send_time: int


class Block(msgspec.Struct, frozen=True, tag="MESSAGE", omit_defaults=True, gc=False):
    """A message to a group or the lobby, under both names that stages have for it."""

    chat_type: str
    message_id: str
    from_user_id: str
    block_id: str
    group_id: str
    message: str
    send_time: int
    at_user_id: str | None = None


class Notice(msgspec.Struct, frozen=True, tag="SYSTEM"):
    """Somebody came."""

    from_user_id: str
    message: str
    message_id: str


class Said(msgspec.Struct, frozen=True, gc=False):
    """A frame of the first stage."""

    type: str
    user_id: str | int
    user_name: str
    message: str


def message(found: m.Message) -> Direct | Block:
    """Its content is passed on as it is: HTML to clients that show HTML."""
    author, text, at = str(found.author.id), found.content, found.created_at
    if found.receiver_id is not None:
        return Direct("PTP", str(found.id), author, str(found.receiver_id), text, at)
    place = str(found.channel_id)
    named = str(found.mentions[0]) if found.mentions else None
    return Block("BLOCK", str(found.id), author, place, place, text, at, named)


def render(event: e.Event) -> bytes | None:
    """The frame's text, or None for what later stages have no word for."""
    match event:
        case e.MessageSent():
            return encode(message(event.message))
        case e.PresenceUpdated() if event.online:
            return encode(Notice(str(event.user_id), "user login", NOTICE))
        case _:
            return None


def render_lobby(event: e.Event, said_id: str | int | None = None, name: str = "") -> bytes | None:
    """The same for the first stage; with whom the viewer says they are, where it is about themselves."""
    match event:
        case e.MessageSent():
            author = event.message.author
            kind, text = "USER", event.message.content
        case e.ChannelEntered(channel_id=channel_id) if channel_id == LOBBY:
            author = event.user
            kind, text = "SYSTEM", "join"
        case _:
            return None
    shown = str(author.id) if said_id is None else said_id
    return encode(Said(kind, shown, name or author.username, text))
