"""Roles: making, changing, ordering, ending. Positions are 1, 2, 3 … above the everyone role's 0; a new role comes
in directly above it, where it has the least power over others."""

from collections.abc import Iterable, Sequence

import msgspec

from hubbub.model.commands import Caller
from hubbub.model.errors import conflict, forbidden, invalid
from hubbub.model.events import Publication
from hubbub.model.ids import RoleId, ServerId
from hubbub.model.limits import CHANNEL_NAME_CHARS, ROLES
from hubbub.model.names import clean
from hubbub.model.permissions import ALL, MANAGE_ROLES, names_of
from hubbub.model.server_commands import CreateRole, DeleteRole, MoveRoles, UpdateRole
from hubbub.model.server_events import RoleCreated, RoleDeleted, RoleUpdated
from hubbub.model.servers import Role
from hubbub.ports.store import Transaction, settled
from hubbub.services.audit import Note
from hubbub.services.hierarchy import (
    require_below,
    require_sheddable,
    require_within,
    role_of,
)
from hubbub.services.server_service import ServerService, beside, in_server
from hubbub.services.states import ServerState
from hubbub.services.visibility import require_permission

Placed = list[tuple[Role, int]]  # roles with the versions of their changes
COLORS = 0xFFFFFF


class Roles(ServerService):
    """Everything here takes MANAGE_ROLES, and a role below the caller's highest."""

    async def create(self, caller: Caller, command: CreateRole) -> Role:
        """The others move up by one."""
        await self.load(caller, command.server_id)
        name, color = _check_name(command.name), _check_color(command.color)
        granted = _check_permissions(command.permissions)
        role_id = RoleId(self._ids.next_id())

        def prepare() -> Transaction[Placed]:
            state = self._managed(caller, command.server_id)
            role = Role(role_id, command.server_id, name, color, 0, granted)
            if state.top(caller.user_id) < 1:
                raise forbidden("You need a role of your own, above the one that you make.")
            if len(state.roles) > ROLES:
                raise conflict(f"A server may have {ROLES} roles; delete one first.")
            require_within(state.permissions(caller.user_id), granted)
            note = self._note(caller, "role.create", role, command.reason)
            moved = _renumbered([role, *_ordered(state)])
            # From above: no two are ever at one place.
            return self._put(command.server_id, moved[::-1], note)

        placed = await self._store.write(
            prepare, lambda placed: _told(placed, new=role_id), barrier=True
        )
        return next(role for role, _ in placed if role.id == role_id)

    async def update(self, caller: Caller, command: UpdateRole) -> Role:
        """Of the permissions those within `mask`; each that changes must be one that the caller has."""
        await self.load(caller, command.server_id)
        changes = _changes(command)

        def prepare() -> Transaction[tuple[Role, Placed]]:
            state = self._managed(caller, command.server_id)
            old = role_of(state, command.role_id)
            require_below(state, caller, old)
            new = msgspec.structs.replace(old, **changes, permissions=_granted(old, command))
            require_within(state.permissions(caller.user_id), old.permissions ^ new.permissions)
            if new == old:
                return beside(new, settled([]))
            note = self._note(caller, "role.update", new, command.reason)
            return beside(new, self._put(command.server_id, [new], note))

        role, _ = await self._store.write(prepare, lambda done: _told(done[1]), barrier=True)
        return role

    async def move(self, caller: Caller, command: MoveRoles) -> tuple[Role, ...]:
        """All roles in their new order, the lowest first, without the everyone role."""
        await self.load(caller, command.server_id)

        def prepare() -> Transaction[tuple[list[Role], Placed]]:
            state = self._managed(caller, command.server_id)
            order = _reordered(state, command.positions)
            moved = _renumbered(order)
            for role in moved:
                require_below(state, caller, role)
                require_below(state, caller, state.roles[role.id])
            if not moved:
                return beside(order, settled([]))
            note = self._moved_note(caller, command, moved)
            return beside(order, self._put(command.server_id, moved, note))

        order, _ = await self._store.write(prepare, lambda done: _told(done[1]), barrier=True)
        return tuple(msgspec.structs.replace(role, position=n) for n, role in enumerate(order, 1))

    async def delete(self, caller: Caller, command: DeleteRole) -> None:
        """Those above it move down by one."""
        await self.load(caller, command.server_id)

        def prepare() -> Transaction[tuple[int, Placed]]:
            state = self._managed(caller, command.server_id)
            role = role_of(state, command.role_id)
            if role.id == state.server.everyone_role_id:
                raise forbidden("Everybody's role can't be deleted.")
            require_below(state, caller, role)
            if role.id in state.members[caller.user_id].role_ids:
                require_sheddable(state, caller, role)
            note = self._journal.note(
                caller, role.server_id, "role.delete", role.id, command.reason, {"name": role.name}
            )
            left = [other for other in _ordered(state) if other.id != role.id]
            return self._delete(role, _renumbered(left), note)

        await self._store.write(prepare, lambda done: _told_deleted(command, *done), barrier=True)

    # -- parts --------------------------------------------------------------------------------------

    def _managed(self, caller: Caller, server_id: ServerId) -> ServerState:
        state = self.known(caller, server_id)
        require_permission(state, caller, MANAGE_ROLES)
        return state

    def _put(self, server_id: ServerId, roles: list[Role], note: Note) -> Transaction[Placed]:
        versions = yield from self._store.servers.put_roles(server_id, roles, note)
        return list(zip(roles, versions, strict=True))

    def _delete(self, role: Role, moved: list[Role], note: Note) -> Transaction[tuple[int, Placed]]:
        version = yield from self._store.servers.delete_role(role.server_id, role.id, note)
        placed = yield from self._put(role.server_id, moved, ()) if moved else settled([])
        return version, placed

    def _note(self, caller: Caller, action: str, role: Role, reason: str) -> Note:
        told = {"name": role.name, "color": role.color, "permissions": names_of(role.permissions)}
        return self._journal.note(caller, role.server_id, action, role.id, reason, told)

    def _moved_note(self, caller: Caller, command: MoveRoles, moved: Iterable[Role]) -> Note:
        told = {"positions": {str(role.id): role.position for role in moved}}
        return self._journal.note(caller, command.server_id, "role.move", 0, command.reason, told)


