"""Accounts: making them, signing in, passwords, profiles, the first administrator."""

import hmac
from collections.abc import Awaitable, Sequence

import msgspec
import structlog

from hubbub.model.commands import (
    Caller,
    ChangePassword,
    ClaimAdmin,
    GetUser,
    Register,
    SearchUsers,
    SignIn,
    UpdateProfile,
)
from hubbub.model.entities import Account, Tokens, User
from hubbub.model.errors import Refused, conflict, forbidden, invalid, not_found, unauthorized
from hubbub.model.events import Publication, UserUpdated
from hubbub.model.ids import UserId
from hubbub.model.limits import (
    DISPLAY_NAME_CHARS,
    EMAIL_CHARS,
    PASSWORD_MAX_CHARS,
    SEED_PASSWORD_MIN_CHARS,
    USERNAME_CHARS,
    USERNAME_MIN_CHARS,
)
from hubbub.model.names import clean, clean_username, fold_username
from hubbub.model.topics import user_topic
from hubbub.ports.clock import Clock
from hubbub.ports.ids import IdSource
from hubbub.ports.store import Store, nothing
from hubbub.ports.tokens import PasswordHasher
from hubbub.services.logins import Logins, revoked
from hubbub.services.names import add_named
from hubbub.services.rates import PROFILES, REGISTRATIONS, SIGN_INS, SIGN_INS_OF_ADDRESS, Rates

log = structlog.get_logger("hubbub.accounts")

# One text for an unknown name and a wrong password, disabled or not (threat S6).
_WRONG = "The user name or the password is wrong."
_DISABLED = "This account is disabled; ask who runs this server."


