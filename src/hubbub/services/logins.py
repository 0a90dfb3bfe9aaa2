"""Signed-in devices: tokens, their renewal and their end."""

import hashlib
from collections.abc import Mapping, Sequence

from hubbub.model.commands import (
    Caller,
    ListLogins,
    Refresh,
    RevokeLogin,
    SignOut,
)
from hubbub.model.entities import Login, Tokens, User
from hubbub.model.errors import Refused, not_found, unauthorized
from hubbub.model.events import Event, LoginRenewed, LoginsRevoked, Publication, UserUpdated
from hubbub.model.ids import LoginId, UserId
from hubbub.model.topics import user_topic
from hubbub.ports.clock import Clock
from hubbub.ports.ids import IdSource
from hubbub.ports.store import Rotated, Store, nothing
from hubbub.ports.tokens import Claims, TokenIssuer
from hubbub.services.rates import SIGN_INS_OF_ADDRESS, Rates

REREAD_SECONDS = 10.0
REMEMBERED = 50_000  # log-ins whose user is kept in memory

BOT_SECONDS = 50 * 365 * 24 * 3600  # a bot's token lasts until it is reset
LASTING_SECONDS = 7 * 24 * 3600  # as long as the tokens of originals that renew none


class Logins:
    """`access_seconds` and `refresh_seconds` are the lives of the two tokens."""

    def __init__(
        self,
        store: Store,
        tokens: TokenIssuer,
        rates: Rates,
        clock: Clock,
        ids: IdSource,
        *,
        access_seconds: int,
        refresh_seconds: int,
    ) -> None:
        self._store = store
        self._tokens = tokens
        self._rates = rates
        self._clock = clock
        self._ids = ids
        self._access_seconds = access_seconds
        self._refresh_seconds = refresh_seconds
        self._live: dict[LoginId, tuple[User, float]] = {}
        # Ended log-ins are remembered until their last access token has expired: a read that was under
        # way when the log-in ended must not bring it back.
        self._ended: dict[LoginId, int] = {}

    async def open(self, user: User, label: str, *, lasting: bool = False) -> Tokens:
        """Signs a device in. `lasting`: for clients that can't renew their access token. Raises `Refused` for guests:
        whoever says so is the guest, so a token of theirs would be everybody's."""
        if user.is_guest:
            raise unauthorized("Guests have no tokens; make an account.")
        now = self._clock.now_ms()
        login_id = LoginId(self._ids.secret()[:22])
        refresh = self._ids.secret()
        expires = now + self._refresh_seconds * 1000
        login = Login(login_id, user.id, now, now, expires, label[:200])
        await self._store.write(
            lambda: self._store.accounts.add_login(login, _hash(refresh)),
            lambda ended: revoked(user.id, ended, "too many devices"),
        )
        return self._issue(user, login_id, refresh, self._seconds(lasting))

    async def open_bot(self, user: User) -> str:
        """A token that does not expire; nothing can renew it."""
        now, login_id = self._clock.now_ms(), LoginId(self._ids.secret()[:22])
        claims = Claims(user.id, login_id, now + BOT_SECONDS * 1000)
        login = Login(login_id, user.id, now, now, claims.expires_at, "bot")
        unused = _hash(self._ids.secret())
        await self._store.write(lambda: self._store.accounts.add_login(login, unused), nothing)
        return self._tokens.issue(claims)

    async def end_all(self, user_id: UserId, reason: str) -> None:
        """Ends every log-in of a person, and their connections."""
        await self._revoke(user_id, None, None, reason)

    async def authenticate(self, token: str, address: str) -> Caller:
        """Who bears a token; raises `Refused(unauthorized)`."""
        claims = self._tokens.verify(token)
        known = self._live.get(claims.login_id)
        # Looked up again now and then: the command line may have changed what somebody is (set-admin).
        if known is None or known[1] <= self._clock.monotonic():
            user = await self._load(claims)
        else:
            user = known[0]
        if user.id != claims.user_id or user.disabled or user.is_guest:
            raise unauthorized("This token is not valid; sign in again.")
        return Caller(address, user, claims.login_id, claims.expires_at)

    def is_ours(self, token: str) -> bool:
        """Whether the signature and the time are right."""
        try:
            self._tokens.verify(token)
        except Refused:
            return False
        return True

    async def refresh(self, caller: Caller, command: Refresh) -> Tokens:
        """Each refresh token works once; a second use ends the log-in (threat S4).

        The same request again, known by its nonce, gets the same answer until that one is used.
        """
        self._rates.take(SIGN_INS_OF_ADDRESS, "refresh", caller.address)
        now = self._clock.now_ms()
        fresh = self._successor(command)
        result = await self._store.write(
            lambda: self._store.accounts.rotate_refresh(
                _hash(command.refresh_token),
                _hash(fresh),
                now,
                now + self._refresh_seconds * 1000,
            ),
            lambda result: self._rotated(result, self._seconds(command.lasting)),
        )
        if result.login is None or result.user is None:
            raise unauthorized("This refresh token is not valid; sign in again.")
        return self._issue(result.user, result.login.id, fresh, self._seconds(command.lasting))

    async def sign_out(self, caller: Caller, _command: SignOut) -> None:
        """Ends this device."""
        if caller.login_id is not None:
            await self._revoke(caller.user_id, (caller.login_id,), None, "signed out")

    async def list_all(self, caller: Caller, _command: ListLogins) -> list[Login]:
        """One's devices, the most recently used first."""
        return await self._store.read(self._store.accounts.list_logins(caller.user_id))

    async def revoke(self, caller: Caller, command: RevokeLogin) -> None:
        """Ends one device, or all others."""
        if command.login_id is None:
            await self._revoke(caller.user_id, None, caller.login_id, "signed out elsewhere")
            return
        ended = await self._revoke(
            caller.user_id, (command.login_id,), None, "signed out elsewhere"
        )
        if not ended:
            raise not_found("session")

    async def recheck(self, known: Mapping[LoginId, User]) -> Sequence[Publication]:
        """News for devices whose people the command line, another process, has changed or signed out."""
        found = await self._store.read(self._store.accounts.get_logins(tuple(known)))
        news: dict[object, Publication] = {}
        for login, user in found:
            if login.revoked or user.disabled:
                for publication in revoked(user.id, (login.id,), "signed out"):
                    news[login.id] = publication
            elif user != known[login.id]:
                news[user.id] = Publication(user_topic(user.id), UserUpdated(user))
        return [*news.values()]

    def forget(self) -> None:
        """Memory may be wrong: the next token of each log-in is looked up again."""
        self._live.clear()

    def apply(self, event: Event) -> None:
        """Keeps memory current."""
        if isinstance(event, LoginsRevoked):
            now = self._clock.now_ms()
            self._ended = {i: until for i, until in self._ended.items() if until > now}
            for login_id in event.login_ids:
                self._live.pop(login_id, None)
                self._ended[login_id] = now + self._access_seconds * 1000
        elif isinstance(event, UserUpdated):
            for login_id, (user, _) in tuple(self._live.items()):
                if user.id == event.user.id:
                    del self._live[login_id]

    async def _load(self, claims: Claims) -> User:
        found = await self._store.read(self._store.accounts.get_login(claims.login_id))
        if found is None or found[0].revoked or claims.login_id in self._ended:
            raise unauthorized("This token is not valid; sign in again.")
        if len(self._live) >= REMEMBERED:
            self._live.clear()
        self._live[claims.login_id] = found[1], self._clock.monotonic() + REREAD_SECONDS
        return found[1]

    async def _revoke(
        self,
        user_id: UserId,
        login_ids: Sequence[LoginId] | None,
        keep: LoginId | None,
        reason: str,
    ) -> tuple[LoginId, ...]:
        return await self._store.write(
            lambda: self._store.accounts.revoke_logins(user_id, login_ids, keep),
            lambda ended: revoked(user_id, ended, reason),
        )

    def _successor(self, command: Refresh) -> str:
        if command.nonce is None:
            return self._ids.secret()
        return self._tokens.derive(command.refresh_token, command.nonce)

    def _issue(self, user: User, login_id: LoginId, refresh: str, seconds: int) -> Tokens:
        claims = Claims(user.id, login_id, self._clock.now_ms() + seconds * 1000)
        return Tokens(user, login_id, self._tokens.issue(claims), refresh, seconds)

    def _seconds(self, lasting: bool) -> int:
        """How long an access token works."""
        longest = min(LASTING_SECONDS, self._refresh_seconds) if lasting else 0
        return max(longest, self._access_seconds)

    def _rotated(self, result: Rotated, seconds: int) -> Sequence[Publication]:
        """A renewed log-in keeps its live connections; a stolen one loses them."""
        if result.login is not None:
            event = LoginRenewed(result.login.id, self._clock.now_ms() + seconds * 1000)
            return (Publication(user_topic(result.login.user_id), event),)
        if result.reused_by is not None:
            return revoked(result.reused_by, result.revoked, "refresh token used twice")
        return ()


def revoked(user_id: UserId, ended: tuple[LoginId, ...], reason: str) -> Sequence[Publication]:
    """The news that log-ins have ended, if any have."""
    if not ended:
        return ()
    return (Publication(user_topic(user_id), LoginsRevoked(user_id, ended, reason)),)


def _hash(secret: str) -> str:
    """Refresh tokens are 256 random bits: a plain hash at rest is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()
