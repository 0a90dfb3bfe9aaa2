"""What services need of a database about users: accounts, devices, and what administrators do with them."""

from collections.abc import Callable, Sequence
from typing import Protocol

from hubbub.model.administration import Counts, Governed, ListPeople, PersonChange, Record
from hubbub.model.entities import Account, Login, User
from hubbub.model.ids import LoginId, UserId
from hubbub.ports.transaction import Transaction


class AccountTables(Protocol):
    """Users and their log-ins."""

    def add_user(self, account: Account) -> Transaction[User]:
        """Refused(conflict) when the name or the e-mail is taken."""
        ...

    def add_guest(self, user: User) -> Transaction[User]:
        """Refused(conflict) when the name is taken, by a guest or by anybody else."""
        ...

    def get_user(self, user_id: UserId) -> Transaction[User | None]: ...

    def get_users(self, user_ids: Sequence[UserId]) -> Transaction[list[User]]:
        """Those that there are."""
        ...

    def get_account(self, login: str) -> Transaction[Account | None]:
        """By user name or e-mail, folded."""
        ...

    def get_account_by_id(self, user_id: UserId) -> Transaction[Account | None]: ...

    def search_users(
        self, prefix: str, limit: int, *, within: bool = False, shown: bool = False
    ) -> Transaction[list[User]]:
        """By the start of the folded user name, or `within` it; `shown`: behind those by that of the display name."""
        ...

    def update_user(
        self,
        user_id: UserId,
        *,
        display_name: str | None = None,
        is_admin: bool | None = None,
        avatar: str | None = None,
    ) -> Transaction[User]: ...

    def claim_admin(self, user_id: UserId) -> Transaction[User]:
        """Refused(conflict) when there is an administrator."""
        ...

    def count_admins(self) -> Transaction[int]: ...

    def set_password(
        self, user_id: UserId, password_hash: str, keep: LoginId | None
    ) -> Transaction[tuple[LoginId, ...]]:
        """Stores the hash, revokes every login but `keep`, and returns the revoked ones."""
        ...

    def add_login(self, login: Login, refresh_hash: str) -> Transaction[tuple[LoginId, ...]]:
        """Stores it, and revokes the oldest beyond the cap; returns the revoked ones."""
        ...

    def get_login(self, login_id: LoginId) -> Transaction[tuple[Login, User] | None]: ...

    def get_logins(self, login_ids: Sequence[LoginId]) -> Transaction[list[tuple[Login, User]]]: ...

    def list_logins(self, user_id: UserId) -> Transaction[list[Login]]: ...

    def rotate_refresh(
        self, old_hash: str, new_hash: str, now: int, expires_at: int
    ) -> Transaction["Rotated"]: ...

    def revoke_logins(
        self, user_id: UserId, login_ids: Sequence[LoginId] | None, keep: LoginId | None
    ) -> Transaction[tuple[LoginId, ...]]:
        """Revokes the named ones, or all but `keep`; returns those that were live."""
        ...


class Rotated(Protocol):
    """What became of a refresh token: `login` is None when it was unknown, ended or used before."""

    @property
    def login(self) -> Login | None: ...
    @property
    def user(self) -> User | None: ...
    @property
    def revoked(self) -> tuple[LoginId, ...]: ...
    @property
    def reused_by(self) -> UserId | None: ...


class PeopleTables(Protocol):
    """Everybody, for administrators."""

    def list_people(self, query: ListPeople) -> Transaction[list[Record]]:
        """In the order of their folded names, without webhooks. Refused(invalid) when `after` is nobody."""
        ...

    def get_person(self, user_id: UserId) -> Transaction[Record | None]: ...

    def govern(
        self,
        actor_id: UserId | None,
        user_id: UserId,
        change: PersonChange,
        allow: Callable[[User | None, User], None],
    ) -> Transaction[Governed]:
        """Changes what is given, when `allow`, which gets who does it and to whom, does not refuse. A bot's device
        is not ended: its token works again once it is enabled. Refused(not_found) for nobody."""
        ...

    def count_all(self) -> Transaction[Counts]:
        """How much there is, without looking at messages."""
        ...