class Accounts:
    """Accounts and profiles; what a log-in is, services/logins.py says. `is_open`: anybody may register."""

    def __init__(
        self,
        store: Store,
        logins: Logins,
        passwords: PasswordHasher,
        rates: Rates,
        clock: Clock,
        ids: IdSource,
        *,
        is_open: bool = True,
    ) -> None:
        self._store = store
        self._is_open = is_open
        self._logins = logins
        self._passwords = passwords
        self._rates = rates
        self._clock = clock
        self._ids = ids
        self._admin_token: str | None = None

    async def offer_admin(self) -> str | None:
        """A token that makes its bearer the first administrator, once; None when there is one."""
        if await self._store.read(self._store.accounts.count_admins()) == 0:
            self._admin_token = self._ids.secret()
        return self._admin_token

    async def is_claimable(self) -> bool:
        """Whether the printed token still makes an administrator; the command line may have made one meanwhile."""
        if self._admin_token is None:
            return False
        return await self._store.read(self._store.accounts.count_admins()) == 0

    async def register(self, caller: Caller, command: Register) -> Tokens:
        """Makes an account and signs in."""
        if not self._is_open:
            raise forbidden("Registration is closed; ask who runs this server for an account.")
        self._rates.take(REGISTRATIONS, "register", caller.address)
        account = draft_account(command, self._ids.next_id(), self._clock.now_ms())
        hashed = await self._passwords.hash(command.password)
        account = msgspec.structs.replace(account, password_hash=hashed)

        def add(user: User) -> Awaitable[User]:
            made = msgspec.structs.replace(account, user=user)
            return self._store.write(lambda: self._store.accounts.add_user(made), nothing)

        user = await add_named(add, account.user, self._ids, similar=command.similar)
        tokens = await self._logins.open(user, command.label, lasting=command.lasting)
        return msgspec.structs.replace(tokens, email=account.email)

    async def sign_in(self, caller: Caller, command: SignIn) -> Tokens:
        """By user name or e-mail."""
        self._rates.take(SIGN_INS_OF_ADDRESS, "sign_in", caller.address)
        # With the address in the key, a stranger can't lock the owner out.
        key = ("sign_in", caller.address, fold_username(command.login))
        self._rates.take(SIGN_INS, *key)
        account = await self._store.read(self._store.accounts.get_account(command.login))
        encoded = account.password_hash if account is not None else None
        fits = await self._passwords.verify(encoded, command.password)
        if account is None or not fits or account.user.is_guest:
            log.info("sign_in_refused", address=caller.address)
            raise unauthorized(_WRONG)
        if account.user.disabled:  # told only to who has shown that they know the password
            log.info("sign_in_refused", address=caller.address)
            raise forbidden(_DISABLED)
        self._rates.clear(*key)
        tokens = await self._logins.open(account.user, command.label, lasting=command.lasting)
        return msgspec.structs.replace(tokens, email=account.email)

    async def change_password(self, caller: Caller, command: ChangePassword) -> None:
        """Signs all other devices out."""
        user = caller.known
        self._rates.take(SIGN_INS, "password", user.id)
        account = await self._store.read(self._store.accounts.get_account_by_id(user.id))
        encoded = account.password_hash if account is not None else None
        if not await self._passwords.verify(encoded, command.old_password):
            raise forbidden("The old password is wrong.")
        check_password(command.new_password, user.username)
        hashed = await self._passwords.hash(command.new_password)
        await self._store.write(
            lambda: self._store.accounts.set_password(user.id, hashed, caller.login_id),
            lambda ended: revoked(user.id, ended, "password changed"),
        )

    async def claim_admin(self, caller: Caller, command: ClaimAdmin) -> User:
        """With the token that the server printed at its first start."""
        user = caller.known
        self._rates.take(SIGN_INS, "claim", caller.address)
        expected = self._admin_token
        if expected is None:
            raise conflict("There is an administrator already.")
        if not hmac.compare_digest(expected.encode(), command.token.encode()):
            log.info("claim_refused", address=caller.address)
            raise forbidden("This is not the token that the server printed.")
        self._admin_token = None  # before anything is waited for: it works once
        try:
            made = await self._store.write(
                lambda: self._store.accounts.claim_admin(user.id), updated
            )
        except Refused:
            self._admin_token = expected
            raise
        log.info("admin_made", user=made.id)
        return made

    async def get_user(self, caller: Caller, command: GetUser) -> Account:
        """A person; the e-mail only of oneself."""
        mine = caller.user_id
        wanted = mine if command.user_id is None else command.user_id
        found = await self._store.read(self._store.accounts.get_account_by_id(wanted))
        if found is None:
            raise not_found("user")
        return Account(found.user, found.email if wanted == mine else None, None)

    async def update_profile(self, caller: Caller, command: UpdateProfile) -> Account:
        """One's display name."""
        shown = clean("display_name", command.display_name, DISPLAY_NAME_CHARS)
        user_id = caller.user_id
        self._rates.take(PROFILES, "profile", user_id)
        await self._store.write(
            lambda: self._store.accounts.update_user(user_id, display_name=shown), updated
        )
        return await self.get_user(caller, GetUser(None))

    async def search(self, caller: Caller, command: SearchUsers) -> list[User]:
        """By the start of a name."""
        _ = caller.user_id
        limit = max(1, min(command.limit, 50))
        find = self._store.accounts.search_users
        return await self._store.read(
            find(command.prefix, limit, within=command.within, shown=command.shown)
        )


def draft_account(command: Register, new_id: int, now: int) -> Account:
    """The account that would be made, without its password hash; raises `Refused`."""
    username = clean_username(command.username, USERNAME_MIN_CHARS, USERNAME_CHARS)
    check_password(command.password, username)
    shown = clean("display_name", command.display_name or username, DISPLAY_NAME_CHARS)
    user = User(UserId(new_id), username, shown, now)
    return Account(user, _check_email(command.email), None)


def updated(user: User) -> Sequence[Publication]:
    """The news that a person's profile has changed."""
    return (Publication(user_topic(user.id), UserUpdated(user)),)


def _check_email(email: str | None) -> str | None:
    if email is None:
        return None
    email = clean("email", email, EMAIL_CHARS)
    local, at, domain = email.rpartition("@")
    if not (at and local and domain) or " " in email:
        raise invalid("email", "it must look like name@example.org")
    return email


def check_password(password: str, username: str, least: int = SEED_PASSWORD_MIN_CHARS) -> None:
    """Raises `Refused`. Dialects that ask for more do so themselves."""
    if not least <= len(password) <= PASSWORD_MAX_CHARS:
        raise invalid("password", f"it must have {least} to {PASSWORD_MAX_CHARS} characters")
    if fold_username(password) == fold_username(username):
        raise invalid("password", "it must not be the user name")
