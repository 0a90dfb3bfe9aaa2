"""People in servers: nicknames, roles, leaving, kicking, banning."""

from collections.abc import Sequence

import msgspec

from hubbub.model.commands import Caller
from hubbub.model.entities import User
from hubbub.model.errors import conflict, forbidden, invalid, not_found
from hubbub.model.events import Publication
from hubbub.model.ids import SYSTEM, RoleId, UserId
from hubbub.model.limits import MEMBER_ROLES, MEMBERS_PAGE, NICKNAME_CHARS
from hubbub.model.names import clean
from hubbub.model.permissions import BAN_MEMBERS, KICK_MEMBERS, MANAGE_ROLES
from hubbub.model.server_commands import (
    GetServerMember,
    ListBans,
    ListServerMembers,
    RemoveServerMember,
    Unban,
    UpdateServerMember,
)
from hubbub.model.server_events import (
    ServerCreated,
    ServerMemberJoined,
    ServerMemberLeft,
    ServerMemberUpdated,
    ServerRemoved,
)
from hubbub.model.servers import Ban, Departure, Notify, ServerMember
from hubbub.model.topics import user_topic
from hubbub.ports.server_store import Join
from hubbub.ports.store import Transaction, nothing
from hubbub.services.audit import Note
from hubbub.services.content import check_limit, check_reason
from hubbub.services.hierarchy import (
    require_below,
    require_grantable,
    require_outranked,
    require_sheddable,
)
from hubbub.services.server_service import ServerService, in_server
from hubbub.services.states import ServerState
from hubbub.services.visibility import require_member, require_permission

Seen = tuple[ServerMember, User]
Changed = tuple[
    ServerMember, User, int
]  # a member, who they are, the version; 0 where nobody hears of it


class ServerMembers(ServerService):
    """Members of servers."""

    async def list_all(self, caller: Caller, command: ListServerMembers) -> list[Seen]:
        """A page, in the order of their ids."""
        state = await self.load(caller, command.server_id)
        check_limit(command.limit, MEMBERS_PAGE)
        ask = self._store.servers.list_members(command.server_id, command.after, command.limit)
        found = await self._store.read(ask)
        require_member(state, caller)  # a kick during the read must win
        return [(_shown_to(caller, member), user) for member, user in found]

    async def get(self, caller: Caller, command: GetServerMember) -> Seen:
        """One."""
        state = await self.load(caller, command.server_id)
        ask = self._store.servers.get_member(command.server_id, command.user_id)
        found = await self._store.read(ask)
        require_member(state, caller)  # a kick during the read must win
        if found is None:
            raise not_found("member")
        return _shown_to(caller, found[0]), found[1]

    async def update(self, caller: Caller, command: UpdateServerMember) -> Seen:
        """Nickname, roles, and what one wants to be told of."""
        await self.load(caller, command.server_id)
        checked = _checked(command)

        def prepare() -> Transaction[Changed]:
            state = self.known(caller, command.server_id)
            if command.user_id not in state.members:
                raise not_found("member")
            _require_may_update(state, caller, command)
            changes = dict(checked)
            if command.role_ids is not None:
                changes["role_ids"] = _decided_roles(state, caller, command)
            note = self._update_note(caller, command, changes)
            return self._change(command, changes, note)

        member, user, _ = await self._store.write(prepare, _told_updated, barrier=True)
        return _shown_to(caller, member), user

    def _change(
        self, command: UpdateServerMember, changes: dict[str, object], note: Note
    ) -> Transaction[Changed]:
        """The row is read here: memory does not know what people want to be told of."""
        tables = self._store.servers
        found = yield from tables.get_member(command.server_id, command.user_id)
        if found is None:
            raise not_found("member")
        member = msgspec.structs.replace(found[0], **changes)
        if member == found[0]:
            return (*found, 0)
        put = yield from tables.put_member(member, note)
        return put if changes.keys() - {"notify"} else (*put[:2], 0)

    def _update_note(
        self, caller: Caller, command: UpdateServerMember, changes: dict[str, object]
    ) -> Note:
        told = {key: value for key, value in changes.items() if key != "notify"}
        if command.role_ids is not None:
            told["role_ids"] = [str(role_id) for role_id in command.role_ids]
        if not told or (command.user_id == caller.user_id and command.role_ids is None):
            return ()
        target = command.server_id, "member.update", command.user_id, command.reason
        return self._journal.note(caller, *target, told)

    # -- going --------------------------------------------------------------------------------------

    async def remove(self, caller: Caller, command: RemoveServerMember) -> None:
        """Leave, kick or ban."""
        await self.load(caller, command.server_id)
        target = await self._store.read(self._store.accounts.get_user(command.user_id))
        if target is None or target.id == SYSTEM:
            raise not_found("user")
        how = _departure(caller, command)

        def prepare() -> Transaction[tuple[User, bool, int]]:
            state = self.known(caller, command.server_id)
            _require_may_remove(state, caller, target.id, how)
            ban, note = self._ban(caller, command, target), self._removal_note(caller, command, how)
            return self._store.servers.remove_member(command.server_id, target.id, ban, note)

        def announce(result: tuple[User, bool, int]) -> Sequence[Publication]:
            user, was_member, version = result
            left = ServerMemberLeft(command.server_id, version, user, caller.user_id, how)
            return departed(left) if was_member else ()

        await self._store.write(prepare, announce, barrier=True)

    def _ban(self, caller: Caller, command: RemoveServerMember, target: User) -> Ban | None:
        if not command.ban:
            return None
        reason, now = check_reason(command.reason), self._clock.now_ms()
        return Ban(command.server_id, target, caller.user_id, reason, now)

    def _removal_note(self, caller: Caller, command: RemoveServerMember, how: Departure) -> Note:
        if how is Departure.LEFT:
            return ()
        action = "member.ban" if how is Departure.BANNED else "member.kick"
        target = command.server_id, action, command.user_id, command.reason
        return self._journal.note(caller, *target)

    async def list_bans(self, caller: Caller, command: ListBans) -> list[Ban]:
        """Who may not come back."""
        state = await self.load(caller, command.server_id)
        require_permission(state, caller, BAN_MEMBERS)
        found = await self._store.read(self._store.servers.list_bans(command.server_id))
        require_permission(state, caller, BAN_MEMBERS)  # a kick during the read must win
        return found

    async def unban(self, caller: Caller, command: Unban) -> None:
        """They may come back, with an invite."""
        await self.load(caller, command.server_id)

        def prepare() -> Transaction[int]:
            state = self.known(caller, command.server_id)
            require_permission(state, caller, BAN_MEMBERS)
            target = command.server_id, "member.unban", command.user_id, command.reason
            note = self._journal.note(caller, *target)
            return self._store.servers.unban(command.server_id, command.user_id, note)

        await self._store.write(prepare, nothing, barrier=True)


