"""Transactions on users, their log-ins and refresh tokens."""

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa

from hubbub.model.entities import Account, GroupRole, Login, Status, User
from hubbub.model.errors import conflict, not_found
from hubbub.model.ids import LOBBY, LoginId, UserId
from hubbub.model.limits import LOGINS_PER_USER
from hubbub.model.names import fold, fold_username
from hubbub.ports.store import Row
from hubbub.storage.schema import channels, logins, members, refresh_tokens, users
from hubbub.storage.sql import Query, Statement, param
from hubbub.storage.transactions import (
    GET_USER,
    N_USER,
    USER_COLUMNS,
    Steps,
    every,
    first,
    to_user,
)

_LOGIN_COLUMNS = (
    logins.c.id,
    logins.c.user_id,
    logins.c.created_at,
    logins.c.last_used_at,
    logins.c.expires_at,
    logins.c.label,
    logins.c.revoked,
)
# A webhook is the author of its messages and nothing else.
IS_FOUND = users.c.kind != "webhook"
_ACCOUNT = sa.select(*USER_COLUMNS, users.c.email, users.c.password_hash)
_ACCOUNT_BY_ID = Statement(_ACCOUNT.where(users.c.id == param("id")))
_ACCOUNT_BY_NAME = Statement(_ACCOUNT.where(users.c.username_key == param("key"), IS_FOUND))
_ACCOUNT_BY_EMAIL = Statement(_ACCOUNT.where(users.c.email_key == param("key")))
_TAKEN = Statement(
    sa.select(users.c.username_key, users.c.email_key).where(
        sa.or_(users.c.username_key == param("name"), users.c.email_key == param("email"))
    )
)
_INSERT_USER = Statement(
    users.insert().values(
        {
            c: param(c)
            for c in (
                "id",
                "username",
                "username_key",
                "email",
                "email_key",
                "display_name",
                "password_hash",
                "is_admin",
                "created_at",
                "kind",
                "owner_id",
                "display_key",
            )
        }
    )
)
# Everybody is in the lobby, and starts at its end: what was said before one came is not "unread".
_ENTER_LOBBY = Statement(
    members.insert().from_select(
        (
            "channel_id",
            "user_id",
            "role",
            "status",
            "version",
            "joined_at",
            "read_seq",
            "delivered_seq",
        ),
        sa.select(
            channels.c.id,
            param("user").label("user_id"),
            sa.literal(GroupRole.MEMBER.value, sa.Text).label("role"),
            sa.literal(Status.ACTIVE.value, sa.Text).label("status"),
            channels.c.version,
            param("now").label("joined_at"),
            channels.c.last_seq.label("read_seq"),
            channels.c.last_seq.label("delivered_seq"),
        ).where(channels.c.id == LOBBY),
    )
)
_SEARCH = Statement(
    sa.select(*USER_COLUMNS)
    .where(users.c.username_key >= param("low"), users.c.username_key < param("high"), IS_FOUND)
    .order_by(users.c.username_key)
    .limit(param("limit"))
)
_SEARCH_SHOWN = Statement(
    sa.select(*USER_COLUMNS)
    .where(users.c.display_key >= param("low"), users.c.display_key < param("high"), IS_FOUND)
    .order_by(users.c.display_key, users.c.username_key)
    .limit(param("limit"))
)
_SEARCH_WITHIN = Statement(
    sa.select(*USER_COLUMNS)
    .where(sa.func.instr(users.c.username_key, param("part")) > 0, IS_FOUND)
    .order_by(users.c.username_key)
    .limit(param("limit"))
)
_SET_NAME = Statement(
    users.update()
    .where(users.c.id == param("user"))
    .values(display_name=param("value"), display_key=param("key"))
)
_SET_AVATAR = Statement(
    users.update().where(users.c.id == param("user")).values(avatar=param("value"))
)
_SET_ADMIN = Statement(
    users.update().where(users.c.id == param("user")).values(is_admin=param("value"))
)
_SET_PASSWORD = Statement(
    users.update().where(users.c.id == param("user")).values(password_hash=param("value"))
)
_COUNT_ADMINS = Statement(
    sa.select(sa.func.count()).select_from(users).where(users.c.is_admin.is_(True))
)
_INSERT_LOGIN = Statement(
    logins.insert().values(
        {
            c: param(c)
            for c in ("id", "user_id", "created_at", "last_used_at", "expires_at", "label")
        }
    )
)
_GET_LOGIN = Statement(
    sa.select(*_LOGIN_COLUMNS, *USER_COLUMNS)
    .join_from(logins, users, users.c.id == logins.c.user_id)
    .where(logins.c.id == param("id"))
)
_THESE = sa.func.json_each(param("ids")).table_valued("value")
_LOGINS = Statement(
    sa.select(*_LOGIN_COLUMNS, *USER_COLUMNS)
    .select_from(_THESE)
    .join(logins, logins.c.id == _THESE.c.value)
    .join(users, users.c.id == logins.c.user_id)
)
_USERS = Statement(
    sa.select(*USER_COLUMNS).select_from(_THESE).join(users, users.c.id == _THESE.c.value)
)
_LIVE_LOGINS = Statement(
    sa.select(*_LOGIN_COLUMNS)
    .where(logins.c.user_id == param("user"), logins.c.revoked.is_(False))
    .order_by(logins.c.last_used_at.desc(), logins.c.id)
)
_REVOKE = Statement(logins.update().where(logins.c.id == param("login")).values(revoked=True))
# An ended login needs no memory of its tokens: none of them works, used or not.
_FORGET_TOKENS = Statement(
    refresh_tokens.delete().where(refresh_tokens.c.login_id == param("login"))
)
_TOUCH_LOGIN = Statement(
    logins.update()
    .where(logins.c.id == param("login"))
    .values(last_used_at=param("now"), expires_at=param("until"))
)
_INSERT_TOKEN = Statement(
    refresh_tokens.insert().values(hash=param("hash"), login_id=param("login"))
)
_GET_TOKEN = Statement(
    sa.select(refresh_tokens.c.login_id, refresh_tokens.c.used).where(
        refresh_tokens.c.hash == param("hash")
    )
)
_USE_TOKEN = Statement(
    refresh_tokens.update().where(refresh_tokens.c.hash == param("token")).values(used=True)
)


