"""Groups and their people."""

from typing import Final

from hubbub.dialects.studybuddy import structs as s
from hubbub.dialects.studybuddy.render import group, role, status
from hubbub.model import commands as c
from hubbub.model import entities as m
from hubbub.model.errors import forbidden
from hubbub.model.ids import ChannelId, UserId
from hubbub.model.times import whole_seconds
from hubbub.wire.rest import Args, Operation


def _id(a: Args) -> ChannelId:
    return s.group_id(a.path["group_id"], "groupId")


def _create(a: Args) -> c.Command:
    b: s.GroupIn = a.body  # type: ignore[assignment]  # the operation's own type, here and below
    s.require_oneself(b.creator_id, a.user_id, "creator_id")
    return c.CreateGroup(b.name, b.description or "", b.is_private)


def _change(a: Args) -> c.Command:
    b: s.GroupChangeIn = a.body  # type: ignore[assignment]  # as above
    s.require_oneself(b.admin_user_id, a.user_id, "admin_user_id")
    return c.UpdateChannel(_id(a), b.name, b.description, b.is_private)


def _join(a: Args) -> c.Command:
    return c.AddMember(_id(a), _asks(a))


def _leave(a: Args) -> c.Command:
    return c.RemoveMember(_id(a), _asks(a))


def _asks(a: Args) -> UserId:
    b: s.SelfIn | None = a.body  # type: ignore[assignment]  # as above
    return s.require_oneself(None if b is None else b.user_id, a.user_id, "user_id")


def _decide(a: Args) -> c.Command:
    b: s.MemberIn = a.body  # type: ignore[assignment]  # as above
    s.require_oneself(b.admin_user_id, a.user_id, "admin_user_id")
    place = _id(a), s.user_id(a.path["member_id"], "userId")
    if b.action == "approve" and place[1] == a.user_id:
        raise forbidden(
            "Nobody approves themselves."
        )  # it would ask to join, and look like success
    match b.action:
        case "approve":
            return c.AddMember(*place)
        case "promote":
            return c.AddMember(*place, m.GroupRole.ADMIN)
        case "demote":
            return c.AddMember(*place, m.GroupRole.MEMBER)
        case _:
            return c.RemoveMember(*place)


def _groups(r: object) -> object:
    found: list[m.Channel] = r  # type: ignore[assignment]  # what the command returns, here and below
    return [group(channel) for channel in found if channel.kind is m.Kind.GROUP]


def _view(r: object) -> object:
    return group(r.channel)  # type: ignore[attr-defined]  # as above


def _detail(r: object) -> object:
    found: m.GroupDetail = r  # type: ignore[assignment]  # as above
    channel, mine = found.view.channel, found.view.member
    return {
        **group(channel),
        "member_count": found.member_count,
        "my_status": None if mine is None else status(mine),
        "members": [_member(channel, *person) for person in found.people],
    }


def _member(channel: m.Channel, member: m.Member, user: m.User) -> dict[str, object]:
    return {
        "user_id": user.id,
        "role": role(channel, member),
        "status": status(member),
        "joined_at": whole_seconds(member.joined_at),
        "username": user.username,
        "email": "",
    }


def _joined(r: object) -> object:
    member: m.Member = r  # type: ignore[assignment]  # as above
    place = {"group_id": member.channel_id, "user_id": member.user_id}
    return {**place, "role": member.role.value, "status": status(member)}


def _changed(r: object) -> object:
    """Whom it leaves in the group; who was removed is not there any more."""
    return {} if r is None else _joined(r)


_Op = Operation
_G: Final = "/groups/{group_id}"
_M: Final = _G + "/members/{member_id}"
OPERATIONS: Final = (
    _Op("GET", "/groups", "One's groups, then open ones.", lambda _: c.BrowseChannels(), _groups),
    _Op("POST", "/groups", "Make one.", _create, _view, 201, body=s.GroupIn),
    _Op("GET", _G, "One with its people.", lambda a: c.ReadGroup(_id(a)), _detail),
    _Op("PUT", _G, "Change one.", _change, _view, body=s.GroupChangeIn),
    _Op("DELETE", _G, "End one.", lambda a: c.DeleteChannel(_id(a)), lambda _: {}),
    _Op("POST", _G + "/join", "Come in, or ask to.", _join, _joined, body=s.SelfIn,
        body_optional=True),
    _Op("POST", _G + "/leave", "Go.", _leave, lambda _: {}, body=s.SelfIn, body_optional=True),
    _Op("PUT", _M, "Decide about a member.", _decide, _changed, body=s.MemberIn),
    _Op("PATCH", _M, "The same, as the client calls it.", _decide, _changed, body=s.MemberIn),
)  # fmt: skip
