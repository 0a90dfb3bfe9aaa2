"""Guests: accounts without a password, for a dialect that has none.

Who says they are a guest is believed, so a guest has nothing that is anybody's secret: the lobby, groups that admit
guests, and direct chats with people who accept them. They have no tokens, and so no other dialect.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from zlib import crc32

import structlog

from hubbub.model.commands import Caller, Connect, EnterAsGuest
from hubbub.model.entities import User
from hubbub.model.errors import Code, Refused, conflict, forbidden, unauthorized
from hubbub.model.events import Publication, UserUpdated
from hubbub.model.ids import MAX_ID, UserId
from hubbub.model.limits import USERNAME_CHARS
from hubbub.model.names import clean_username
from hubbub.model.topics import user_topic
from hubbub.ports.clock import Clock
from hubbub.ports.ids import IdSource
from hubbub.ports.store import Store, nothing
from hubbub.services.rates import REGISTRATIONS, SIGN_INS_OF_ADDRESS, Rates

log = structlog.get_logger("hubbub.guests")

_CLOSED: Final = (
    "Guests are not admitted here; sign in with an account, or ask who runs this server."
)
_HAS_PASSWORD: Final = (
    "This name belongs to an account with a password: choose another name, or send its token."  # noqa: S105  # a sentence
)
_UNKNOWN: Final = (
    "There is no such guest. Enter with a name first; other accounts send their token."
)


class Guests:
    """`is_open`: whether there are any."""

    def __init__(
        self, store: Store, rates: Rates, clock: Clock, ids: IdSource, *, is_open: bool
    ) -> None:
        self._store = store
        self._rates = rates
        self._clock = clock
        self._ids = ids
        self._is_open = is_open

    async def enter(self, caller: Caller, command: EnterAsGuest) -> User:
        """The guest of a name; raises `Refused(conflict)` where it is somebody else's."""
        self._require_open()
        name = clean_username(command.username, 1, USERNAME_CHARS)
        self._rates.take(SIGN_INS_OF_ADDRESS, "guest", caller.address)
        found = await self._find(name)
        return found if found is not None else await self._add(name, caller.address)

    async def admit(self, address: str, command: Connect) -> Caller:
        """Who a connection without a token says it is; raises `Refused(unauthorized)`."""
        self._require_open()
        claimed = command.claimed_user_id
        if not command.guest or await self._is_somebodys(claimed):
            return await self.claim(address, claimed)
        return _caller(address, await self.enter(Caller(address), EnterAsGuest(command.guest)))

    async def claim(self, address: str, user_id: UserId | None) -> Caller:
        """The guest of an id; raises `Refused(unauthorized)`, the same for anybody else's and for nobody's."""
        self._require_open()
        user = await self._user(user_id)
        if user is None or not user.is_guest or user.disabled:
            raise unauthorized(_UNKNOWN)
        return _caller(address, user)

    def visitor(self, address: str) -> Caller:
        """Who does not say who they are: a guest who is in nothing, and has the rates of their address."""
        self._require_open()
        nobody = UserId(-1 - crc32(address.encode()))  # no id of anybody is negative
        return _caller(address, User(nobody, "", "", 0, is_guest=True))

    async def recheck(self, known: Mapping[UserId, User]) -> Sequence[Publication]:
        """News of guests whom somebody else, such as the command line, has changed."""
        if not known:
            return ()
        found = await self._store.read(self._store.accounts.get_users(tuple(known)))
        return [Publication(user_topic(u.id), UserUpdated(u)) for u in found if u != known[u.id]]

    async def _is_somebodys(self, user_id: UserId | None) -> bool:
        return await self._user(user_id) is not None

    async def _user(self, user_id: UserId | None) -> User | None:
        if user_id is None:
            return None
        return await self._store.read(self._store.accounts.get_user(user_id))

    def _require_open(self) -> None:
        if not self._is_open:
            raise forbidden(_CLOSED)

    async def _find(self, name: str) -> User | None:
        account = await self._store.read(self._store.accounts.get_account(name))
        if account is None:
            return None
        if not account.user.is_guest or account.user.disabled:
            raise conflict(_HAS_PASSWORD, "user_name")
        return account.user

    async def _add(self, name: str, address: str) -> User:
        self._rates.take(REGISTRATIONS, "register", address)
        user = User(UserId(self._ids.next_id()), name, name, self._clock.now_ms(), is_guest=True)
        try:
            made = await self._store.write(lambda: self._store.accounts.add_guest(user), nothing)
        except Refused as refusal:
            found = await self._find(name) if refusal.code is Code.CONFLICT else None
            if found is None:
                raise
            return found
        log.info("guest_made", user=made.id)
        return made


def _caller(address: str, user: User) -> Caller:
    """Nothing of a guest's expires."""
    return Caller(address, user, None, MAX_ID)
