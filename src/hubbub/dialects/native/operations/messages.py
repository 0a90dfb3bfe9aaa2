"""Messages, reactions, pins, positions."""

from typing import Final

from hubbub.dialects.native import queries as qs
from hubbub.dialects.native import render
from hubbub.dialects.native import structs as s
from hubbub.dialects.native.codec import history
from hubbub.dialects.native.frames import HistoryData
from hubbub.dialects.native.operations.common import (
    CHANNEL,
    UNKNOWN,
    channel,
    message,
    nothing,
    of,
    one,
)
from hubbub.model import commands as c
from hubbub.model import entities as m
from hubbub.model import server_commands as sc
from hubbub.model import servers as v
from hubbub.model.errors import Code
from hubbub.wire import fields
from hubbub.wire.rest import Args
from hubbub.wire.rest import Operation as Op

_MESSAGE: Final = CHANNEL + "/messages/{message_id}"
_REACTION: Final = _MESSAGE + "/reactions/{emoji}/@me"
_PINS: Final = CHANNEL + "/pins"
_PIN: Final = _PINS + "/{message_id}"


def _history(a: Args) -> c.Command:
    q = of(a.query, qs.PageQuery)
    return history(HistoryData(a.path["channel_id"], q.before, q.after, q.around, q.at, q.limit))


def _send(a: Args) -> c.Command:
    b = of(a.body, s.MessageIn)
    reply_to = None if b.reply_to is None else fields.message_id(b.reply_to, "reply_to")
    return c.SendMessage(channel(a), b.content, b.nonce, reply_to)


def _edit(a: Args) -> c.Command:
    b = of(a.body, s.MessagePatch)
    return c.EditMessage(channel(a), message(a), b.content)


def _read(a: Args) -> c.Command:
    b = of(a.body, s.SeqIn)
    return c.MarkRead(channel(a), b.seq)


def _delivered(a: Args) -> c.Command:
    b = of(a.body, s.SeqIn)
    return c.MarkDelivered(channel(a), b.seq)


def sent(found: m.Sent) -> object:
    """The message, for the first time or again."""
    return render.message(found.message)


def _pinned(found: v.PinnedMessages) -> object:
    return s.Messages([render.message(x) for x in found.messages])


OPERATIONS: Final = (
    Op("GET", CHANNEL + "/messages", "History, newest first.", _history, one(render.page), 200, "messages",
       query=qs.PageQuery, returns=s.Page, refuses=UNKNOWN),
    Op("POST", CHANNEL + "/messages", "Send a message.", _send, one(sent), 201, "messages", body=s.MessageIn,
       returns=s.Message, refuses=UNKNOWN),
    Op("GET", _MESSAGE, "One message.", lambda a: c.GetMessage(channel(a), message(a)), one(render.message), 200,
       "messages", returns=s.Message, refuses=UNKNOWN),
    Op("PATCH", _MESSAGE, "Edit one's own message.", _edit, one(render.message), 200, "messages",
       body=s.MessagePatch, returns=s.Message, refuses=(*UNKNOWN, Code.CONFLICT)),
    Op("DELETE", _MESSAGE, "Recall a message: it becomes a tombstone.",
       lambda a: c.RecallMessage(channel(a), message(a)), one(render.message), 200, "messages",
       returns=s.Message, refuses=UNKNOWN),
    Op("PUT", _REACTION, "Put an emoji on a message.",
       lambda a: c.AddReaction(channel(a), message(a), a.path["emoji"]), one(render.message), 200,
       "messages", returns=s.Message, refuses=(*UNKNOWN, Code.CONFLICT)),
    Op("DELETE", _REACTION, "Take one's emoji back.",
       lambda a: c.RemoveReaction(channel(a), message(a), a.path["emoji"]), one(render.message), 200,
       "messages", returns=s.Message, refuses=(*UNKNOWN, Code.CONFLICT)),
    Op("PUT", CHANNEL + "/read", "One has read up to `seq`.", _read, nothing, 204, "messages",
       body=s.SeqIn, refuses=UNKNOWN),
    Op("PUT", CHANNEL + "/delivered", "One's device has received up to `seq`.", _delivered, nothing, 204,
       "messages", body=s.SeqIn, refuses=UNKNOWN),
    Op("POST", CHANNEL + "/typing", "One is typing.", lambda a: c.Typing(channel(a)), nothing, 204,
       "messages", refuses=UNKNOWN),
    Op("GET", _PINS, "What is pinned, the latest first.", lambda a: sc.ListPins(channel(a)),
       one(_pinned), 200, "messages", returns=s.Messages, refuses=UNKNOWN),
    Op("PUT", _PIN, "Pin a message.", lambda a: sc.PinMessage(channel(a), message(a)),
       one(render.message), 200, "messages", returns=s.Message, refuses=(*UNKNOWN, Code.CONFLICT)),
    Op("DELETE", _PIN, "Take a pin away.", lambda a: sc.UnpinMessage(channel(a), message(a)),
       one(render.message), 200, "messages", returns=s.Message, refuses=(*UNKNOWN, Code.CONFLICT)),
)  # fmt: skip
