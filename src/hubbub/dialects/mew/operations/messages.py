"""Messages and reactions, under both of a channel's paths."""

from typing import Final

from hubbub.dialects.mew import ids
from hubbub.dialects.mew import objects as o
from hubbub.dialects.mew import structs as s
from hubbub.dialects.mew.operations.common import (
    CHANNELS,
    absent,
    body,
    channel,
    here,
    message,
    query,
    result,
)
from hubbub.dialects.mew.sending import MessageIn, sending
from hubbub.model import commands as c
from hubbub.model import entities as m
from hubbub.model.ids import MessageId
from hubbub.wire.rest import Args, Operation


def _history(a: Args, q: s.PageQuery) -> c.Command:
    before = None if q.before is None else MessageId(ids.number(q.before, "before"))
    return c.History(channel(a), before, limit=q.limit)


def _page(found: m.Page) -> object:
    return [o.message(one) for one in found.messages]


def _send(a: Args, b: MessageIn) -> c.Command:
    return sending(channel(a), b)


def _sent(found: m.Sent) -> object:
    return o.message(found.message, found.nonce)


def _edit(a: Args, b: s.ContentIn) -> c.Command:
    return c.EditMessage(channel(a), message(a), ids.mentions_in(b.content))


def _react(a: Args) -> c.Command:
    return c.AddReaction(channel(a), message(a), a.path["emoji"], only=True)


def _unreact(a: Args) -> c.Command:
    return c.RemoveReaction(channel(a), message(a), a.path["emoji"])


def _in(place: str) -> tuple[Operation, ...]:
    one = place + "/messages/{message_id}"
    return (
        Operation("GET", place + "/messages", "A page, newest first.", here(query(_history)),
                  result(_page), query=s.PageQuery),
        Operation("POST", place + "/messages", "Say something.", here(body(_send)), result(_sent), 201,
                  body=MessageIn),
        Operation("PATCH", one, "Say it otherwise.", here(body(_edit)), result(o.message),
                  body=s.ContentIn),
        Operation("DELETE", one, "Take it back.",
                  here(lambda a: c.RecallMessage(channel(a), message(a))), result(o.message)),
        Operation("PUT", one + "/reactions/{emoji}/@me", "One's reaction, in place of the one before.",
                  here(_react), result(o.message)),
        Operation("DELETE", one + "/reactions/{emoji}/@me", "Take it back.", here(_unreact),
                  result(o.message)),
        absent("POST", place + "/uploads", "Files"),
        absent("POST", place + "/uploads/presign", "Files"),
        absent("GET", place + "/search", "Search"),
    )  # fmt: skip


OPERATIONS: Final = (
    *(operation for place in CHANNELS for operation in _in(place)),
    absent("GET", "/servers/{server_id}/search", "Search"),
)
