"""What a channel's overrides may be, and who may make them so."""

from collections.abc import Sequence

from hubbub.model.commands import Caller
from hubbub.model.entities import Override
from hubbub.model.errors import conflict, forbidden, invalid
from hubbub.model.ids import RoleId, UserId
from hubbub.model.limits import OVERRIDES
from hubbub.model.permissions import IN_CHANNELS, MANAGE_CHANNEL, names_of
from hubbub.services.hierarchy import (
    permissions_with,
    require_below,
    require_outranked,
    require_within,
)
from hubbub.services.states import ServerState

Overrides = tuple[Override, ...]


def check_overrides(overrides: Sequence[Override]) -> None:
    """That they say what overrides can say; raises `Refused(invalid)`."""
    if len({o.target_id for o in overrides}) < len(overrides):
        raise invalid("overrides", "name each role or member once")
    for override in overrides:
        beyond = (override.allow | override.deny) & ~IN_CHANNELS
        if override.allow < 0 or override.deny < 0 or beyond:
            words = ", ".join(names_of(beyond)) or "these"
            raise invalid("overrides", f"{words}: a channel does not decide about that")
        if override.allow & override.deny:
            raise invalid("overrides", "nothing can be allowed and denied at once")


def merged(old: Overrides, given: Sequence[Override], mask: int) -> Overrides:
    """`given` in place of `old`; what lies outside of `mask` stays as it is. What says nothing is left out."""
    before = {o.target_id: o for o in old}
    after = {o.target_id: o for o in given}
    found = []
    for target, known in (before | after).items():
        was, now = before.get(target, _none(known)), after.get(target, _none(known))
        allow = was.allow & ~mask | now.allow & mask
        deny = was.deny & ~mask | now.deny & mask
        if allow | deny:
            found.append(Override(target, known.is_role, allow, deny))
    return tuple(found)


def _none(override: Override) -> Override:
    return Override(override.target_id, override.is_role)


def require_may_override(
    state: ServerState,
    caller: Caller,
    old: Overrides,
    new: Overrides,
) -> None:
    """That a caller who may change a channel's overrides may make them so; `old` of a new channel are none.

    Everything that changes must be about a role below theirs, the everyone role or somebody below them, and must be
    what they may do there themselves; and nobody shuts themselves out.
    """
    if len(new) > OVERRIDES:
        raise conflict(f"A channel may have {OVERRIDES} overrides.")
    own = permissions_with(state, caller.user_id, old)
    was, now = {o.target_id: o for o in old}, {o.target_id: o for o in new}
    for target, known in (was | now).items():
        one, other = was.get(target, _none(known)), now.get(target, _none(known))
        changed = one.allow ^ other.allow | one.deny ^ other.deny
        if changed or one.is_role != other.is_role:
            _require_target(state, caller, known, is_new=target in now)
            require_within(own, changed)
    after = permissions_with(state, caller.user_id, new)
    if own & ~after & MANAGE_CHANNEL:
        raise forbidden(
            "You would take MANAGE_CHANNEL from yourself here; allow it to yourself first."
        )


def _require_target(
    state: ServerState, caller: Caller, override: Override, *, is_new: bool
) -> None:
    role = state.roles.get(RoleId(override.target_id))
    if override.is_role != (role is not None):
        kind = "role" if override.is_role else "member"
        raise invalid("overrides", f"there is no such {kind} in the server")
    if role is not None:
        if role.id != state.server.everyone_role_id:
            require_below(state, caller, role)
        return
    user_id = UserId(override.target_id)
    if is_new and user_id not in state.members:
        raise invalid("overrides", "there is no such member of the server")
    if user_id != caller.user_id:
        require_outranked(state, caller, user_id)
