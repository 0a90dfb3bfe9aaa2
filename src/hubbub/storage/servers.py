"""What is changed of a server itself, its categories, channels and roles."""

from collections.abc import Mapping, Sequence

import msgspec
import sqlalchemy as sa

from hubbub.model.entities import Channel, Override
from hubbub.model.errors import not_found
from hubbub.model.ids import ChannelId, RoleId, ServerId
from hubbub.model.servers import AuditEntry, Category, Role, Server, ServerMember, ServerView
from hubbub.storage.channels import ChannelTables
from hubbub.storage.schema import (
    audit_log,
    bans,
    categories,
    channels,
    invites,
    mentions,
    messages,
    positions,
    preferences,
    roles,
    server_members,
    servers,
    webhooks,
)
from hubbub.storage.server_members import ServerPeople
from hubbub.storage.server_rows import (
    add_audit,
    bump_server,
    change,
    insert_member,
    insert_of,
    to_role_ids,
)
from hubbub.storage.sql import Query, Statement, param
from hubbub.storage.transactions import Steps, every, stored, to_overrides

_OF_SERVER = param("server")
_INSERT_SERVER = insert_of(servers)
_SET = {
    column: Statement(
        servers.update().where(servers.c.id == _OF_SERVER).values({column: param("value")})
    )
    for column in ("name", "icon", "owner_id")
}
_CHANNEL_IDS = sa.select(channels.c.id).where(channels.c.server_id == _OF_SERVER)
_LIST_CHANNELS = Statement(_CHANNEL_IDS)
_MEMBER_IDS = sa.select(server_members.c.user_id).where(server_members.c.server_id == _OF_SERVER)
# In this order: the first ones are found by the rows of the last ones.
_DROP = (
    Statement(
        positions.delete().where(
            positions.c.user_id.in_(_MEMBER_IDS), positions.c.channel_id.in_(_CHANNEL_IDS)
        )
    ),
    Statement(preferences.delete().where(preferences.c.place_id.in_(_CHANNEL_IDS))),
    Statement(mentions.delete().where(mentions.c.channel_id.in_(_CHANNEL_IDS))),
    Statement(messages.delete().where(messages.c.channel_id.in_(_CHANNEL_IDS))),
    *(
        Statement(table.delete().where(table.c.server_id == _OF_SERVER))
        for table in (
            webhooks,
            invites,
            bans,
            audit_log,
            server_members,
            categories,
            roles,
            channels,
        )
    ),
    Statement(servers.delete().where(servers.c.id == _OF_SERVER)),
)

_INSERT_CATEGORY = insert_of(categories)
_DROP_CATEGORY = Statement(
    categories.delete()
    .where(categories.c.id == param("category"), categories.c.server_id == _OF_SERVER)
    .returning(categories.c.id)
)
_LEAVE_CATEGORY = Statement(
    channels.update()
    .where(channels.c.server_id == _OF_SERVER, channels.c.category_id == param("category"))
    .values(category_id=sa.null())
)

_INSERT_ROLE = insert_of(roles)
_DROP_ROLE = Statement(
    roles.delete()
    .where(roles.c.id == param("role"), roles.c.server_id == _OF_SERVER)
    .returning(roles.c.id)
)
_HELD = sa.func.json_each(server_members.c.role_ids).table_valued("value")
_BEARERS = Statement(
    sa.select(server_members.c.user_id, server_members.c.role_ids).where(
        server_members.c.server_id == _OF_SERVER,
        server_members.c.role_ids.is_not(None),
        sa.exists().select_from(_HELD).where(_HELD.c.value == param("role")),
    )
)
_SET_ROLES = Statement(
    server_members.update()
    .where(server_members.c.server_id == _OF_SERVER, server_members.c.user_id == param("user"))
    .values(role_ids=param("role_ids"))
)
_OVERRIDES = Statement(
    sa.select(channels.c.id, channels.c.overrides).where(
        channels.c.server_id == _OF_SERVER, channels.c.overrides.is_not(None)
    )
)
_SET_OVERRIDES = Statement(
    channels.update().where(channels.c.id == param("channel")).values(overrides=param("overrides"))
)
_DROP_ROLE_MENTIONS = Statement(mentions.delete().where(mentions.c.user_id == param("role")))


