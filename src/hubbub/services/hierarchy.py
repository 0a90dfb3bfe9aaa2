"""Who stands above whom in a server, and that nobody gives away more than they have.

The owner and administrators have all permissions, so what is asked of permissions never stops them; the order of
roles does stop administrators.
"""

from collections.abc import Iterable

from hubbub.model.commands import Caller
from hubbub.model.entities import Override
from hubbub.model.errors import Refused, forbidden, not_found
from hubbub.model.ids import ChannelId, RoleId, UserId
from hubbub.model.permissions import in_channel, names_of
from hubbub.model.servers import Role
from hubbub.services.states import ServerState


def role_of(state: ServerState, role_id: RoleId) -> Role:
    """Raises `Refused(not_found)`."""
    role = state.roles.get(role_id)
    if role is None:
        raise not_found("role")
    return role


def require_below(state: ServerState, caller: Caller, role: Role) -> None:
    """That a role is below the caller's highest."""
    if role.position >= state.top(caller.user_id):
        raise forbidden("You may only manage roles below your highest.")


def outranks(state: ServerState, caller: Caller, user_id: UserId) -> bool:
    """Whether the caller stands above a person; nobody above themselves."""
    return state.top(caller.user_id) > state.top(user_id)


def require_outranked(state: ServerState, caller: Caller, user_id: UserId) -> None:
    """That the caller stands above a person."""
    if not outranks(state, caller, user_id):
        raise forbidden("You may only manage people whose highest role is below yours.")


def require_within(own: int, changed: int) -> None:
    """That nobody grants or takes what they lack."""
    if changed & ~own:
        raise forbidden(
            f"You can't give or take what you lack: {', '.join(names_of(changed & ~own))}."
        )


def require_grantable(state: ServerState, caller: Caller, role: Role) -> None:
    """That a role gives no more than the caller has, in the server and in each of its channels."""
    require_within(state.permissions(caller.user_id), role.permissions)
    for channel_id, override in overrides_of(state, role.id):
        if override.allow & ~state.permissions_in(channel_id, caller.user_id):
            raise _beyond(role)


def require_sheddable(state: ServerState, caller: Caller, role: Role) -> None:
    """That who gets rid of a role of their own does not get what it denied them somewhere."""
    for channel_id, override in overrides_of(state, role.id):
        if override.deny & ~state.permissions_in(channel_id, caller.user_id):
            raise _beyond(role)


def _beyond(role: Role) -> Refused:
    return forbidden(
        f"The role {role.name} decides in a channel about permissions that you lack there."
    )


def overrides_of(state: ServerState, role_id: RoleId) -> Iterable[tuple[ChannelId, Override]]:
    """Channels with an override for a role, and what it says."""
    for channel in state.channels.values():
        for override in channel.overrides:
            if override.target_id == role_id:
                yield channel.id, override


def permissions_with(state: ServerState, user_id: UserId, overrides: Iterable[Override]) -> int:
    """What a member could do in a channel that had these overrides."""
    member = state.members.get(user_id)
    held = () if member is None else member.role_ids
    base = state.permissions(user_id)
    by_target = {override.target_id: override for override in overrides}
    return in_channel(base, by_target, state.server.everyone_role_id, held, user_id)
