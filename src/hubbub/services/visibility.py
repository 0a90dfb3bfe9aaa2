"""Who may see and do what: the one gate for every way data enters or leaves (decision 10)."""

from hubbub.model.commands import Caller
from hubbub.model.entities import Kind, Status
from hubbub.model.errors import UNBLOCK_FIRST, UNDELIVERABLE, Refused, forbidden, not_found
from hubbub.model.ids import UserId
from hubbub.model.permissions import (
    MANAGE_MESSAGES,
    READ_HISTORY,
    SEND_MESSAGES,
    is_active,
    may_see,
    names_of,
    rank,
)
from hubbub.services.directory import Room
from hubbub.services.states import ServerState


def visible(room: Room, user_id: UserId) -> bool:
    """Whether what happens in a channel may reach a person: live, by resume, history or search."""
    if room.server is not None:
        return room.permissions(user_id) != 0
    return not room.gone and is_active(room.channel, room.members.get(user_id))


def require_known(room: Room, caller: Caller) -> None:
    """That a channel may be known of; hidden and absent look the same."""
    if room.server is not None:
        known = visible(room, caller.user_id)
    else:
        known = not room.gone and may_see(room.channel, room.members.get(caller.user_id))
        known = known and not is_strange(room, caller)
    if not known:
        raise not_found("channel")


def is_strange(room: Room, caller: Caller) -> bool:
    """Whether a guest looks at a group that does not admit them, which they don't see."""
    is_closed = room.channel.kind is Kind.GROUP and not room.channel.guests
    return is_closed and caller.known.is_guest


def require_visible(room: Room, caller: Caller) -> None:
    """That one takes part in a channel."""
    if visible(room, caller.user_id):
        return
    require_known(room, caller)
    member = room.members.get(caller.user_id)
    if member is not None and member.status is Status.PENDING:
        raise forbidden("Your request to join is waiting for approval.")
    raise forbidden("Join the channel first.")


def require_writable(room: Room, caller: Caller) -> None:
    """That one takes part and may write, and that nobody blocks the other in a direct channel."""
    require_allowed(room, caller, SEND_MESSAGES)
    if room.blockers:
        mine = caller.user_id in room.blockers
        why = UNBLOCK_FIRST if mine else UNDELIVERABLE
        raise forbidden(why)


def require_readable(room: Room, caller: Caller) -> None:
    """That one takes part, and may read what was said before."""
    require_allowed(room, caller, READ_HISTORY)


def require_allowed(room: Room, caller: Caller, permission: int) -> None:
    """That one takes part, and has a permission where there are any; in other channels members may all that is
    not asked of admins."""
    require_visible(room, caller)
    if room.server is not None and not room.permissions(caller.user_id) & permission:
        raise lacking(permission)


def require_member(server: ServerState, caller: Caller) -> None:
    """That a server may be known of; for others it is not there."""
    if server.gone or caller.user_id not in server.members:
        raise not_found("server")


def require_permission(server: ServerState, caller: Caller, permission: int) -> None:
    """That a member has a permission in the whole server."""
    require_member(server, caller)
    if not server.permissions(caller.user_id) & permission:
        raise lacking(permission)


def lacking(permission: int) -> Refused:
    """The refusal that says what one would need."""
    return forbidden(f"You need the permission {' or '.join(names_of(permission))} for this.")


def rank_in(room: Room, caller: Caller) -> int:
    """0 no member, 1 member, 2 admin, 3 owner."""
    user = caller.known
    return rank(room.channel, room.members.get(user.id), server_admin=user.is_admin)


def moderates(room: Room, caller: Caller) -> bool:
    """Whether one may recall and pin what others have said."""
    if room.server is not None:
        return bool(room.permissions(caller.user_id) & MANAGE_MESSAGES)
    return rank_in(room, caller) >= 2
