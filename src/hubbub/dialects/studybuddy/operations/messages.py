"""The seed's five endpoints: history, sending, who is online."""

from typing import Final

from hubbub.dialects.studybuddy import structs as s
from hubbub.dialects.studybuddy.render import Message, message
from hubbub.model import commands as c
from hubbub.model import entities as m
from hubbub.model.errors import invalid
from hubbub.model.ids import MessageId
from hubbub.model.limits import PAGE_MAX
from hubbub.wire import fields
from hubbub.wire.rest import Args, Operation


def _page(a: Args, **of: object) -> c.Command:
    q: s.PageQuery = a.query  # type: ignore[assignment]  # the operation's own type, here and below
    before = None if q.before is None else fields.message_id(q.before, "before")
    place = {"before": before, "limit": min(q.limit, PAGE_MAX), "offset": q.offset}
    return c.ReadConversation(**of, **place)  # type: ignore[arg-type]  # each its own type


def _with(a: Args) -> c.Command:
    return _page(a, user_id=s.user_id(a.path["peer_id"], "peerId"))


def _of(a: Args) -> c.Command:
    return _page(a, channel_id=s.group_id(a.path["group_id"], "groupId"))


def _reply_to(given: s.Id | None) -> MessageId | None:
    return None if given is None else s.message_id(given, "reply_to")


def _send_private(a: Args) -> c.Command:
    b: s.PrivateIn = a.body  # type: ignore[assignment]  # as above
    to = s.user_id(b.receiver_id, "receiver_id")
    return c.SendDirect(to, b.content, b.nonce, _reply_to(b.reply_to))


def _send_group(a: Args) -> c.Command:
    b: s.GroupMessageIn = a.body  # type: ignore[assignment]  # as above
    return c.SendMessage(s.group_id(b.group_id), b.content, b.nonce, _reply_to(b.reply_to))


def _asked_for(a: Args) -> c.Command:
    q: s.OnlineQuery = a.query  # type: ignore[assignment]  # as above
    given = [part.strip() for part in q.user_ids.split(",")]
    if not all(given):
        raise invalid("user_ids", "give ids with commas between them")
    return c.GetPresence(tuple(s.user_id(part, "user_ids") for part in given))


def _messages(found: m.Conversation) -> list[Message]:
    online = found.online
    return [message(x, online=x.author.id in online) for x in found.page.messages]


def _conversation(r: object) -> object:
    found: m.Conversation = r  # type: ignore[assignment]  # what the command returns, here and below
    peer = found.peer
    return {
        "messages": _messages(found),
        "peer": None if peer is None else {**person(peer), "is_online": peer.id in found.online},
        "total": found.page.last_seq,
    }


def person(user: m.User) -> dict[str, object]:
    """Somebody else: their address is their own business."""
    return {"id": user.id, "username": user.username, "email": ""}


def _group(r: object) -> object:
    found: m.Conversation = r  # type: ignore[assignment]  # as above
    channel = found.view.channel if found.view is not None else None
    told = {
        "id": channel and channel.id,
        "name": channel and channel.name,
        "description": channel and channel.description,
        "member_count": found.member_count,
    }
    return {"messages": _messages(found), "group": told, "total": found.page.last_seq}


def _sent(r: object) -> object:
    sent: m.Sent = r  # type: ignore[assignment]  # as above
    marked = {} if sent.nonce is None else {"nonce": sent.nonce}
    return {"message": message(sent.message, named=False), **marked}


def _online(r: object) -> object:
    online: dict[int, bool] = r  # type: ignore[assignment]  # as above
    return {"online_users": {str(user_id): is_there for user_id, is_there in online.items()}}


_Op = Operation
OPERATIONS: Final = (
    _Op("GET", "/messages/user/{peer_id}", "What two have written, newest first.", _with,
        _conversation, query=s.PageQuery),
    _Op("GET", "/messages/group/{group_id}", "What was written in a group, newest first.", _of,
        _group, query=s.PageQuery),
    _Op("POST", "/messages/user", "Write to a person.", _send_private, _sent, 201,
        body=s.PrivateIn),
    _Op("POST", "/messages/group", "Write to a group.", _send_group, _sent, 201,
        body=s.GroupMessageIn),
    _Op("GET", "/messages/online", "Who is online.", _asked_for, _online, query=s.OnlineQuery),
)  # fmt: skip
