"""Who is in a server, who may not come back, and what people want to be told of."""

from typing import Final

import msgspec

from hubbub.dialects.native import render
from hubbub.dialects.native import server_render as sr
from hubbub.dialects.native import server_structs as ss
from hubbub.dialects.native.operations.common import (
    CHANNEL,
    SERVER,
    UNKNOWN,
    channel,
    each,
    given,
    nothing,
    of,
    one,
    pair,
    pairs,
    person,
    server,
)
from hubbub.model import commands as c
from hubbub.model import server_commands as sc
from hubbub.model.errors import Code
from hubbub.model.ids import ChannelId
from hubbub.model.servers import Notify
from hubbub.wire import fields
from hubbub.wire.rest import Args
from hubbub.wire.rest import Operation as Op

_MEMBERS: Final = SERVER + "/members"
_MEMBER: Final = _MEMBERS + "/{user_id}"
_BANS: Final = SERVER + "/bans"
_BAN: Final = _BANS + "/{user_id}"
_NOTIFY: Final = CHANNEL + "/notify"
_PREFERENCES: Final = "/users/@me/preferences"


def _list(a: Args) -> c.Command:
    q = of(a.query, ss.ServerMemberQuery)
    after = None if q.after is None else fields.user_id(q.after, "after")
    return sc.ListServerMembers(server(a), after, q.limit)


def _update(a: Args) -> c.Command:
    found = given(of(a.body, ss.MemberPatch), "nickname", "role_ids", "notify", "reason")
    if "role_ids" in found:
        found["role_ids"] = tuple(fields.role_id(i, "role_ids") for i in found["role_ids"])
    if "notify" in found:
        found["notify"] = Notify(found["notify"])
    return sc.UpdateServerMember(server(a), person(a), **found)


def _remove(a: Args) -> c.Command:
    return sc.RemoveServerMember(server(a), person(a), reason=of(a.query, ss.ReasonQuery).reason)


def _ban(a: Args) -> c.Command:
    b = of(a.body or ss.ReasonIn(), ss.ReasonIn)
    return sc.RemoveServerMember(server(a), person(a), ban=True, reason=b.reason)


def _unban(a: Args) -> c.Command:
    return sc.Unban(server(a), person(a), of(a.query, ss.ReasonQuery).reason)


def _set_notify(a: Args) -> c.Command:
    return sc.SetNotify(channel(a), of(a.body, ss.NotifyIn).notify)


def _set_preferences(a: Args) -> c.Command:
    return sc.SetPreferences(msgspec.Raw(render.encode(a.body)))


def _notified(found: dict[ChannelId, Notify]) -> object:
    return {str(channel_id): notify for channel_id, notify in found.items()}


OPERATIONS: Final = (
    Op("GET", _MEMBERS, "Who is in a server.", _list, pairs(sr.member), 200, "server members",
       query=ss.ServerMemberQuery, returns=list[ss.ServerMember], refuses=(Code.NOT_FOUND,)),
    Op("GET", _MEMBER, "One member.", lambda a: sc.GetServerMember(server(a), person(a)),
       pair(sr.member), 200, "server members", returns=ss.ServerMember, refuses=(Code.NOT_FOUND,)),
    Op("PATCH", _MEMBER, "Change a nickname or roles; or what one wants to be told of (`@me`).",
       _update, pair(sr.member), 200, "server members", body=ss.MemberPatch,
       returns=ss.ServerMember, refuses=(*UNKNOWN, Code.CONFLICT)),
    Op("DELETE", _MEMBER, "Leave (`@me`), or kick a person.", _remove, nothing, 204,
       "server members", query=ss.ReasonQuery, refuses=(*UNKNOWN, Code.CONFLICT)),
    Op("GET", _BANS, "Who may not come back.", lambda a: sc.ListBans(server(a)), each(sr.ban), 200,
       "server members", returns=list[ss.Ban], refuses=UNKNOWN),
    Op("PUT", _BAN, "Ban a person, also who is no member.", _ban, nothing, 204, "server members",
       body=ss.ReasonIn, body_optional=True, refuses=(*UNKNOWN, Code.CONFLICT)),
    Op("DELETE", _BAN, "Lift a ban.", _unban, nothing, 204, "server members",
       query=ss.ReasonQuery, refuses=UNKNOWN),
    Op("GET", _NOTIFY, "What one wants to be told of a channel.",
       lambda a: sc.GetNotify(channel(a)), one(ss.NotifyIn), 200, "preferences",
       returns=ss.NotifyIn, refuses=UNKNOWN),
    Op("PUT", _NOTIFY, "Say so.", _set_notify, nothing, 204, "preferences", body=ss.NotifyIn,
       refuses=UNKNOWN),
    Op("GET", "/users/@me/notify", "The same of all channels where one has said so, by their ids.",
       lambda _: sc.ListNotify(), one(_notified), 200, "preferences", returns=dict[str, Notify]),
    Op("GET", _PREFERENCES, "What one's clients remember.", lambda _: sc.GetPreferences(),
       one(lambda found: found), 200, "preferences", returns=ss.Preferences),
    Op("PUT", _PREFERENCES, "Remember this instead; whatever object it is.", _set_preferences,
       nothing, 204, "preferences", body=ss.Preferences, refuses=(Code.TOO_LARGE,)),
)  # fmt: skip
