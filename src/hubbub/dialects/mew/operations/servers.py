"""Servers and the headings over their channels."""

from typing import Final

from hubbub.dialects.mew import ids
from hubbub.dialects.mew import objects as o
from hubbub.dialects.mew import structs as s
from hubbub.dialects.mew.operations.common import absent, body, nothing, patch, result, said, server
from hubbub.model import commands as c
from hubbub.model import server_commands as sc
from hubbub.model import servers as sv
from hubbub.model.ids import CategoryId
from hubbub.wire.rest import Args, Operation

OWNER_ROLE: Final = "Owner"


def _create(_: Args, b: s.ServerIn) -> c.Command:
    return sc.CreateServer(b.name, b.avatar_url or "", OWNER_ROLE)


def _update(a: Args, b: s.ServerPatch) -> c.Command:
    return sc.UpdateServer(server(a), b.name, b.avatar_url)


def _server(found: sv.ServerView) -> object:
    return o.server(found.server)


def _updated(found: tuple[object, sv.ServerView]) -> object:
    return _server(found[1])


def _servers(found: list[sv.ServerView]) -> object:
    return [o.server(view.server) for view in found]


# -- headings -----------------------------------------------------------------------------------------


def category(a: Args) -> CategoryId:
    """Of the path."""
    return CategoryId(ids.number(a.path["category_id"], "categoryId"))


def _categories(found: sv.ServerView) -> object:
    ordered = sorted(found.categories, key=lambda category: (category.position, category.id))
    return [o.category(one) for one in ordered]


def _add(a: Args, b: s.CategoryIn) -> c.Command:
    return sc.CreateCategory(server(a), b.name, b.position)


def _change(a: Args, b: s.CategoryPatch) -> c.Command:
    return sc.UpdateCategory(category(a), None, b.name, b.position)


_S: Final = "/servers/{server_id}"
OPERATIONS: Final = (
    Operation("GET", "/users/@me/servers", "One's servers.", lambda _: sc.ListServers(),
              result(_servers)),
    Operation("POST", "/servers", "A new server.", body(_create), result(_server), 201,
              body=s.ServerIn),
    Operation("GET", _S, "A server.", lambda a: sc.GetServer(server(a)), result(_server)),
    Operation("PATCH", _S, "Another name or picture.", patch(_update), result(_updated),
              body=s.ServerPatch, then=lambda _, a: sc.GetServer(server(a))),
    Operation("DELETE", _S, "End a server.", lambda a: sc.DeleteServer(server(a)),
              said("Server deleted successfully")),
    absent("POST", _S + "/icon", "Pictures of servers from files"),
    Operation("GET", _S + "/categories", "Its headings.", lambda a: sc.GetServer(server(a)),
              result(_categories)),
    Operation("POST", _S + "/categories", "A new heading.", body(_add), result(o.category), 201,
              body=s.CategoryIn),
    Operation("PATCH", "/categories/{category_id}", "Change a heading.", patch(_change),
              result(o.category), body=s.CategoryPatch),
    Operation("DELETE", "/categories/{category_id}", "End a heading.",
              lambda a: sc.DeleteCategory(category(a)), nothing, 204),
)  # fmt: skip
