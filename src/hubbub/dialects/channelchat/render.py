"""Events → frames of seed 000: the same bytes for every viewer."""

import msgspec

from hubbub.model import entities as m
from hubbub.model import events as e
from hubbub.model.server_events import ChannelHidden
from hubbub.model.times import whole_seconds as seconds

encode = msgspec.json.Encoder().encode

RECALLED = "消息已删除"


class Frame(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The seed's envelope."""

    type: str
    data: object = None


class Message(msgspec.Struct, frozen=True, gc=False):
    """The data of `new_message`, as the seed has it."""

    channel_id: str
    user_id: str
    message_id: str
    content: str
    timestamp: str


def message(found: m.Message) -> Message:
    """A recalled one says so."""
    return Message(
        str(found.channel_id),
        str(found.author.id),
        str(found.id),
        found.content if found.recalled_at is None else RECALLED,
        seconds(found.created_at),
    )


def _moved(event: e.MemberJoined | e.MemberLeft | e.ChannelEntered | e.ChannelExited) -> object:
    at = (
        event.at
        if isinstance(event, e.ChannelEntered | e.ChannelExited)
        else event.member.joined_at
    )
    return {
        "channel_id": str(event.channel_id),
        "user_id": str(event.user.id),
        "username": event.user.username,
        "timestamp": seconds(at),
    }


def render(event: e.Event) -> bytes | None:
    """The frame's text, or None for what this dialect has no word for."""
    match event:
        case e.MessageSent():
            return encode(Frame("new_message", message(event.message)))
        case e.MessageEdited():
            return encode(Frame("message_updated", message(event.message)))
        case e.MessageRecalled():
            return encode(Frame("message_deleted", message(event.message)))
        case e.MemberJoined() | e.ChannelEntered():
            return encode(Frame("user_joined", _moved(event)))
        case e.MemberLeft() | e.ChannelExited():
            return encode(Frame("user_left", _moved(event)))
        case e.ChannelDeleted() | ChannelHidden():
            # To who may no longer see it, it is as good as deleted.
            return encode(Frame("channel_deleted", {"channel_id": str(event.channel_id)}))
        case _:
            return None