class Rotated(msgspec.Struct, frozen=True):
    """What became of a refresh token (ports/store.py)."""

    login: Login | None = None
    user: User | None = None
    revoked: tuple[LoginId, ...] = ()
    reused_by: UserId | None = None


def _to_login(row: Row) -> Login:
    identity, user, created, used, expires, label, revoked = row
    return Login(identity, user, created, used, expires, label, bool(revoked))  # type: ignore[arg-type]  # rows are untyped; columns and fields are in one order


def _to_account(row: Row) -> Account:
    return Account(to_user(row[:N_USER]), row[N_USER], row[N_USER + 1])  # type: ignore[arg-type]  # as above


def _to_login_and_user(row: Row) -> tuple[Login, User]:
    n = len(_LOGIN_COLUMNS)
    return _to_login(row[:n]), to_user(row[n:])


def _email_key(account: Account) -> str | None:
    return fold(account.email) if account.email else None


class AccountTables:
    """The transactions behind the port of the same name."""

    def add_user(self, account: Account) -> Steps[User]:
        """Stores a user, who is in the lobby from then on."""
        return (yield from self._add(account, "person", None))

    def add_guest(self, user: User) -> Steps[User]:
        """The same for somebody without an e-mail and a password."""
        return (yield from self._add(Account(user, None, None), "guest", None))

    def add_bot(self, user: User, owner_id: UserId) -> Steps[User]:
        """The same for a program of somebody's, without an e-mail and a password."""
        return (yield from self._add(Account(user, None, None), "bot", owner_id))

    def _add(self, account: Account, kind: str, owner_id: UserId | None) -> Steps[User]:
        user = account.user
        name_key, email_key = fold_username(user.username), _email_key(account)
        for taken, _ in (yield _TAKEN(name=name_key, email=email_key)):
            if taken == name_key:
                raise conflict("This user name is taken.", "username")
            raise conflict("This e-mail is taken.", "email")
        yield self.insert(account, name_key, kind, owner_id)
        yield _ENTER_LOBBY(user=user.id, now=user.created_at)
        return user

    def insert(
        self, account: Account, key: str, kind: str, owner_id: UserId | None = None
    ) -> Query:
        """A user's row. `key`: what no other's name folds to; `kind`: as in schema.py."""
        user = account.user
        return _INSERT_USER(
            id=user.id,
            username=user.username,
            username_key=key,
            email=account.email,
            email_key=_email_key(account),
            display_name=user.display_name,
            password_hash=account.password_hash,
            is_admin=user.is_admin,
            created_at=user.created_at,
            kind=kind,
            owner_id=owner_id,
            display_key=None if kind == "webhook" else fold_username(user.display_name),
        )

    def get_user(self, user_id: UserId) -> Steps[User | None]:
        """A person by id."""
        return first(GET_USER(id=user_id), to_user)

    def get_users(self, user_ids: Sequence[UserId]) -> Steps[list[User]]:
        """Those that there are."""
        return every(_USERS(ids=msgspec.json.encode(user_ids).decode()), to_user)

    def get_account(self, login: str) -> Steps[Account | None]:
        """By user name or e-mail, folded."""
        # No name has an @: nobody can take another's address as a name and catch their sign-ins.
        if "@" in fold(login):
            return first(_ACCOUNT_BY_EMAIL(key=fold(login)), _to_account)
        return first(_ACCOUNT_BY_NAME(key=fold_username(login)), _to_account)

    def get_account_by_id(self, user_id: UserId) -> Steps[Account | None]:
        """With e-mail and password hash."""
        return first(_ACCOUNT_BY_ID(id=user_id), _to_account)

    def search_users(
        self, prefix: str, limit: int, *, within: bool = False, shown: bool = False
    ) -> Steps[list[User]]:
        """By the start of the folded user name, or by any part of it; `shown`: then by the start of the display name."""
        low = fold_username(prefix)
        if within and low:
            return (yield from every(_SEARCH_WITHIN(part=low, limit=limit), to_user))
        bounds = {"low": low, "high": low + "\U0010ffff"}
        found = yield from every(_SEARCH(**bounds, limit=limit), to_user)
        if not shown or not low or len(found) == limit:
            return found
        # Each of the two walks an index for `limit` rows at the most, however many people there are.
        named = yield from every(_SEARCH_SHOWN(**bounds, limit=limit), to_user)
        return (found + [user for user in named if user not in found])[:limit]

    def update_user(
        self,
        user_id: UserId,
        *,
        display_name: str | None = None,
        is_admin: bool | None = None,
        avatar: str | None = None,
    ) -> Steps[User]:
        """Changes what is given."""
        if display_name is not None:
            yield _SET_NAME(user=user_id, value=display_name, key=fold_username(display_name))
        if is_admin is not None:
            yield _SET_ADMIN(user=user_id, value=is_admin)
        if avatar is not None:
            yield _SET_AVATAR(user=user_id, value=avatar)
        user = yield from self.get_user(user_id)
        if user is None:
            raise not_found("user")
        return user

    def claim_admin(self, user_id: UserId) -> Steps[User]:
        """The first administrator; the command line may have made one meanwhile."""
        if (yield from self.count_admins()) > 0:
            raise conflict("There is an administrator already.")
        return (yield from self.update_user(user_id, is_admin=True))

    def count_admins(self) -> Steps[int]:
        """How many administrators there are."""
        rows = yield _COUNT_ADMINS()
        return rows[0][0]  # type: ignore[return-value]  # a count

    def set_password(
        self, user_id: UserId, password_hash: str, keep: LoginId | None
    ) -> Steps[tuple[LoginId, ...]]:
        """Stores the hash and ends every login but `keep`."""
        yield _SET_PASSWORD(user=user_id, value=password_hash)
        return (yield from self.revoke_logins(user_id, None, keep))

    def add_login(self, login: Login, refresh_hash: str) -> Steps[tuple[LoginId, ...]]:
        """Stores it; the least recently used ones beyond the cap end."""
        yield _INSERT_LOGIN(**msgspec.structs.asdict(login))
        yield _INSERT_TOKEN(hash=refresh_hash, login=login.id)
        live = yield from self.list_logins(login.user_id)
        oldest = tuple(old.id for old in live[LOGINS_PER_USER:] if old.id != login.id)
        yield from self._end(oldest)
        return oldest

    def get_login(self, login_id: LoginId) -> Steps[tuple[Login, User] | None]:
        """With its user."""
        return first(_GET_LOGIN(id=login_id), _to_login_and_user)

    def get_logins(self, login_ids: Sequence[LoginId]) -> Steps[list[tuple[Login, User]]]:
        """Those that there are."""
        ids = msgspec.json.encode(login_ids).decode()
        return every(_LOGINS(ids=ids), _to_login_and_user)

    def list_logins(self, user_id: UserId) -> Steps[list[Login]]:
        """Live ones, the most recently used first."""
        return every(_LIVE_LOGINS(user=user_id), _to_login)

    def rotate_refresh(
        self, old_hash: str, new_hash: str, now: int, expires_at: int
    ) -> Steps[Rotated]:
        """Uses up a refresh token. One that comes back ends its whole family (threat S4).

        But not where `new_hash` is what it was changed for, and nobody has used that: no answer came.
        """
        rows = yield _GET_TOKEN(hash=old_hash)
        if not rows:
            return Rotated()
        login_id, used = LoginId(str(rows[0][0])), bool(rows[0][1])
        found = yield from self.get_login(login_id)
        if found is None:
            return Rotated()
        login, user = found
        if used and not (yield from self._is_unused(new_hash, login_id)):
            yield from self._end((login_id,))
            return Rotated(revoked=(login_id,), reused_by=user.id)
        if login.revoked or login.expires_at <= now or user.disabled or user.is_guest:
            return Rotated()
        if not used:
            yield _USE_TOKEN(token=old_hash)
            yield _INSERT_TOKEN(hash=new_hash, login=login_id)
        yield _TOUCH_LOGIN(login=login_id, now=now, until=expires_at)
        return Rotated(login, user)

    def _is_unused(self, token_hash: str, login_id: LoginId) -> Steps[bool]:
        rows = yield _GET_TOKEN(hash=token_hash)
        return [(str(login), bool(used)) for login, used in rows] == [(login_id, False)]

    def revoke_logins(
        self, user_id: UserId, login_ids: Sequence[LoginId] | None, keep: LoginId | None
    ) -> Steps[tuple[LoginId, ...]]:
        """Ends those of `login_ids` that are this user's and live; None means all."""
        live = yield from self.list_logins(user_id)
        wanted = None if login_ids is None else set(login_ids)
        ended = tuple(
            login.id
            for login in live
            if login.id != keep and (wanted is None or login.id in wanted)
        )
        yield from self._end(ended)
        return ended

    def _end(self, login_ids: Sequence[LoginId]) -> Steps[None]:
        for login_id in login_ids:
            yield _REVOKE(login=login_id)
            yield _FORGET_TOKENS(login=login_id)
