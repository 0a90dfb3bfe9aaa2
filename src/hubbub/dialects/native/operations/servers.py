"""Servers, their categories and channels."""

from typing import Final

from hubbub.dialects.native import render
from hubbub.dialects.native import server_render as sr
from hubbub.dialects.native import server_structs as ss
from hubbub.dialects.native import structs as s
from hubbub.dialects.native.operations.common import (
    SERVER,
    UNKNOWN,
    each,
    given,
    nothing,
    of,
    one,
    overrides,
    server,
)
from hubbub.model import commands as c
from hubbub.model import server_commands as sc
from hubbub.model.errors import Code
from hubbub.model.ids import CategoryId
from hubbub.wire import fields
from hubbub.wire.rest import Args
from hubbub.wire.rest import Operation as Op

_CATEGORY: Final = SERVER + "/categories/{category_id}"


def _create(a: Args) -> c.Command:
    b = of(a.body, ss.ServerIn)
    return sc.CreateServer(b.name, b.icon, first_channel=b.first_channel)


def _update(a: Args) -> c.Command:
    b = of(a.body, ss.ServerPatch)
    found = given(b, "name", "icon", "owner_id", "reason")
    if "owner_id" in found:
        found["owner_id"] = fields.user_id(found["owner_id"], "owner_id")
    return sc.UpdateServer(server(a), **found)


def _audit(a: Args) -> c.Command:
    q = of(a.query, ss.AuditQuery)
    before = None if q.before is None else fields.any_id(q.before, "before")
    return sc.ListAudit(server(a), before, q.limit)


def _create_channel(a: Args) -> c.Command:
    b = of(a.body, ss.TextChannelIn)
    category_id = None if b.category_id is None else fields.category_id(b.category_id)
    return sc.CreateChannel(
        server(a),
        b.name,
        b.description,
        category_id,
        b.position,
        b.slow_mode,
        overrides(b.overrides),
        b.reason,
    )


def _category(a: Args) -> CategoryId:
    return fields.category_id(a.path["category_id"])


def _create_category(a: Args) -> c.Command:
    b = of(a.body, ss.CategoryIn)
    return sc.CreateCategory(server(a), b.name, b.position)


def _update_category(a: Args) -> c.Command:
    found = given(of(a.body, ss.CategoryPatch), "name", "position")
    return sc.UpdateCategory(_category(a), server(a), **found)


OPERATIONS: Final = (
    Op("GET", "/servers", "The servers one is in, in the order in which one came to them.",
       lambda _: sc.ListServers(), each(sr.view), 200, "servers", returns=list[ss.ServerView]),
    Op("POST", "/servers", "Make a server.", _create, one(sr.view), 201, "servers",
       body=ss.ServerIn, returns=ss.ServerView, refuses=(Code.CONFLICT, Code.FORBIDDEN)),
    Op("GET", SERVER, "One server.", lambda a: sc.GetServer(server(a)), one(sr.view), 200,
       "servers", returns=ss.ServerView, refuses=(Code.NOT_FOUND,)),
    Op("PATCH", SERVER, "Rename a server, change its icon, hand it over.", _update, one(sr.server),
       200, "servers", body=ss.ServerPatch, returns=ss.Server, refuses=UNKNOWN),
    Op("DELETE", SERVER, "Delete a server with all that is in it.",
       lambda a: sc.DeleteServer(server(a)), nothing, 204, "servers", refuses=UNKNOWN),
    Op("GET", SERVER + "/audit-log", "Who did what, newest first.", _audit, each(sr.audit), 200,
       "servers", query=ss.AuditQuery, returns=list[ss.AuditEntry], refuses=UNKNOWN),
    Op("GET", SERVER + "/channels", "The channels that one may see, with their latest messages.",
       lambda a: sc.ListServerChannels(server(a)), each(sr.detail), 200, "servers",
       returns=list[ss.ChannelDetail], refuses=(Code.NOT_FOUND,)),
    Op("POST", SERVER + "/channels", "Make a channel.", _create_channel, one(render.view), 201,
       "servers", body=ss.TextChannelIn, returns=s.ChannelView, refuses=(*UNKNOWN, Code.CONFLICT)),
    Op("POST", SERVER + "/categories", "Make a category.", _create_category, one(sr.category), 201,
       "servers", body=ss.CategoryIn, returns=ss.Category, refuses=(*UNKNOWN, Code.CONFLICT)),
    Op("PATCH", _CATEGORY, "Rename or move a category.", _update_category, one(sr.category), 200,
       "servers", body=ss.CategoryPatch, returns=ss.Category, refuses=UNKNOWN),
    Op("DELETE", _CATEGORY, "Delete a category; its channels stay, under none.",
       lambda a: sc.DeleteCategory(_category(a), server(a)), nothing, 204, "servers",
       refuses=UNKNOWN),
)  # fmt: skip
