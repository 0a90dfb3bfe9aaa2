"""A server's roles, and what its channels allow and deny beyond them."""

from typing import Final

from hubbub.dialects.native import render
from hubbub.dialects.native import server_render as sr
from hubbub.dialects.native import server_structs as ss
from hubbub.dialects.native import structs as s
from hubbub.dialects.native.operations.common import (
    CHANNEL,
    SERVER,
    UNKNOWN,
    bits,
    channel,
    each,
    given,
    nothing,
    of,
    one,
    override,
    overrides,
    server,
)
from hubbub.model import commands as c
from hubbub.model import entities as m
from hubbub.model import server_commands as sc
from hubbub.model.errors import Code
from hubbub.model.ids import RoleId
from hubbub.wire import fields
from hubbub.wire.rest import Args
from hubbub.wire.rest import Operation as Op

_ROLES: Final = SERVER + "/roles"
_ROLE: Final = _ROLES + "/{role_id}"
_OVERRIDES: Final = CHANNEL + "/overrides"
_OVERRIDE: Final = _OVERRIDES + "/{target_id}"


def _role(a: Args) -> RoleId:
    return fields.role_id(a.path["role_id"])


def _reason(a: Args) -> str:
    return of(a.query, ss.ReasonQuery).reason


def _create(a: Args) -> c.Command:
    b = of(a.body, ss.RoleIn)
    permissions = bits(b.permissions, "permissions")
    return sc.CreateRole(server(a), b.name, b.color, permissions, b.reason)


def _update(a: Args) -> c.Command:
    found = given(of(a.body, ss.RolePatch), "name", "color", "permissions", "reason")
    if "permissions" in found:
        found["permissions"] = bits(found["permissions"], "permissions")
    return sc.UpdateRole(server(a), _role(a), **found)


def _move(a: Args) -> c.Command:
    b = of(a.body, tuple[ss.RolePosition, ...])
    wanted = tuple((fields.role_id(x.role_id), x.position) for x in b)
    return sc.MoveRoles(server(a), wanted, _reason(a))


def _set_overrides(a: Args) -> c.Command:
    b = of(a.body, tuple[ss.OverrideIn, ...])
    return sc.SetOverrides(channel(a), overrides(b), reason=_reason(a))


def _put_override(a: Args) -> c.Command:
    b = of(a.body, ss.OverridePut)
    wanted = override(ss.OverrideIn(a.path["target_id"], b.kind, b.allow, b.deny))
    return sc.PutOverride(channel(a), wanted, b.reason)


def _end_override(a: Args) -> c.Command:
    target_id = fields.any_id(a.path["target_id"], "target_id")
    # Whose it is, is all the same: one that allows and denies nothing is none.
    return sc.PutOverride(channel(a), m.Override(target_id, is_role=True), _reason(a))


OPERATIONS: Final = (
    Op("POST", _ROLES, "Make a role, below one's own highest.", _create, one(sr.role), 201, "roles",
       body=ss.RoleIn, returns=ss.Role, refuses=(*UNKNOWN, Code.CONFLICT)),
    Op("PATCH", _ROLES, "Give roles new positions; all end up as 1, 2, 3 … in the order asked for.",
       _move, each(sr.role), 200, "roles", body=ss.RolePositions, query=ss.ReasonQuery,
       returns=list[ss.Role], refuses=UNKNOWN),
    Op("PATCH", _ROLE, "Rename a role, colour it, change what it may do.", _update, one(sr.role),
       200, "roles", body=ss.RolePatch, returns=ss.Role, refuses=UNKNOWN),
    Op("DELETE", _ROLE, "Delete a role.", lambda a: sc.DeleteRole(server(a), _role(a), _reason(a)),
       nothing, 204, "roles", query=ss.ReasonQuery, refuses=UNKNOWN),
    Op("PUT", _OVERRIDES, "All overrides of a channel.", _set_overrides, one(render.channel), 200,
       "roles", body=ss.Overrides, query=ss.ReasonQuery, returns=s.Channel, refuses=(*UNKNOWN, Code.CONFLICT)),
    Op("PUT", _OVERRIDE, "One override of a channel.", _put_override, one(render.channel), 200,
       "roles", body=ss.OverridePut, returns=s.Channel, refuses=(*UNKNOWN, Code.CONFLICT)),
    Op("DELETE", _OVERRIDE, "Take an override away.", _end_override, one(render.channel), 200,
       "roles", query=ss.ReasonQuery, returns=s.Channel, refuses=UNKNOWN),
)  # fmt: skip
