"""Servers: making, listing, changing, handing over, ending; and what was done in them."""

from collections.abc import Sequence

from hubbub.model.commands import Caller
from hubbub.model.entities import Channel, Kind
from hubbub.model.errors import conflict, forbidden, invalid, not_found
from hubbub.model.events import Publication
from hubbub.model.ids import ChannelId, RoleId, ServerId, UserId
from hubbub.model.limits import CHANNEL_NAME_CHARS, PAGE_MAX, SERVERS_OWNED
from hubbub.model.names import clean
from hubbub.model.permissions import ADMINISTRATOR, EVERYONE, MANAGE_SERVER
from hubbub.model.server_commands import (
    CreateServer,
    DeleteServer,
    GetServer,
    ListAudit,
    ListServers,
    UpdateServer,
)
from hubbub.model.server_events import ServerCreated, ServerDeleted, ServerUpdated
from hubbub.model.servers import AuditEntry, Role, Server, ServerMember, ServerView
from hubbub.model.topics import user_topic
from hubbub.ports.store import Transaction, settled
from hubbub.services.audit import Note
from hubbub.services.content import check_limit, check_url
from hubbub.services.server_service import ServerService, beside, in_server
from hubbub.services.states import ServerState
from hubbub.services.visibility import require_permission

OWNER_COLOR = 0xE74C3C
EVERYONE_NAME = "@everyone"
First = tuple[Server, list[Role], ServerMember, list[Channel]]