class ServerTables(ServerPeople):
    """The transactions behind the port of the same name."""

    def __init__(self, channels: ChannelTables) -> None:
        self._channels = channels

    # -- the server ---------------------------------------------------------------------------------

    def add_server(
        self,
        server: Server,
        roles: Sequence[Role],
        owner: ServerMember,
        channels: Sequence[Channel],
    ) -> Steps[ServerView]:
        """At version 1. Refused(conflict) when the owner is in too many servers already."""
        yield from self.require_place(owner.user_id)
        values = msgspec.structs.asdict(server) | {"version": 1, "member_count": 1}
        yield _INSERT_SERVER(**values)
        for role in roles:
            yield _insert_role(role)
        yield insert_member(owner)
        for channel in channels:
            yield from self.add_channel(channel)
        view = yield from self.get_view(owner.user_id, server.id)
        if view is None:
            raise not_found("server")
        return view

    def add_audit(self, audit: Sequence[AuditEntry]) -> Steps[None]:
        """Entries alone; the server's version stays."""
        for entry in audit:
            yield from add_audit(entry.server_id, (entry,))

    def update_server(
        self, server_id: ServerId, changes: Mapping[str, object], audit: Sequence[AuditEntry] = ()
    ) -> Steps[Server]:
        """Stores the given columns under a new version."""
        for column, value in changes.items():
            yield _SET[column](server=server_id, value=value)
        server = yield from bump_server(server_id)
        yield from add_audit(server_id, audit)
        return server

    def delete_server(self, server_id: ServerId) -> Steps[tuple[int, list[ChannelId]]]:
        """Everything of it, but for the people and the users of its webhooks."""
        server = yield from bump_server(server_id)
        gone = yield from every(_LIST_CHANNELS(server=server_id), lambda row: ChannelId(row[0]))  # type: ignore[arg-type]  # an integer column
        for statement in _DROP:
            yield statement(server=server_id)
        return server.version, gone

    # -- categories and channels --------------------------------------------------------------------

    def put_category(
        self, category: Category, audit: Sequence[AuditEntry] = ()
    ) -> Steps[tuple[Category, int]]:
        """In place of what it was."""
        version = yield from change(category.server_id, audit)
        yield _DROP_CATEGORY(category=category.id, server=category.server_id)
        yield _INSERT_CATEGORY(**msgspec.structs.asdict(category))
        return category, version

    def delete_category(self, category: Category, audit: Sequence[AuditEntry] = ()) -> Steps[int]:
        """Refused(not_found) when it has gone meanwhile."""
        place = {"category": category.id, "server": category.server_id}
        if not (yield _DROP_CATEGORY(**place)):
            raise not_found("category")
        yield _LEAVE_CATEGORY(**place)
        return (yield from change(category.server_id, audit))

    def add_channel(self, channel: Channel, audit: Sequence[AuditEntry] = ()) -> Steps[Channel]:
        """A text channel; the server's own version stays."""
        channel = msgspec.structs.replace(channel, version=1)
        yield from self._channels.insert(channel)
        yield from _add_audit(channel, audit)
        return channel

    def update_text(
        self,
        channel_id: ChannelId,
        changes: Mapping[str, object],
        audit: Sequence[AuditEntry] = (),
    ) -> Steps[Channel]:
        """Stores the given columns under a new version of the channel."""
        channel = yield from self._channels.update_channel(channel_id, changes)
        yield from _add_audit(channel, audit)
        return channel

    # -- roles --------------------------------------------------------------------------------------

    def put_roles(
        self, server_id: ServerId, roles: Sequence[Role], audit: Sequence[AuditEntry] = ()
    ) -> Steps[list[int]]:
        """In place of what they were; a version for each."""
        versions: list[int] = []
        for role in roles:
            yield _DROP_ROLE(role=role.id, server=server_id)
            yield _insert_role(role)
            versions.append((yield from bump_server(server_id)).version)
        yield from add_audit(server_id, audit)
        return versions

    def delete_role(
        self, server_id: ServerId, role_id: RoleId, audit: Sequence[AuditEntry] = ()
    ) -> Steps[int]:
        """No member bears it, no override names it, no mention of it waits for anybody."""
        if not (yield _DROP_ROLE(role=role_id, server=server_id)):
            raise not_found("role")
        for user_id, held in (yield _BEARERS(role=role_id, server=server_id)):
            left = [i for i in to_role_ids(held) if i != role_id]
            yield _SET_ROLES(server=server_id, user=user_id, role_ids=stored(left))
        for channel_id, found in (yield _OVERRIDES(server=server_id)):
            kept = _without(to_overrides(found), role_id)
            if kept is not None:
                yield _SET_OVERRIDES(channel=channel_id, overrides=stored(kept))
        yield _DROP_ROLE_MENTIONS(role=role_id)
        return (yield from change(server_id, audit))


def _add_audit(channel: Channel, audit: Sequence[AuditEntry]) -> Steps[None]:
    if channel.server_id is None:
        raise not_found("channel")
    yield from add_audit(channel.server_id, audit)


def _insert_role(role: Role) -> Query:
    return _INSERT_ROLE(**msgspec.structs.asdict(role))


def _without(overrides: Sequence[Override], role_id: RoleId) -> list[Override] | None:
    """What is left without a role's; None where it has none."""
    left = [override for override in overrides if override.target_id != role_id]
    return left if len(left) < len(overrides) else None
