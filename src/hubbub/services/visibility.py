"""Who may see and do what: the one gate for every way data enters or leaves (decision 10)."""

from hubbub.model.commands import Caller
from hubbub.model.entities import Status
from hubbub.model.errors import UNBLOCK_FIRST, UNDELIVERABLE, forbidden, not_found
from hubbub.model.ids import UserId
from hubbub.model.permissions import is_active, may_see, rank
from hubbub.services.directory import Room


def visible(room: Room, user_id: UserId) -> bool:
    """Whether what happens in a channel may reach a person: live, by resume, history or search."""
    return not room.gone and is_active(room.channel, room.members.get(user_id))


def require_known(room: Room, caller: Caller) -> None:
    """That a channel may be known of; hidden and absent look the same."""
    if room.gone or not may_see(room.channel, room.members.get(caller.user_id)):
        raise not_found("channel")


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
    """That one takes part, and that nobody blocks the other in a direct channel."""
    require_visible(room, caller)
    if room.blockers:
        mine = caller.user_id in room.blockers
        why = UNBLOCK_FIRST if mine else UNDELIVERABLE
        raise forbidden(why)


def rank_in(room: Room, caller: Caller) -> int:
    """0 no member, 1 member, 2 admin, 3 owner."""
    user = caller.known
    return rank(room.channel, room.members.get(user.id), server_admin=user.is_admin)
