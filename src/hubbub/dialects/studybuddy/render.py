"""Messages as seed 003 shows them, and events → frames: the same bytes for every viewer."""

from typing import Final

import msgspec

from hubbub.model import entities as m
from hubbub.model import events as e
from hubbub.model.times import whole_seconds

encode = msgspec.json.Encoder().encode

RECALLED: Final = "消息已撤回"


class Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A message: with a `receiver_id` it is private, else of the group `group_id`. From `channel_id` on additive; what
    is not there is not so."""

    id: int
    sender_id: int
    receiver_id: int | None = None
    group_id: int | None = None
    content: str
    created_at: str
    sender_username: str | None = None
    is_online: bool | None = None
    channel_id: int
    reply_to: int | None = None
    mentions: tuple[int, ...] = ()
    reactions: list[dict[str, object]] = []
    edited_at: str | None = None
    recalled: bool = False


class Frame(msgspec.Struct, frozen=True, gc=False):
    """What most frames to a client are."""

    type: str
    message: Message


def message(found: m.Message, *, named: bool = True, online: bool | None = None) -> Message:
    """`named`: with its author's name, which the seed leaves out where it tells authors of their own. A recalled
    one says so and nothing else."""
    recalled = found.recalled_at is not None
    return Message(
        id=found.id,
        sender_id=found.author.id,
        receiver_id=found.receiver_id,
        group_id=found.channel_id if found.receiver_id is None else None,
        content=RECALLED if recalled else found.content,
        created_at=whole_seconds(found.created_at),
        sender_username=found.author.username if named else None,
        is_online=online,
        channel_id=found.channel_id,
        reply_to=found.reply_to,
        mentions=() if recalled else found.mentions,
        reactions=[] if recalled else [_reaction(reaction) for reaction in found.reactions],
        edited_at=None if found.edited_at is None else whole_seconds(found.edited_at),
        recalled=recalled,
    )


def group(channel: m.Channel) -> dict[str, object]:
    """What a group is, without its people."""
    return {
        "id": channel.id,
        "name": channel.name,
        "description": channel.description,
        "is_private": channel.private,
        "creator_id": channel.owner_id,
        "created_at": whole_seconds(channel.created_at),
    }


def role(channel: m.Channel | None, member: m.Member) -> str:
    """`admin` or `member`; who owns a group is its admin."""
    if channel is not None and channel.owner_id == member.user_id:
        return "admin"
    return member.role.value


# What the core calls otherwise: who was turned down is as good as gone there.
_STATUS: Final = {m.Status.BANNED: "rejected", m.Status.LEFT: "rejected"}


def status(member: m.Member) -> str:
    """`pending`, `active` or `rejected`."""
    return _STATUS.get(member.status, member.status.value)


def render(event: e.Event) -> bytes | None:
    """The frame's text, or None for what this dialect has no word for."""
    match event:
        case e.MessageSent():
            private = event.message.receiver_id is not None
            return _of("new_message" if private else "new_group_message", event.message)
        case e.MessageEdited():
            return _of("message_edited", event.message)
        case e.MessageRecalled():
            return _of("message_recalled", event.message)
        case e.ReactionAdded() | e.ReactionRemoved():
            return encode(_reacted(event))
        case e.MemberJoined() | e.MemberLeft() | e.MemberUpdated():
            return _of_member(event)
        case e.ChannelCreated() | e.ChannelUpdated() | e.ChannelDeleted():
            return _of_group(event)
        case _:
            return _of_news(event)


def _of(kind: str, found: m.Message) -> bytes:
    return encode(Frame(kind, message(found)))


def _reaction(found: m.Reaction) -> dict[str, object]:
    return {"emoji": found.emoji, "user_ids": found.user_ids}


def _reacted(event: e.ReactionAdded | e.ReactionRemoved) -> dict[str, object]:
    added = isinstance(event, e.ReactionAdded)
    return {
        "type": "reaction_added" if added else "reaction_removed",
        "user_id": event.user_id,
        "emoji": event.emoji,
        "message": message(event.message),
    }


def _of_member(event: e.MemberEvent) -> bytes | None:
    told = {"group_id": event.channel_id, "user_id": event.user.id, "username": event.user.username}
    match event:
        case e.MemberJoined(kind=m.Kind.GROUP):
            return encode({"type": "member_joined", **told})
        case e.MemberLeft():
            return encode({"type": "member_left", **told})
        case e.MemberUpdated():
            told |= {"role": role(None, event.member), "status": status(event.member)}
            return encode({"type": "member_updated", **told})
        case _:
            return None  # the two of a direct channel come with their first message


def _of_group(event: e.ChannelCreated | e.ChannelUpdated | e.ChannelDeleted) -> bytes | None:
    if isinstance(event, e.ChannelDeleted):
        return encode({"type": "group_deleted", "group_id": event.channel_id})
    if event.channel.kind is not m.Kind.GROUP:
        return None
    kind = "group_joined" if isinstance(event, e.ChannelCreated) else "group_updated"
    return encode({"type": kind, "group": group(event.channel)})


def _of_news(event: e.Event) -> bytes | None:
    match event:
        case e.ReadUpdated():
            place = {"channel_id": event.channel_id, "message_id": event.message_id}
            return encode({"type": "message_read", "user_id": event.user_id, **place})
        case e.TypingStarted() | e.TypingStopped():
            kind = "typing" if isinstance(event, e.TypingStarted) else "typing_stopped"
            who = {"user_id": event.user.id, "username": event.user.username}
            return encode({"type": kind, "channel_id": event.channel_id, **who})
        case e.PresenceUpdated():
            kind = "user_online" if event.online else "user_offline"
            return encode({"type": kind, "user_id": event.user_id})
        case _:
            return None
