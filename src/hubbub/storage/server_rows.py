"""Shared parts of transactions on servers, and rows turned into entities."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
import sqlalchemy as sa

from hubbub.model.errors import not_found
from hubbub.model.ids import RoleId, ServerId, UserId
from hubbub.model.permissions import in_server
from hubbub.model.servers import AuditEntry, Category, Notify, Role, Server, ServerMember
from hubbub.ports.transaction import Row
from hubbub.storage.schema import (
    audit_log,
    categories,
    roles,
    server_members,
    servers,
)
from hubbub.storage.sql import Query, Statement, param
from hubbub.storage.transactions import Steps, decode_ids, every, first, stored

SERVER_COLUMNS = (
    servers.c.id,
    servers.c.name,
    servers.c.icon,
    servers.c.owner_id,
    servers.c.everyone_role_id,
    servers.c.created_at,
    servers.c.version,
)
MEMBER_COLUMNS = (
    server_members.c.server_id,
    server_members.c.user_id,
    server_members.c.joined_at,
    server_members.c.nickname,
    server_members.c.role_ids,
    server_members.c.notify,
)
ROLE_COLUMNS = tuple(roles.c)
CATEGORY_COLUMNS = tuple(categories.c)
N_SERVER, N_MEMBER = 7, 6

_GET_SERVER = Statement(
    sa.select(*SERVER_COLUMNS, servers.c.member_count).where(servers.c.id == param("server"))
)
_ROLES = Statement(
    sa.select(*ROLE_COLUMNS)
    .where(roles.c.server_id == param("server"))
    .order_by(roles.c.position, roles.c.id)
)
_CATEGORIES = Statement(
    sa.select(*CATEGORY_COLUMNS)
    .where(categories.c.server_id == param("server"))
    .order_by(categories.c.position, categories.c.id)
)
_MEMBER = Statement(
    sa.select(*MEMBER_COLUMNS).where(
        server_members.c.server_id == param("server"), server_members.c.user_id == param("user")
    )
)
_BUMP = Statement(
    servers.update()
    .where(servers.c.id == param("server"))
    .values(version=servers.c.version + 1, member_count=servers.c.member_count + param("newcomers"))
    .returning(*SERVER_COLUMNS)
)


def insert_of(table: sa.Table) -> Statement:
    """A row of a table, with a parameter for each of its columns."""
    return Statement(table.insert().values({c.name: param(c.name) for c in table.c}))


_INSERT_AUDIT = insert_of(audit_log)
_INSERT_MEMBER = insert_of(server_members)
_NOTIFY: Final[Mapping[str, Notify]] = {n.value: n for n in Notify}


class Standing(msgspec.Struct, frozen=True):
    """A server as far as it says what one member may do there."""

    server: Server
    member_count: int
    member: ServerMember
    roles: list[Role]

    @property
    def permissions(self) -> int:
        """In the whole server."""
        granted = {role.id: role.permissions for role in self.roles}
        held = [granted[i] for i in self.member.role_ids if i in granted]
        is_owner = self.member.user_id == self.server.owner_id
        return in_server(granted[self.server.everyone_role_id], held, is_owner=is_owner)

    @property
    def targets(self) -> list[int]:
        """What a mention of this member stands under: their id, their roles', the everyone role's."""
        return [self.member.user_id, self.server.everyone_role_id, *self.member.role_ids]


def standing(user_id: UserId, server_id: ServerId) -> Steps[Standing | None]:
    """None for who is no member."""
    member = yield from get_member(server_id, user_id)
    found = yield from get_server(server_id)
    if member is None or found is None:
        return None
    return Standing(*found, member, (yield from list_roles(server_id)))


def get_server(server_id: ServerId) -> Steps[tuple[Server, int] | None]:
    """With how many members it has."""
    return first(_GET_SERVER(server=server_id), lambda row: (to_server(row[:-1]), row[-1]))  # type: ignore[arg-type,return-value]  # a count


def get_member(server_id: ServerId, user_id: UserId) -> Steps[ServerMember | None]:
    """None for who is no member."""
    return first(_MEMBER(server=server_id, user=user_id), to_member)


def list_roles(server_id: ServerId) -> Steps[list[Role]]:
    """The weakest first."""
    return every(_ROLES(server=server_id), to_role)


def list_categories(server_id: ServerId) -> Steps[list[Category]]:
    """In their order."""
    return every(_CATEGORIES(server=server_id), to_category)


def bump_server(server_id: ServerId, newcomers: int = 0) -> Steps[Server]:
    """Gives a change of a server its version. `newcomers`: by how many it has grown."""
    server = yield from first(_BUMP(server=server_id, newcomers=newcomers), to_server)
    if server is None:
        raise not_found("server")
    return server


def change(server_id: ServerId, audit: Sequence[AuditEntry]) -> Steps[int]:
    """The version of a change that is told of in the audit log."""
    server = yield from bump_server(server_id)
    yield from add_audit(server_id, audit)
    return server.version


def add_audit(server_id: ServerId, audit: Sequence[AuditEntry]) -> Steps[None]:
    """Entries of one server, in the transaction of what they tell of."""
    for entry in audit:
        yield _INSERT_AUDIT(
            id=entry.id,
            server_id=server_id,
            actor_id=entry.actor.id,
            action=entry.action,
            target_id=entry.target_id,
            reason=entry.reason,
            created_at=entry.created_at,
            changes=stored(entry.changes),
        )


def insert_member(member: ServerMember) -> Query:
    """A member's row, new."""
    values = msgspec.structs.asdict(member)
    values |= {"role_ids": stored(member.role_ids), "notify": member.notify.value}
    return _INSERT_MEMBER(**values)


def to_server(row: Row) -> Server:
    """From SERVER_COLUMNS."""
    return Server(*row)  # type: ignore[arg-type]  # rows are untyped; columns and fields are in one order


def to_role(row: Row) -> Role:
    """From ROLE_COLUMNS."""
    return Role(*row)  # type: ignore[arg-type]  # as above


def to_category(row: Row) -> Category:
    """From CATEGORY_COLUMNS."""
    return Category(*row)  # type: ignore[arg-type]  # as above


def to_member(row: Row) -> ServerMember:
    """From MEMBER_COLUMNS."""
    server, user, joined, nickname, held, notify = row
    role_ids = to_role_ids(held) if held is not None else ()
    return ServerMember(server, user, joined, nickname, role_ids, _NOTIFY[notify])  # type: ignore[arg-type,index]  # as above


def to_role_ids(held: object) -> tuple[RoleId, ...]:
    """From a column of role ids that is not null."""
    return decode_ids(str(held))  # type: ignore[return-value]  # ids are integers
