"""People in servers, and how they come in."""

from typing import Final

from hubbub.dialects.mew import ids
from hubbub.dialects.mew import objects as o
from hubbub.dialects.mew import structs as s
from hubbub.dialects.mew.operations.channels import LEVELS
from hubbub.dialects.mew.operations.common import (
    as_it_is,
    body,
    nothing,
    own,
    person,
    result,
    server,
    then,
    view,
)
from hubbub.model import commands as c
from hubbub.model import entities as m
from hubbub.model import server_commands as sc
from hubbub.model import servers as sv
from hubbub.model.ids import RoleId, UserId
from hubbub.model.times import rfc3339
from hubbub.wire.fields import hex_id
from hubbub.wire.rest import Args, Operation

Pair = tuple[sv.ServerMember, m.User]


def _look(a: Args) -> c.Command:
    """Who owns it, and which role all bear."""
    return sc.GetServer(server(a))


def _list(found: sv.ServerView, a: Args) -> c.Command:
    q: s.MembersQuery = a.query  # type: ignore[assignment]  # the operation's own type
    after = None if q.after is None else UserId(ids.number(q.after, "after"))
    return sc.ListServerMembers(found.server.id, after, q.limit)


def _listed(found: tuple[sv.ServerView, list[Pair]], a: Args) -> object:
    view_, pairs = found
    return [o.member(*pair, view_.server, a.user_id) for pair in pairs]


def _set_roles(found: sv.ServerView, a: Args) -> c.Command:
    b: s.RolesIn = a.body  # type: ignore[assignment]  # as above
    asked = dict.fromkeys(RoleId(ids.number(text, "roleIds")) for text in b.role_ids)
    held = tuple(role_id for role_id in asked if role_id != found.server.everyone_role_id)
    return sc.UpdateServerMember(found.server.id, person(a), role_ids=held)


def _changed(found: tuple[sv.ServerView, Pair], a: Args) -> object:
    view_, pair = found
    return o.member(*pair, view_.server, a.user_id)


def _level(found: Pair) -> object:
    return {"notificationLevel": o.LEVELS[found[0].notify]}


def _set_level(a: Args, b: s.LevelIn) -> c.Command:
    return sc.UpdateServerMember(server(a), own(a), notify=LEVELS[b.notification_level])


# -- invites ------------------------------------------------------------------------------------------


def _invite(a: Args, given: s.InviteIn | None) -> c.Command:
    b = given or s.InviteIn()
    ends = None if b.expires_at is None else round(b.expires_at.timestamp() * 1000)
    return sc.CreateInvite(server(a), ends, b.max_uses or 0)


def _ends(found: sv.Invite) -> str | None:
    return None if found.expires_at is None else rfc3339(found.expires_at)


def _invited(found: sv.Invite) -> object:
    return {
        "code": found.code,
        "serverId": hex_id(found.server_id),
        "creatorId": hex_id(found.creator_id),
        "expiresAt": _ends(found),
        "maxUses": found.max_uses,
        "uses": found.uses,
        "createdAt": rfc3339(found.created_at),
    }


def _preview(found: sv.InvitePreview) -> object:
    invite, place = found.invite, found.server
    return {
        "code": invite.code,
        "uses": invite.uses,
        "maxUses": invite.max_uses,
        "expiresAt": _ends(invite),
        "server": {
            "_id": hex_id(place.id),
            "name": place.name,
            "avatarUrl": place.icon or None,
            "memberCount": found.member_count,
        },
    }


def _accepted(found: sv.ServerView) -> object:
    return {"serverId": hex_id(found.server.id)}


def _remove(a: Args, user_id: UserId) -> c.Command:
    return sc.RemoveServerMember(server(a), user_id)


_S: Final = "/servers/{server_id}"
_M: Final = _S + "/members"
OPERATIONS: Final = (
    Operation("GET", _M, "Its members.", _look, as_it_is, query=s.MembersQuery, then=then(_list),
              view=view(_listed)),
    Operation("DELETE", _M + "/@me", "Leave.", lambda a: _remove(a, own(a)), nothing, 204),
    Operation("GET", _M + "/@me/notification-settings", "What one is told of.",
              lambda a: sc.GetServerMember(server(a), own(a)), result(_level)),
    Operation("PUT", _M + "/@me/notification-settings", "Changes of that.", body(_set_level),
              result(_level), body=s.LevelIn),
    Operation("DELETE", _M + "/{person_id}", "Kick.", lambda a: _remove(a, person(a)), nothing, 204),
    Operation("PUT", _M + "/{person_id}/roles", "All roles of a member anew.", _look, as_it_is,
              body=s.RolesIn, then=then(_set_roles), view=view(_changed)),
    Operation("POST", _S + "/invites", "A way in.", body(_invite), result(_invited), 201,
              body=s.InviteIn, body_optional=True),
    Operation("GET", "/invites/{code}", "What is behind it.", lambda a: sc.GetInvite(a.path["code"]),
              result(_preview)),
    Operation("POST", "/invites/{code}", "Come in.", lambda a: sc.AcceptInvite(a.path["code"]),
              result(_accepted)),
)  # fmt: skip