def _ordered(state: ServerState) -> list[Role]:
    """The lowest first, without the everyone role."""
    everyone = state.server.everyone_role_id
    own = [role for role in state.roles.values() if role.id != everyone]
    return sorted(own, key=lambda role: (role.position, role.id))


def _renumbered(order: Sequence[Role]) -> list[Role]:
    """Those whose position is not their place in the order, with the new one."""
    return [
        msgspec.structs.replace(role, position=n)
        for n, role in enumerate(order, 1)
        if role.position != n
    ]


def _reordered(state: ServerState, positions: Sequence[tuple[RoleId, int]]) -> list[Role]:
    """The named roles at their new places, the others in between as they were."""
    wanted = dict(positions)
    if not positions or len(wanted) < len(positions):
        raise invalid("positions", "name at least one role, and each once")
    if state.server.everyone_role_id in wanted or min(wanted.values()) < 1:
        raise invalid("positions", "they start at 1; everybody's role stays below all others")
    named = [role_of(state, role_id) for role_id in wanted]
    order = [role for role in _ordered(state) if role.id not in wanted]
    for role in sorted(named, key=lambda role: wanted[role.id]):
        order.insert(wanted[role.id] - 1, role)
    return order


def _told(placed: Placed, new: RoleId | None = None) -> Sequence[Publication]:
    return [
        in_server((RoleCreated if role.id == new else RoleUpdated)(role.server_id, version, role))
        for role, version in placed
    ]


def _told_deleted(command: DeleteRole, version: int, placed: Placed) -> Sequence[Publication]:
    gone = RoleDeleted(command.server_id, version, command.role_id)
    return [in_server(gone), *_told(placed)]


def _changes(command: UpdateRole) -> dict[str, object]:
    changes: dict[str, object] = {}
    if command.name is not None:
        changes["name"] = _check_name(command.name)
    if command.color is not None:
        changes["color"] = _check_color(command.color)
    if command.permissions is not None:
        _check_permissions(min(command.permissions, command.permissions & command.mask))
    elif not changes:
        raise invalid("body", "give at least one of name, color, permissions")
    return changes


def _granted(old: Role, command: UpdateRole) -> int:
    if command.permissions is None:
        return old.permissions
    return old.permissions & ~command.mask | command.permissions & command.mask


def _check_name(name: str) -> str:
    return clean("name", name, CHANNEL_NAME_CHARS)


def _check_color(color: int) -> int:
    if not 0 <= color <= COLORS:
        raise invalid("color", "it must be 0 to 16777215 (0xFFFFFF)")
    return color


def _check_permissions(permissions: int) -> int:
    if permissions & ~ALL:
        raise invalid("permissions", "there are no such permissions")
    return permissions
