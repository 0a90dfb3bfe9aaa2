"""What administrators do with everybody's accounts: look, give and take rights, disable, new passwords, sign out.

Who may is decided again as the transaction forms, by what is stored: two administrators who demote each other at the
same moment do not leave a server without one.
"""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec
import structlog

from hubbub.model.administration import (
    Governed,
    ListPeople,
    PersonChange,
    Record,
    SignOutPerson,
    UpdatePerson,
)
from hubbub.model.caller import Caller
from hubbub.model.entities import User
from hubbub.model.errors import conflict, forbidden, invalid, not_found
from hubbub.model.events import Publication, UserUpdated
from hubbub.model.ids import UserId
from hubbub.model.limits import PAGE_MAX, PASSWORD_MIN_CHARS
from hubbub.model.topics import user_topic
from hubbub.ports.presence import Presence
from hubbub.ports.store import Store
from hubbub.ports.tokens import PasswordHasher
from hubbub.services.accounts import check_password
from hubbub.services.logins import revoked

log = structlog.get_logger("hubbub.people")

# Of all that ends devices, and no more than that: that they are disabled is told to who signs in with the right password.
SIGNED_OUT: Final = "signed out"


class People:
    """For administrators only; others are told so (threat S10)."""

    def __init__(self, store: Store, passwords: PasswordHasher, presence: Presence) -> None:
        self._store = store
        self._passwords = passwords
        self._presence = presence

    async def list_all(self, caller: Caller, command: ListPeople) -> list[Record]:
        """A page of everybody, with who is online."""
        require_admin(caller)
        if not 1 <= command.limit <= PAGE_MAX:
            raise invalid("limit", f"it must be 1 to {PAGE_MAX}")
        found = await self._store.read(self._store.people.list_people(command))
        return self._seen(found)

    async def update(self, caller: Caller, command: UpdatePerson) -> Record:
        """Gives or takes rights, disables or not, sets a password; the last two sign all devices out."""
        require_admin(caller)
        change = PersonChange(
            command.is_admin,
            command.disabled,
            await self._hashed(command),
            signs_out=command.disabled is True or command.password is not None,
        )
        if change == PersonChange():
            raise invalid("admin, disabled, password", "give at least one of them")
        await self._govern(caller, command.user_id, change)
        found = await self._store.read(self._store.people.get_person(command.user_id))
        if found is None:
            raise not_found("user")
        return self._seen([found])[0]

    async def sign_out(self, caller: Caller, command: SignOutPerson) -> None:
        """Ends all devices of a person, also one's own."""
        require_admin(caller)
        await self._govern(caller, command.user_id, PersonChange(signs_out=True))

    async def _govern(self, caller: Caller, user_id: UserId, change: PersonChange) -> None:
        mine = caller.user_id

        def allow(actor: User | None, user: User) -> None:
            require_ruler(actor)
            if user.id == mine:
                require_harmless(change)
            require_governable(user, change)

        done = await self._store.write(
            lambda: self._store.people.govern(mine, user_id, change, allow), announced, barrier=True
        )
        told = {"admin": change.is_admin, "disabled": change.disabled}
        log.info("person_governed", by=mine, user=user_id, **told, signed_out=len(done.ended))

    async def _hashed(self, command: UpdatePerson) -> str | None:
        if command.password is None:
            return None
        user = await self._store.read(self._store.accounts.get_user(command.user_id))
        if user is None:
            raise not_found("user")
        check_password(command.password, user.username, PASSWORD_MIN_CHARS)
        return await self._passwords.hash(command.password)

    def _seen(self, found: Sequence[Record]) -> list[Record]:
        online = frozenset(self._presence.online([record.user.id for record in found]))
        return [
            msgspec.structs.replace(record, online=record.user.id in online) for record in found
        ]


def require_admin(caller: Caller) -> None:
    """That who asks is an administrator."""
    require_ruler(caller.known)


def require_ruler(user: User | None) -> None:
    """That a person is an administrator who may sign in."""
    if user is None or not user.is_admin or user.disabled:
        raise forbidden("This is for administrators.")


def require_harmless(change: PersonChange) -> None:
    """That nobody shuts themselves out, so there always is an administrator, and that a token that somebody found
    does not make its finder the owner of the account: for one's own password the old one is asked."""
    if change.is_admin is not None or change.disabled is not None:
        raise forbidden("Another administrator can do this to you; you can't.")
    if change.password_hash is not None:
        raise forbidden("Change your own password with the old one: POST /auth/password.")


def require_governable(user: User, change: PersonChange) -> None:
    """That it makes sense: guests and bots have no password and are no administrators; guests sign in nowhere, and
    what ends a bot's token is another one."""
    if not (user.is_guest or user.is_bot):
        return
    what = "a guest" if user.is_guest else "a bot"
    if change.is_admin or change.password_hash is not None:
        raise conflict(f"{user.username} is {what}, and has no password and no rights.")
    if change.signs_out and change.disabled is None:
        raise conflict(f"{user.username} is {what}, and is signed in on no device.")


def announced(done: Governed) -> Sequence[Publication]:
    """Devices end, and what everybody knows of the person is anew; connections without a device end by that."""
    if not done.changed:
        return revoked(done.user.id, done.ended, SIGNED_OUT)
    told = Publication(user_topic(done.user.id), UserUpdated(done.user))
    return (*revoked(done.user.id, done.ended, SIGNED_OUT), told)


Allow = Callable[[User | None, User], None]
