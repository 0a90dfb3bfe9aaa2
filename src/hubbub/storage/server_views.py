"""What is read of servers."""

import msgspec
import sqlalchemy as sa

from hubbub.model.entities import ChannelDetail, User
from hubbub.model.ids import CategoryId, ServerId, UserId
from hubbub.model.servers import AuditEntry, Ban, Category, ServerMember, ServerView
from hubbub.ports.server_store import ServerRows
from hubbub.ports.transaction import Row
from hubbub.storage import details, views
from hubbub.storage.schema import audit_log, bans, categories, channels, server_members, servers
from hubbub.storage.schema import users as users_table
from hubbub.storage.server_rows import (
    CATEGORY_COLUMNS,
    MEMBER_COLUMNS,
    N_MEMBER,
    get_server,
    list_categories,
    list_roles,
    standing,
    to_category,
    to_member,
)
from hubbub.storage.sql import Statement, param
from hubbub.storage.transactions import (
    CHANNEL_COLUMNS,
    N_USER,
    USER_COLUMNS,
    Steps,
    every,
    first,
    to_channel,
    to_user,
)

_IN_SERVER = server_members.c.server_id == param("server")
_CHANNELS = Statement(
    sa.select(*CHANNEL_COLUMNS)
    .where(channels.c.server_id == param("server"))
    .order_by(channels.c.position, channels.c.id)
)
_MEMBERS = Statement(sa.select(*MEMBER_COLUMNS).where(_IN_SERVER))
_IDS = Statement(
    sa.select(server_members.c.server_id)
    .where(server_members.c.user_id == param("user"))
    .order_by(server_members.c.joined_at, server_members.c.server_id)
)
_CATEGORY = Statement(sa.select(*CATEGORY_COLUMNS).where(categories.c.id == param("category")))
_MEMBERS_AND_USERS = (
    sa.select(*MEMBER_COLUMNS, *USER_COLUMNS)
    .join_from(server_members, users_table, users_table.c.id == server_members.c.user_id)
    .where(_IN_SERVER)
)
_LIST_MEMBERS = Statement(
    _MEMBERS_AND_USERS.where(server_members.c.user_id > param("after"))
    .order_by(server_members.c.user_id)
    .limit(param("limit"))
)
_GET_MEMBER = Statement(_MEMBERS_AND_USERS.where(server_members.c.user_id == param("user")))
_BANS = Statement(
    sa.select(*USER_COLUMNS, bans.c.server_id, bans.c.by, bans.c.reason, bans.c.created_at)
    .join_from(bans, users_table, users_table.c.id == bans.c.user_id)
    .where(bans.c.server_id == param("server"))
    .order_by(bans.c.created_at, bans.c.user_id)
)
_AUDIT = Statement(
    sa.select(
        *USER_COLUMNS,
        audit_log.c.id,
        audit_log.c.server_id,
        audit_log.c.action,
        audit_log.c.target_id,
        audit_log.c.reason,
        audit_log.c.created_at,
        audit_log.c.changes,
    )
    .join_from(audit_log, users_table, users_table.c.id == audit_log.c.actor_id)
    .where(audit_log.c.server_id == param("server"), audit_log.c.id < param("before"))
    .order_by(audit_log.c.id.desc())
    .limit(param("limit"))
)
_COUNT_OWNED = Statement(
    sa.select(sa.func.count()).select_from(servers).where(servers.c.owner_id == param("user"))
)
_END = 1 << 60  # larger than any id
_decode = msgspec.json.Decoder(dict[str, object]).decode


class ServerReads:
    """The reading transactions behind `ServerTables`."""

    def load(self, server_id: ServerId) -> Steps[ServerRows | None]:
        """Whole but for its messages."""
        found = yield from get_server(server_id)
        if found is None:
            return None
        return ServerRows(
            found[0],
            (yield from list_roles(server_id)),
            (yield from list_categories(server_id)),
            (yield from every(_CHANNELS(server=server_id), to_channel)),
            (yield from every(_MEMBERS(server=server_id), to_member)),
        )

    def list_ids(self, user_id: UserId) -> Steps[list[ServerId]]:
        """In the order in which the person came to them."""
        return every(_IDS(user=user_id), lambda row: ServerId(row[0]))  # type: ignore[arg-type]  # an integer column

    def list_views(self, user_id: UserId) -> Steps[list[ServerView]]:
        """In the order in which the person came to them."""
        found: list[ServerView] = []
        for server_id in (yield from self.list_ids(user_id)):
            view = yield from self.get_view(user_id, server_id)
            if view is not None:
                found.append(view)
        return found

    def get_view(self, user_id: UserId, server_id: ServerId) -> Steps[ServerView | None]:
        """With the channels that they may see."""
        place = yield from standing(user_id, server_id)
        if place is None:
            return None
        return ServerView(
            place.server,
            place.member,
            tuple(place.roles),
            tuple((yield from list_categories(server_id))),
            tuple((yield from views.text_views(place))),
            place.member_count,
            place.permissions,
        )

    def list_details(self, user_id: UserId, server_id: ServerId) -> Steps[list[ChannelDetail]]:
        """Of the channels that they may see; of none, where they are no member."""
        place = yield from standing(user_id, server_id)
        found: list[ChannelDetail] = []
        if place is not None:
            for view in (yield from views.text_views(place)):
                found.append((yield from details.detail(view, 0)))  # noqa: PERF401  # no comprehension may yield
        return found

    def get_category(self, category_id: CategoryId) -> Steps[Category | None]:
        """Of any server."""
        return first(_CATEGORY(category=category_id), to_category)

    def list_members(
        self, server_id: ServerId, after: UserId | None, limit: int
    ) -> Steps[list[tuple[ServerMember, User]]]:
        """By user id."""
        ask = _LIST_MEMBERS(server=server_id, after=after or 0, limit=limit)
        return every(ask, _to_member_and_user)

    def get_member(
        self, server_id: ServerId, user_id: UserId
    ) -> Steps[tuple[ServerMember, User] | None]:
        """One of them."""
        return first(_GET_MEMBER(server=server_id, user=user_id), _to_member_and_user)

    def list_bans(self, server_id: ServerId) -> Steps[list[Ban]]:
        """The oldest first."""
        return every(_BANS(server=server_id), _to_ban)

    def list_audit(
        self, server_id: ServerId, before: int | None, limit: int
    ) -> Steps[list[AuditEntry]]:
        """The newest first."""
        end = _END if before is None else before
        return every(_AUDIT(server=server_id, before=end, limit=limit), _to_entry)

    def count_owned(self, user_id: UserId) -> Steps[int]:
        """How many servers a person owns."""
        rows = yield _COUNT_OWNED(user=user_id)
        return rows[0][0]  # type: ignore[return-value]  # a count


def _to_member_and_user(row: Row) -> tuple[ServerMember, User]:
    return to_member(row[:N_MEMBER]), to_user(row[N_MEMBER:])


def _to_ban(row: Row) -> Ban:
    server_id, *rest = row[N_USER:]
    return Ban(server_id, to_user(row[:N_USER]), *rest)  # type: ignore[arg-type]  # rows are untyped; columns and fields are in one order


def _to_entry(row: Row) -> AuditEntry:
    identity, server_id, *rest, stored = row[N_USER:]
    changes = _decode(str(stored)) if stored is not None else {}
    return AuditEntry(identity, server_id, to_user(row[:N_USER]), *rest, changes)  # type: ignore[arg-type,call-arg]  # as above
