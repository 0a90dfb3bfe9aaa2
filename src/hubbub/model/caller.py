"""Who asks, and what every command is."""

import msgspec

from hubbub.model.entities import User
from hubbub.model.errors import unauthorized
from hubbub.model.ids import LoginId, UserId


class Caller(msgspec.Struct, frozen=True):
    """Who asks. `user` is None until they have signed in; `expires_at` in milliseconds since 1970."""

    address: str
    user: User | None = None
    login_id: LoginId | None = None
    expires_at: int = 0

    @property
    def user_id(self) -> UserId:
        """Of a signed-in caller; raises `Refused(unauthorized)` for others."""
        return self.known.id

    @property
    def known(self) -> User:
        """The signed-in user; raises `Refused(unauthorized)` where there is none."""
        if self.user is None:
            raise unauthorized()
        return self.user


class Command(msgspec.Struct, frozen=True):
    """What every command is."""
