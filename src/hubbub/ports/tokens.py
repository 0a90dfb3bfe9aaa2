"""Access tokens, refresh tokens and passwords."""

from typing import Protocol

import msgspec

from hubbub.model.ids import LoginId, UserId


class Claims(msgspec.Struct, frozen=True):
    """What an access token says; `expires_at` in milliseconds since 1970."""

    user_id: UserId
    login_id: LoginId
    expires_at: int


class TokenIssuer(Protocol):
    """Signs and checks access tokens; makes refresh tokens."""

    def issue(self, claims: Claims) -> str:
        """A signed token."""
        ...

    def derive(self, token: str, nonce: str) -> str:
        """The successor of a refresh token, to be known by this server alone; one for each nonce."""
        ...

    def verify(self, token: str) -> Claims:
        """The claims of a valid token; raises `Refused(unauthorized)` with one text for every fault."""
        ...


class PasswordHasher(Protocol):
    """Hashes passwords off the event loop, a bounded number at a time."""

    async def hash(self, password: str) -> str:
        """An encoded hash; raises `Refused(unavailable)` when too many wait."""
        ...

    async def verify(self, encoded: str | None, password: str) -> bool:
        """Whether it fits. None costs the same time as a wrong password (threat S6)."""
        ...
