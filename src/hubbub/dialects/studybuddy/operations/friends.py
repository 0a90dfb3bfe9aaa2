"""Friends and requests to become one."""

from typing import Final, cast

from hubbub.dialects.studybuddy import structs as s
from hubbub.dialects.studybuddy.operations.messages import person
from hubbub.model import commands as c
from hubbub.model import entities as m
from hubbub.model.errors import not_found
from hubbub.model.times import whole_seconds
from hubbub.wire.rest import Args, Operation


def _ask(a: Args) -> c.Command:
    b: s.FriendIn = a.body  # type: ignore[assignment]  # the operation's own type
    s.require_oneself(b.user_id, a.user_id, "user_id")
    return c.RequestFriend(s.user_id(b.friend_id, "friend_id"))


def _answer(a: Args, *, accept: bool) -> c.Command:
    return c.AnswerFriend(s.any_id(a.path["id"], "id"), accept)


def _end(r: object, a: Args) -> c.Command:
    """The id may be the friendship's or the friend's: none of the one is any of the other."""
    bonds: list[m.Relationship] = r  # type: ignore[assignment]  # what the command returns, here and below
    wanted = s.any_id(a.path["id"], "id")
    for bond in bonds:
        if bond.bond is not m.Bond.BLOCKED and wanted in (bond.request_id, bond.user.id):
            return c.RemoveFriend(bond.user.id)
    raise not_found("friend")


def _friends(r: object) -> object:
    bonds: list[m.Relationship] = r  # type: ignore[assignment]  # as above
    return [_friend(bond) for bond in bonds if bond.bond is m.Bond.FRIEND]


def _friend(bond: m.Relationship) -> dict[str, object]:
    since = whole_seconds(bond.created_at)
    return {
        **person(bond.user),
        "bio": None,
        "friendship_id": bond.request_id,
        "friends_since": since,
    }


def _requests(r: object, a: Args) -> object:
    bonds: list[m.Relationship] = r  # type: ignore[assignment]  # as above
    found = {
        "received": [_waiting(x, a) for x in bonds if x.bond is m.Bond.INCOMING],
        "sent": [_waiting(x, a) for x in bonds if x.bond is m.Bond.OUTGOING],
    }
    return found


def _waiting(bond: m.Relationship, a: Args) -> dict[str, object]:
    is_mine = bond.bond is m.Bond.OUTGOING
    return {
        "id": bond.request_id,
        "user_id": bond.user.id,
        "sender_id": a.user_id if is_mine else bond.user.id,
        "receiver_id": bond.user.id if is_mine else a.user_id,
        "username": bond.user.username,
        "email": "",
        "bio": None,
        "status": "pending",
        "created_at": whole_seconds(bond.created_at),
    }


def _request(r: object) -> object:
    found: m.FriendRequest = r  # type: ignore[assignment]  # as above
    return {
        "id": found.id,
        "sender_id": found.sender.id,
        "receiver_id": found.receiver.id,
        "status": found.status,
        "created_at": whole_seconds(found.created_at),
    }


def _answered(r: object) -> object:
    request, _ = cast("tuple[m.FriendRequest, object]", r)
    return _request(request)


_Op = Operation
OPERATIONS: Final = (
    _Op("GET", "/friends", "One's friends.", lambda _: c.ListRelationships(), _friends),
    _Op("GET", "/friends/requests", "Who asks, and whom one has asked.",
        lambda _: c.ListRelationships(), lambda r: r, view=_requests),
    _Op("POST", "/friends/request", "Ask somebody.", _ask, _request, body=s.FriendIn),
    _Op("POST", "/friends/{id}/accept", "Say yes.", lambda a: _answer(a, accept=True), _answered),
    _Op("POST", "/friends/{id}/reject", "Say no.", lambda a: _answer(a, accept=False), _answered),
    _Op("DELETE", "/friends/{id}", "End a friendship, or take a request back.",
        lambda _: c.ListRelationships(), lambda _: None, then=_end),
)  # fmt: skip
