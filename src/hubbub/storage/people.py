"""Transactions on everybody's accounts, for administrators."""

from collections.abc import Callable

import sqlalchemy as sa

from hubbub.model.administration import Counts, Governed, ListPeople, PersonChange, Record
from hubbub.model.entities import Kind, User
from hubbub.model.errors import invalid, not_found
from hubbub.model.ids import SYSTEM, LoginId, UserId
from hubbub.model.names import fold, fold_username
from hubbub.ports.store import Row
from hubbub.storage.accounts import IS_FOUND, AccountTables
from hubbub.storage.schema import channels, logins, servers, users
from hubbub.storage.sql import Statement, param
from hubbub.storage.transactions import N_USER, USER_COLUMNS, Steps, every, first, to_user

_LAST = "\U0010ffff"

# One person's devices are few, and found by an index: a page of people asks for no more than they have.
_SEEN = (
    sa.select(sa.func.max(logins.c.last_used_at))
    .where(logins.c.user_id == users.c.id)
    .scalar_subquery()
)
_RECORD = sa.select(*USER_COLUMNS, users.c.email, _SEEN.label("seen"))
_GET = Statement(_RECORD.where(users.c.id == param("id"), IS_FOUND))
# The system has said things, but is nobody who could be governed.
_GOVERNED = IS_FOUND, users.c.id != SYSTEM
_PAGE = _RECORD.where(*_GOVERNED).order_by(users.c.username_key).limit(param("limit"))
# One lower bound, which a page behind another raises: of two the index would take the wrong one.
_BY_NAME = Statement(
    _PAGE.where(users.c.username_key >= param("low"), users.c.username_key < param("high"))
)
_BY_EMAIL = Statement(
    _PAGE.where(
        users.c.email_key >= param("low"),
        users.c.email_key < param("high"),
        users.c.username_key >= param("behind"),
    )
)
_KEY = Statement(sa.select(users.c.username_key).where(users.c.id == param("id"), IS_FOUND))
_SET_DISABLED = Statement(
    users.update().where(users.c.id == param("user")).values(disabled=param("value"))
)
_COUNTS = Statement(
    sa.select(
        sa.select(sa.func.count()).select_from(users).where(*_GOVERNED).scalar_subquery(),
        sa.select(sa.func.count())
        .select_from(channels)
        .where(channels.c.kind != Kind.DIRECT.value)
        .scalar_subquery(),
        sa.select(sa.func.count()).select_from(servers).scalar_subquery(),
        sa.select(sa.func.coalesce(sa.func.sum(channels.c.last_seq), 0)).scalar_subquery(),
    )
)


def _to_record(row: Row) -> Record:
    return Record(to_user(row[:N_USER]), row[N_USER], row[N_USER + 1])  # type: ignore[arg-type]  # rows are untyped; columns and fields are in one order


class PeopleTables:
    """The transactions behind the port of the same name."""

    def __init__(self, accounts: AccountTables) -> None:
        self._accounts = accounts

    def list_people(self, query: ListPeople) -> Steps[list[Record]]:
        """By the start of the name; of the e-mail, where there is an @ in what is looked for: no name has one."""
        behind = yield from self._behind(query.after)
        if "@" in query.prefix:
            low = fold(query.prefix)
            ask = _BY_EMAIL(low=low, high=low + _LAST, behind=behind, limit=query.limit)
        else:
            low = fold_username(query.prefix)
            ask = _BY_NAME(low=max(low, behind), high=low + _LAST, limit=query.limit)
        return (yield from every(ask, _to_record))

    def _behind(self, after: UserId | None) -> Steps[str]:
        if after is None:
            return ""
        key = yield from first(_KEY(id=after), lambda row: str(row[0]))
        if key is None:
            raise invalid("after", "it must be the id of somebody")
        return key + "\0"  # the least that is greater

    def get_person(self, user_id: UserId) -> Steps[Record | None]:
        """One of them."""
        return first(_GET(id=user_id), _to_record)

    def govern(
        self,
        actor_id: UserId | None,
        user_id: UserId,
        change: PersonChange,
        allow: Callable[[User | None, User], None],
    ) -> Steps[Governed]:
        """By what is stored now, not by what was when it was asked for."""
        actor = None if actor_id is None else (yield from self._accounts.get_user(actor_id))
        before = yield from self._accounts.get_user(user_id)
        if before is None:
            raise not_found("user")
        allow(actor, before)
        if change.disabled is not None:
            yield _SET_DISABLED(user=user_id, value=change.disabled)
        user = yield from self._accounts.update_user(user_id, is_admin=change.is_admin)
        return Governed(user, user != before, (yield from self._ended(user, change)))

    def _ended(self, user: User, change: PersonChange) -> Steps[tuple[LoginId, ...]]:
        if change.password_hash is not None:
            return (yield from self._accounts.set_password(user.id, change.password_hash, None))
        if change.signs_out and not user.is_bot:
            return (yield from self._accounts.revoke_logins(user.id, None, None))
        return ()

    def count_all(self) -> Steps[Counts]:
        """Channels of two people are not counted as channels; what they have said is."""
        rows = yield _COUNTS()
        return Counts(*rows[0])  # type: ignore[arg-type]  # counts
