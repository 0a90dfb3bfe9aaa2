"""Invites: ways into a server. A code is 128 random bits: who has it may come in."""

from typing import Final

from hubbub.model.commands import Caller
from hubbub.model.errors import invalid, not_found
from hubbub.model.ids import ServerId
from hubbub.model.limits import SERVER_MEMBERS
from hubbub.model.permissions import CREATE_INVITE, MANAGE_SERVER
from hubbub.model.server_commands import (
    AcceptInvite,
    CreateInvite,
    GetInvite,
    ListInvites,
    RevokeInvite,
)
from hubbub.model.servers import Invite, InvitePreview, ServerMember, ServerView, require_open
from hubbub.model.times import rfc3339
from hubbub.ports.clock import Clock
from hubbub.ports.ids import IdSource
from hubbub.ports.server_store import Join
from hubbub.ports.store import Store, Transaction, nothing
from hubbub.services.directory import Directory
from hubbub.services.rates import Rate, Rates
from hubbub.services.server_members import joined
from hubbub.services.server_service import ServerService
from hubbub.services.states import ServerState
from hubbub.services.visibility import require_member, require_permission

CODE_CHARS: Final = 22
LOOKUPS: Final = Rate(30, 0.5)
LOOKUPS_OF_ADDRESS: Final = Rate(120, 2)  # a whole class comes in from one address


class Invites(ServerService):
    """Looking codes up is limited per person and per address: nobody tries them through."""

    def __init__(
        self, store: Store, directory: Directory, clock: Clock, ids: IdSource, rates: Rates
    ) -> None:
        super().__init__(store, directory, clock, ids)
        self._rates = rates

    async def create(self, caller: Caller, command: CreateInvite) -> Invite:
        """By CREATE_INVITE."""
        await self.load(caller, command.server_id)
        invite = self._draft(caller, command)

        def prepare() -> Transaction[Invite]:
            state = self.known(caller, command.server_id)
            require_permission(state, caller, CREATE_INVITE)
            place = command.server_id, "invite.create"
            told = {
                "code": invite.code,
                "max_uses": invite.max_uses,
                "expires_at": None if invite.expires_at is None else rfc3339(invite.expires_at),
            }
            note = self._journal.note(caller, *place, changes=told)
            return _added(invite, self._store.servers.add_invite(invite, note))

        return await self._store.write(prepare, nothing, barrier=True)

    def _draft(self, caller: Caller, command: CreateInvite) -> Invite:
        now, expires = self._clock.now_ms(), command.expires_at
        if expires is not None and expires <= now:
            raise invalid("expires_at", "it must be in the future")
        if not 0 <= command.max_uses <= SERVER_MEMBERS:
            raise invalid("max_uses", f"it must be 0 to {SERVER_MEMBERS}; 0 is without end")
        code = self._ids.secret()[-CODE_CHARS:]
        return Invite(code, command.server_id, caller.user_id, now, expires, command.max_uses)

    async def list_all(self, caller: Caller, command: ListInvites) -> list[Invite]:
        """All by MANAGE_SERVER, else one's own."""
        state = await self.load(caller, command.server_id)
        found = await self._store.read(self._store.servers.list_invites(command.server_id))
        require_member(state, caller)  # a kick during the read must win
        if _manages(state, caller):
            return found
        return [invite for invite in found if invite.creator_id == caller.user_id]

    async def get(self, caller: Caller, command: GetInvite) -> InvitePreview:
        """What is behind a code, for whom is not banned there."""
        self._count(caller)
        preview = await self._find(command.code)
        banned = self._store.servers.is_banned(preview.server.id, caller.user_id)
        if await self._store.read(banned):
            raise not_found("invite")
        require_open(preview.invite, self._clock.now_ms())
        return preview

    async def accept(self, caller: Caller, command: AcceptInvite) -> ServerView:
        """Come in."""
        self._count(caller)
        # Whoever comes in hears the server from that moment: memory has to know it by then.
        await self._directory.states.get((await self._find(command.code)).server.id)
        now = self._clock.now_ms()
        member = ServerMember(ServerId(0), caller.user_id, now)
        result: Join = await self._store.write(
            lambda: self._store.servers.join(member, command.code, now), joined, barrier=True
        )
        return result.view

    async def revoke(self, caller: Caller, command: RevokeInvite) -> None:
        """One's own, or any by MANAGE_SERVER."""
        self._count(caller)
        invite = (await self._find(command.code)).invite
        await self.load(caller, invite.server_id)

        def prepare() -> Transaction[None]:
            state = self.known(caller, invite.server_id)
            if invite.creator_id != caller.user_id:
                require_permission(state, caller, MANAGE_SERVER)
            place = invite.server_id, "invite.delete"
            note = self._journal.note(caller, *place, changes={"code": invite.code})
            return self._store.servers.delete_invite(invite.code, note)

        await self._store.write(prepare, nothing, barrier=True)

    def _count(self, caller: Caller) -> None:
        self._rates.take(LOOKUPS, "invites", caller.user_id)
        self._rates.take(LOOKUPS_OF_ADDRESS, "invites of", caller.address)

    async def _find(self, code: str) -> InvitePreview:
        preview = await self._store.read(self._store.servers.get_invite(code))
        if preview is None:
            raise not_found("invite")
        return preview


def _added(invite: Invite, steps: Transaction[None]) -> Transaction[Invite]:
    yield from steps
    return invite


def _manages(state: ServerState, caller: Caller) -> bool:
    return bool(state.permissions(caller.user_id) & MANAGE_SERVER)
