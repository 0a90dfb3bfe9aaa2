"""Channels of servers, direct ones, and groups, which are direct ones with a name here."""

from typing import Final

from msgspec import UNSET, UnsetType

from hubbub.dialects.mew import ids
from hubbub.dialects.mew import objects as o
from hubbub.dialects.mew import structs as s
from hubbub.dialects.mew.operations.common import (
    CHANNELS,
    body,
    channel,
    here,
    nothing,
    patch,
    result,
    said,
    server,
    then,
)
from hubbub.dialects.mew.permissions import KNOWN, bits_of
from hubbub.model import commands as c
from hubbub.model import entities as m
from hubbub.model import server_commands as sc
from hubbub.model.ids import NO_CATEGORY, CategoryId, MessageId, UserId
from hubbub.model.servers import Notify
from hubbub.wire.rest import Args, Operation

LEVELS: Final = {text: level for level, text in o.LEVELS.items()}


def _details(found: list[m.ChannelDetail]) -> object:
    return [o.listed(detail) for detail in found]


def _directs(found: list[m.ChannelDetail]) -> object:
    return [o.listed(d) for d in found if d.view.channel.server_id is None]


def _open(_: Args, b: s.DirectIn) -> c.Command:
    return c.OpenDirect(UserId(ids.number(b.recipient_id, "recipientId")))


def _look(found: tuple[m.ChannelView, bool], _: Args) -> c.Command:
    return c.ListDetails(found[0].channel.id)


def _opened(found: tuple[object, list[m.ChannelDetail]]) -> object:
    detail = found[1][0]
    return o.channel(detail.view.channel, [person.user for person in detail.people])


# -- of servers ---------------------------------------------------------------------------------------


def _category(text: str | UnsetType | None) -> CategoryId | None:
    if text is UNSET:
        return None
    return NO_CATEGORY if text is None else CategoryId(ids.number(text, "categoryId"))


def _create(a: Args, b: s.ChannelIn) -> c.Command:
    category = UNSET if b.category_id is None else b.category_id
    topic = b.topic or ""
    return sc.CreateChannel(server(a), b.name, topic, _category(category), b.position)


def _update(a: Args, b: s.ChannelPatch) -> c.Command:
    category = _category(b.category_id)
    return c.UpdateChannel(channel(a), b.name, b.topic, category_id=category, position=b.position)


def _channel(found: m.ChannelView) -> object:
    return o.channel(found.channel)


def _overrides(found: m.ChannelView) -> object:
    return _listed(found.channel)


def _listed(found: m.Channel) -> object:
    return [o.override(override) for override in found.overrides]


def _set(a: Args, b: list[s.OverrideIn]) -> c.Command:
    return sc.SetOverrides(channel(a), tuple(map(_override, b)), KNOWN)


def _override(given: s.OverrideIn) -> m.Override:
    target = ids.number(given.target_id, "targetId")
    allow, deny = bits_of(given.allow, "allow"), bits_of(given.deny, "deny")
    return m.Override(target, given.target_type == "role", allow, deny)


# -- of both ------------------------------------------------------------------------------------------


def _read(a: Args, b: s.ReadIn) -> c.Command:
    message_id = MessageId(ids.number(b.last_message_id, "lastMessageId"))
    return c.MarkRead(channel(a), message_id=message_id)


def _level(found: Notify) -> object:
    return {"level": o.LEVELS[found]}


def _set_level(a: Args, b: s.ChannelLevelIn) -> c.Command:
    return sc.SetNotify(channel(a), LEVELS[b.level])


def _now(_: object, a: Args) -> c.Command:
    return sc.GetNotify(channel(a))


def _changed_level(found: tuple[object, Notify]) -> object:
    return _level(found[1])


_S: Final = "/servers/{server_id}/channels"
_C: Final = _S + "/{channel_id}"
_HERE: Final = tuple(
    operation
    for place in CHANNELS
    for operation in (
        Operation("POST", place + "/ack", "One has read so far.", here(body(_read)), nothing, 204,
                  body=s.ReadIn),
        Operation("GET", place + "/notification-settings", "What one is told of.",
                  here(lambda a: sc.GetNotify(channel(a))), result(_level)),
        Operation("PUT", place + "/notification-settings", "Changes of that.", here(body(_set_level)),
                  result(_changed_level), body=s.ChannelLevelIn, then=_now),
    )
)  # fmt: skip
OPERATIONS: Final = (
    Operation("GET", "/users/@me/channels", "One's direct channels and groups.", lambda _: c.ListDetails(),
              result(_directs)),
    Operation("POST", "/users/@me/channels", "The direct channel with somebody.", body(_open),
              result(_opened), 201, body=s.DirectIn, then=then(_look)),
    Operation("GET", _S, "The channels that one sees.", lambda a: sc.ListServerChannels(server(a)),
              result(_details)),
    Operation("POST", _S, "A new channel.", body(_create), result(_channel), 201, body=s.ChannelIn),
    Operation("PATCH", _C, "Change a channel.", here(patch(_update)), result(_channel),
              body=s.ChannelPatch),
    Operation("DELETE", _C, "End a channel.", here(lambda a: c.DeleteChannel(channel(a))),
              said("Channel deleted successfully")),
    Operation("GET", _C + "/permissions", "Who may do what there.",
              here(lambda a: c.GetChannel(channel(a))), result(_overrides)),
    Operation("PUT", _C + "/permissions", "All of that anew.", here(body(_set)), result(_listed),
              body=list[s.OverrideIn]),
    *_HERE,
)  # fmt: skip