# -- news ---------------------------------------------------------------------------------------------


def joined(result: Join) -> Sequence[Publication]:
    """Who has come in has the server before they hear of anything in it."""
    if result.joined is None:
        return ()
    member, user = result.joined
    made = ServerCreated(member.server_id, result.version, result.view)
    came = ServerMemberJoined(member.server_id, result.version, _public(member), user)
    return Publication(user_topic(user.id), made), in_server(came)


def departed(left: ServerMemberLeft) -> Sequence[Publication]:
    """All members hear of it, then who is one no longer."""
    removed = ServerRemoved(left.server_id, left.version, left.user.id, left.how)
    return in_server(left), Publication(user_topic(left.user.id), removed)


def _told_updated(result: Changed) -> Sequence[Publication]:
    member, user, version = result
    if not version:
        return ()
    return (in_server(ServerMemberUpdated(member.server_id, version, _public(member), user)),)


def _public(member: ServerMember) -> ServerMember:
    """What somebody wants to be told of is theirs alone to know."""
    return msgspec.structs.replace(member, notify=Notify.ALL)


def _shown_to(caller: Caller, member: ServerMember) -> ServerMember:
    return member if member.user_id == caller.user_id else _public(member)


# -- decisions ----------------------------------------------------------------------------------------


def _checked(command: UpdateServerMember) -> dict[str, object]:
    changes: dict[str, object] = {}
    if command.nickname is not None:
        is_none = not command.nickname.strip()
        changes["nickname"] = "" if is_none else clean("nickname", command.nickname, NICKNAME_CHARS)
    if command.notify is Notify.DEFAULT:
        raise invalid("notify", "it must be all, mentions or nothing")
    if command.notify is not None:
        changes["notify"] = command.notify
    if not changes and command.role_ids is None:
        raise invalid("body", "give at least one of nickname, role_ids, notify")
    return changes


def _require_may_update(state: ServerState, caller: Caller, command: UpdateServerMember) -> None:
    is_own = command.user_id == caller.user_id
    if command.notify is not None and not is_own:
        raise forbidden("Everybody chooses for themselves what they are told of.")
    if command.role_ids is not None or not is_own:
        require_permission(state, caller, MANAGE_ROLES)
    if not is_own:
        require_outranked(state, caller, command.user_id)


def _decided_roles(
    state: ServerState, caller: Caller, command: UpdateServerMember
) -> tuple[RoleId, ...]:
    """In the order of their ids, so that members with the same roles look the same."""
    wanted = set(command.role_ids or ()) - {state.server.everyone_role_id}
    if not wanted <= state.roles.keys():
        raise invalid("role_ids", "they must be roles of the server")
    if len(wanted) > MEMBER_ROLES:
        raise conflict(f"A member may have {MEMBER_ROLES} roles.")
    held = set(state.members[command.user_id].role_ids)
    for role_id in wanted ^ held:
        role = state.roles[role_id]
        require_below(state, caller, role)
        if role_id in wanted:
            require_grantable(state, caller, role)
        elif command.user_id == caller.user_id:
            require_sheddable(state, caller, role)
    return tuple(sorted(wanted))


def _departure(caller: Caller, command: RemoveServerMember) -> Departure:
    if command.user_id != caller.user_id:
        return Departure.BANNED if command.ban else Departure.KICKED
    if command.ban:
        raise forbidden("Nobody can ban themselves; leave the server instead.")
    return Departure.LEFT


def _require_may_remove(
    state: ServerState, caller: Caller, user_id: UserId, how: Departure
) -> None:
    if how is Departure.LEFT:
        if user_id == state.server.owner_id:
            raise conflict("Hand the server over to somebody or delete it first.")
        return
    needed = BAN_MEMBERS if how is Departure.BANNED else KICK_MEMBERS
    require_permission(state, caller, needed)
    require_outranked(state, caller, user_id)
    if how is Departure.KICKED and user_id not in state.members:
        raise not_found("member")