class Servers(ServerService):
    """Servers as a whole."""

    async def create(self, caller: Caller, command: CreateServer) -> ServerView:
        """Owned by the caller."""
        first = self._first(caller, command)
        return await self._store.write(lambda: self._add(caller, first), _created, barrier=True)

    def _add(self, caller: Caller, first: First) -> Transaction[ServerView]:
        tables = self._store.servers
        if (yield from tables.count_owned(caller.user_id)) >= SERVERS_OWNED:
            raise conflict(f"You own {SERVERS_OWNED} servers; delete one first.")
        return (yield from tables.add_server(*first))

    def _first(self, caller: Caller, command: CreateServer) -> First:
        """What a server starts with."""
        now, owner_id = self._clock.now_ms(), caller.user_id
        server_id, everyone_id = ServerId(self._ids.next_id()), RoleId(self._ids.next_id())
        name, icon = _check_name(command.name), check_url("icon", command.icon)
        roles = [Role(everyone_id, server_id, EVERYONE_NAME, 0, 0, EVERYONE)]
        if command.owner_role:
            shown = clean("owner_role", command.owner_role, CHANNEL_NAME_CHARS)
            role_id = RoleId(self._ids.next_id())
            roles.append(Role(role_id, server_id, shown, OWNER_COLOR, 1, ADMINISTRATOR))
        owner = ServerMember(
            server_id, owner_id, now, role_ids=tuple(role.id for role in roles[1:])
        )
        channels = self._first_channels(server_id, command.first_channel, now)
        server = Server(server_id, name, icon, owner_id, everyone_id, now)
        return server, roles, owner, channels

    def _first_channels(self, server_id: ServerId, name: str, now: int) -> list[Channel]:
        if not name:
            return []
        name = clean("first_channel", name, CHANNEL_NAME_CHARS)
        channel_id = ChannelId(self._ids.next_id())
        return [Channel(channel_id, Kind.TEXT, name, "", None, False, now, server_id=server_id)]

    async def list_all(self, caller: Caller, _command: ListServers) -> list[ServerView]:
        """In the order in which the caller came to them."""
        return await self._store.read(self._store.servers.list_views(caller.user_id))

    async def get(self, caller: Caller, command: GetServer) -> ServerView:
        """One of the caller's."""
        ask = self._store.servers.get_view(caller.user_id, command.server_id)
        view = await self._store.read(ask)
        if view is None:
            raise not_found("server")
        return view

    async def update(self, caller: Caller, command: UpdateServer) -> Server:
        """Name and icon; a new owner."""
        await self.load(caller, command.server_id)
        checked = _changes(command)

        def prepare() -> Transaction[tuple[bool, Server]]:
            state = self.known(caller, command.server_id)
            _require_may_update(state, caller, command)
            changes = {k: v for k, v in checked.items() if getattr(state.server, k) != v}
            if not changes:
                return beside(False, settled(state.server))
            notes = self._update_notes(caller, command, changes)
            return beside(True, self._change(command, changes, notes))

        _, server = await self._store.write(prepare, _updated, barrier=True)
        return server

    def _change(
        self, command: UpdateServer, changes: dict[str, object], notes: Note
    ) -> Transaction[Server]:
        if command.owner_id is not None and "owner_id" in changes:
            yield from self._require_may_own(command.owner_id)
        return (yield from self._store.servers.update_server(command.server_id, changes, notes))

    def _require_may_own(self, user_id: UserId) -> Transaction[None]:
        """As who makes a server: a person, who does not own too many. A bot that is deleted would leave it without
        anybody who may end it."""
        user = yield from self._store.accounts.get_user(user_id)
        if user is None or user.is_bot or user.disabled:
            raise invalid("owner_id", "it must be a person, not a bot")
        if (yield from self._store.servers.count_owned(user_id)) >= SERVERS_OWNED:
            raise conflict(f"They own {SERVERS_OWNED} servers; let them delete one first.")

    def _update_notes(
        self, caller: Caller, command: UpdateServer, changes: dict[str, object]
    ) -> Note:
        notes: Note = ()
        plain = {key: value for key, value in changes.items() if key != "owner_id"}
        if plain:
            place = command.server_id, "server.update", 0, command.reason
            notes += self._journal.note(caller, *place, plain)
        if command.owner_id is not None and "owner_id" in changes:
            place = command.server_id, "server.transfer", command.owner_id, command.reason
            notes += self._journal.note(caller, *place, {"owner_id": str(command.owner_id)})
        return notes

    async def delete(self, caller: Caller, command: DeleteServer) -> None:
        """By the owner, or by an administrator of all of Hubbub who is a member."""
        await self.load(caller, command.server_id)

        def prepare() -> Transaction[tuple[int, list[ChannelId]]]:
            state = self.known(caller, command.server_id)
            if state.server.owner_id != caller.user_id and not caller.known.is_admin:
                raise forbidden("Only the owner may delete the server.")
            return self._store.servers.delete_server(command.server_id)

        await self._store.write(
            prepare,
            lambda done: (in_server(ServerDeleted(command.server_id, done[0], tuple(done[1]))),),
            barrier=True,
        )

    async def list_audit(self, caller: Caller, command: ListAudit) -> list[AuditEntry]:
        """The newest first."""
        state = await self.load(caller, command.server_id)
        require_permission(state, caller, MANAGE_SERVER)
        check_limit(command.limit, PAGE_MAX)
        ask = self._store.servers.list_audit(command.server_id, command.before, command.limit)
        found = await self._store.read(ask)
        require_permission(state, caller, MANAGE_SERVER)  # a kick during the read must win
        return found


def _created(view: ServerView) -> Sequence[Publication]:
    event = ServerCreated(view.server.id, view.server.version, view)
    return (Publication(user_topic(view.server.owner_id), event),)


def _updated(done: tuple[bool, Server]) -> Sequence[Publication]:
    is_new, server = done
    return (in_server(ServerUpdated(server.id, server.version, server)),) if is_new else ()


def _changes(command: UpdateServer) -> dict[str, object]:
    changes: dict[str, object] = {}
    if command.name is not None:
        changes["name"] = _check_name(command.name)
    if command.icon is not None:
        changes["icon"] = check_url("icon", command.icon)
    if command.owner_id is not None:
        changes["owner_id"] = command.owner_id
    if not changes:
        raise invalid("body", "give at least one of name, icon, owner_id")
    return changes


def _require_may_update(state: ServerState, caller: Caller, command: UpdateServer) -> None:
    if command.name is not None or command.icon is not None:
        require_permission(state, caller, MANAGE_SERVER)
    if command.owner_id is None:
        return
    if state.server.owner_id != caller.user_id:
        raise forbidden("Only the owner may hand the server over.")
    if command.owner_id not in state.members:
        raise invalid("owner_id", "it must be a member of the server")


def _check_name(name: str) -> str:
    return clean("name", name, CHANNEL_NAME_CHARS)
