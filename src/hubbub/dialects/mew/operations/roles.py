"""Roles of servers."""

from typing import Final

from hubbub.dialects.mew import ids
from hubbub.dialects.mew import objects as o
from hubbub.dialects.mew import structs as s
from hubbub.dialects.mew.operations.common import body, patch, result, role, said, server, then
from hubbub.dialects.mew.permissions import bits_of, mask_of_role
from hubbub.model import commands as c
from hubbub.model import server_commands as sc
from hubbub.model import servers as sv
from hubbub.model.ids import RoleId
from hubbub.wire.rest import Args, Operation


def _roles(found: sv.ServerView) -> object:
    return _ordered(found.roles)


def _ordered(found: tuple[sv.Role, ...]) -> object:
    """As they stand, the everyone role first."""
    return [o.role(role) for role in sorted(found, key=lambda role: (role.position, role.id))]


def _color(text: str | None) -> int | None:
    """Mew's grey is none."""
    if text is None:
        return None
    return 0 if text.upper() == o.DEFAULT_COLOR else int(text[1:], 16)


def _create(a: Args, b: s.RoleIn) -> c.Command:
    bits = bits_of(b.permissions, "permissions")
    return sc.CreateRole(server(a), b.name, _color(b.color) or 0, bits)


def _update(a: Args, b: s.RolePatch) -> c.Command:
    bits = None if b.permissions is None else bits_of(b.permissions, "permissions")
    mask = mask_of_role(b.permissions or ())
    return sc.UpdateRole(server(a), role(a), b.name, _color(b.color), bits, mask)


def _move(found: sv.ServerView, a: Args) -> c.Command:
    """The everyone role stays where it is, also where a client names it."""
    given: list[s.PositionIn] = a.body  # type: ignore[assignment]  # the operation's own type
    asked = [(RoleId(ids.number(p.role_id, "roleId")), p.position) for p in given]
    moved = tuple(pair for pair in asked if pair[0] != found.server.everyone_role_id)
    return sc.MoveRoles(found.server.id, moved)


def _moved(found: tuple[sv.ServerView, tuple[sv.Role, ...]]) -> object:
    now = {role.id: role for role in (*found[0].roles, *found[1])}
    return _ordered(tuple(now.values()))


_R: Final = "/servers/{server_id}/roles"
OPERATIONS: Final = (
    Operation("GET", _R, "Its roles.", lambda a: sc.GetServer(server(a)), result(_roles)),
    Operation("POST", _R, "A new role.", body(_create), result(o.role), 201, body=s.RoleIn),
    Operation("PATCH", _R + "/positions", "Another order.", lambda a: sc.GetServer(server(a)),
              result(_moved), body=list[s.PositionIn], then=then(_move)),
    Operation("PATCH", _R + "/{role_id}", "Change a role.", patch(_update), result(o.role),
              body=s.RolePatch),
    Operation("DELETE", _R + "/{role_id}", "End a role.",
              lambda a: sc.DeleteRole(server(a), role(a)), said("Role deleted successfully")),
)  # fmt: skip
