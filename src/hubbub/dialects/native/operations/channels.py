"""Groups, direct channels, the lobby, and who is in them; a server's channels too, where they are the same."""

from typing import Final

from hubbub.dialects.native import queries as qs
from hubbub.dialects.native import render
from hubbub.dialects.native import structs as s
from hubbub.dialects.native.operations.common import (
    CHANNEL,
    UNKNOWN,
    channel,
    each,
    given,
    nothing,
    of,
    one,
    pairs,
    person,
)
from hubbub.model import commands as c
from hubbub.model import entities as m
from hubbub.model.errors import Code, invalid
from hubbub.model.ids import NO_CATEGORY
from hubbub.wire import fields
from hubbub.wire.rest import Args
from hubbub.wire.rest import Operation as Op

_CHANGEABLE: Final = (
    "name",
    "description",
    "private",
    "guests",
    "owner_id",
    "category_id",
    "position",
    "slow_mode",
)
_MEMBER: Final = CHANNEL + "/members/{user_id}"


def _create(a: Args) -> c.Command:
    b = of(a.body, s.ChannelIn)
    if b.kind is not m.Kind.GROUP:
        raise invalid("kind", "only groups are made here; direct channels with POST /dms")
    return c.CreateGroup(b.name, b.description, b.private, guests=b.guests)


def _find(a: Args) -> c.Command:
    q = of(a.query, qs.GroupQuery)
    return c.FindGroups(q.q)


def _patch(a: Args) -> c.Command:
    b = of(a.body, s.ChannelPatch)
    found = given(b, *_CHANGEABLE)
    if "owner_id" in found:
        found["owner_id"] = fields.user_id(found["owner_id"], "owner_id")
    if "category_id" in found:
        category_id = found["category_id"]
        found["category_id"] = (
            NO_CATEGORY if category_id is None else fields.category_id(category_id)
        )
    return c.UpdateChannel(channel(a), **found)


def _direct(a: Args) -> c.Command:
    b = of(a.body, s.DirectIn)
    return c.OpenDirect(fields.user_id(b.user_id))


def _members(a: Args) -> c.Command:
    q = of(a.query, qs.MemberQuery)
    after = None if q.after is None else fields.user_id(q.after, "after")
    return c.ListMembers(channel(a), q.status, after, q.limit)


def _add(a: Args) -> c.Command:
    b = of(a.body or s.MemberIn(), s.MemberIn)
    return c.AddMember(channel(a), person(a), b.role)


def _remove(a: Args) -> c.Command:
    q = of(a.query, qs.RemoveQuery)
    return c.RemoveMember(channel(a), person(a), q.ban)


def _opened(found: tuple[m.ChannelView, bool]) -> object:
    return render.view(found[0])


OPERATIONS: Final = (
    Op("GET", "/channels", "The channels one is in, newest activity first.",
       lambda _: c.ListChannels(), each(render.view), 200, "channels", returns=list[s.ChannelView]),
    Op("POST", "/channels", "Make a group.", _create, one(render.view), 201, "channels", body=s.ChannelIn,
       returns=s.ChannelView, refuses=(Code.CONFLICT,)),
    Op("GET", "/groups", "Open groups to join, by the start of their name.", _find, each(render.channel), 200,
       "channels", query=qs.GroupQuery, returns=list[s.Channel]),
    Op("POST", "/dms", "The one direct channel with a person.", _direct, one(_opened), 200, "channels",
       body=s.DirectIn, returns=s.ChannelView, refuses=UNKNOWN),
    Op("GET", CHANNEL, "One channel.", lambda a: c.GetChannel(channel(a)), one(render.view), 200, "channels",
       returns=s.ChannelView, refuses=(Code.NOT_FOUND,)),
    Op("PATCH", CHANNEL, "Rename, describe, open, close or hand over a group; move a server's channel.", _patch, one(render.view), 200,
       "channels", body=s.ChannelPatch, returns=s.ChannelView, refuses=UNKNOWN),
    Op("DELETE", CHANNEL, "Delete a group, or a server's channel, with all that is in it.", lambda a: c.DeleteChannel(channel(a)),
       nothing, 204, "channels", refuses=UNKNOWN),
    Op("GET", CHANNEL + "/members", "Who is in it.", _members, pairs(render.member), 200, "members",
       query=qs.MemberQuery, returns=list[s.Member], refuses=UNKNOWN),
    Op("PUT", _MEMBER, "Join (`@me`), add or approve a person, or change a role.", _add, one(render.membership), 200,
       "members", body=s.MemberIn, body_optional=True, returns=s.Membership,
       refuses=(*UNKNOWN, Code.CONFLICT)),
    Op("DELETE", _MEMBER, "Leave (`@me`), kick, reject or ban a person, or lift a ban.", _remove, nothing,
       204, "members", query=qs.RemoveQuery, refuses=(*UNKNOWN, Code.CONFLICT)),
)  # fmt: skip
