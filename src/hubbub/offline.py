"""What the command line does with a data folder, whether or not a server is running on it."""

from pathlib import Path

import msgspec

from hubbub.auth.passwords import Argon2Passwords
from hubbub.folder import DATABASE
from hubbub.model.administration import PersonChange
from hubbub.model.commands import Register
from hubbub.model.entities import User
from hubbub.model.errors import Code, Refused
from hubbub.model.limits import PASSWORD_MIN_CHARS
from hubbub.ports.store import nothing
from hubbub.services.accounts import check_password, draft_account
from hubbub.services.people import require_governable
from hubbub.storage.store import SqliteStore
from hubbub.system import SystemClock, SystemIds


class Offline:
    """The store, open for as long as this is entered."""

    def __init__(self, folder: Path, node: int) -> None:
        self._folder = folder
        self._node = node

    async def __aenter__(self) -> "Offline":
        self._store = SqliteStore(self._folder / DATABASE, lambda _: None, lambda: None)
        self._passwords = Argon2Passwords()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._store.close()
        self._passwords.close()

    async def create_user(
        self, name: str, password: str, email: str | None, *, is_admin: bool
    ) -> User:
        """As if they had signed up; raises `Refused`."""
        clock = SystemClock()
        # A number of its own, so that its ids differ from those of a server that is running.
        ids = SystemIds(clock, (self._node + 32) % 64)
        account = draft_account(Register(name, password, email), ids.next_id(), clock.now_ms())
        check_password(password, name, PASSWORD_MIN_CHARS)
        hashed = await self._passwords.hash(password)
        user = msgspec.structs.replace(account.user, is_admin=is_admin)
        account = msgspec.structs.replace(account, user=user, password_hash=hashed)
        return await self._store.write(lambda: self._store.accounts.add_user(account), nothing)

    async def set_password(self, name: str, password: str) -> User:
        """By user name or e-mail, and all devices are signed out; raises `Refused`, also for guests: what the name
        has may be anybody's."""
        user = await self._find(name, "has no password")
        check_password(password, user.username, PASSWORD_MIN_CHARS)
        hashed = await self._passwords.hash(password)
        return await self._govern(user, PersonChange(password_hash=hashed, signs_out=True))

    async def set_admin(self, name: str, *, is_admin: bool) -> User:
        """By user name or e-mail; raises `Refused`, also for guests."""
        user = await self._find(name, "can't be an administrator")
        return await self._govern(user, PersonChange(is_admin=is_admin))

    async def set_disabled(self, name: str, *, disabled: bool) -> User:
        """By user name or e-mail; who is disabled is signed out everywhere. Raises `Refused`."""
        user = await self._find(name, "")
        return await self._govern(user, PersonChange(disabled=disabled, signs_out=disabled))

    async def _govern(self, user: User, change: PersonChange) -> User:
        """As an administrator would, but for who may."""
        steps = self._store.people.govern(
            None, user.id, change, lambda _, found: require_governable(found, change)
        )
        return (await self._store.write(lambda: steps, nothing)).user

    async def _find(self, name: str, guests: str) -> User:
        """`guests`: why not, if it is a guest; empty where it may be."""
        account = await self._store.read(self._store.accounts.get_account(name))
        if account is None:
            raise Refused(Code.NOT_FOUND, f"There is no user {name!r}.")
        if account.user.is_guest and guests:
            text = f"{name} is a guest, as whom anybody may come, and {guests}: make an account of another name."
            raise Refused(Code.CONFLICT, text)
        return account.user
