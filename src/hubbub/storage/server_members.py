"""Who is in a server, who may not be, and how one gets in."""

import hashlib
from collections.abc import Sequence

import msgspec
import sqlalchemy as sa

from hubbub.model.entities import User
from hubbub.model.errors import conflict, not_found
from hubbub.model.ids import ServerId, UserId
from hubbub.model.limits import INVITES, SERVER_MEMBERS, SERVERS
from hubbub.model.servers import (
    AuditEntry,
    Ban,
    Invite,
    InvitePreview,
    ServerMember,
    ServerView,
    require_open,
)
from hubbub.ports.server_store import Join
from hubbub.ports.transaction import Row
from hubbub.storage import positions
from hubbub.storage.schema import bans, invites, server_members
from hubbub.storage.server_rows import (
    add_audit,
    bump_server,
    change,
    get_member,
    get_server,
    insert_member,
    insert_of,
)
from hubbub.storage.server_views import ServerReads
from hubbub.storage.sql import Statement, param
from hubbub.storage.transactions import GET_USER, Steps, every, first, stored, to_user

_THIS_MEMBER = (
    server_members.c.server_id == param("server"),
    server_members.c.user_id == param("user"),
)
_SET_MEMBER = Statement(
    server_members.update()
    .where(*_THIS_MEMBER)
    .values({c: param(c) for c in ("nickname", "role_ids", "notify")})
)
_DROP_MEMBER = Statement(
    server_members.delete().where(*_THIS_MEMBER).returning(server_members.c.user_id)
)
_COUNT_SERVERS = Statement(
    sa.select(sa.func.count())
    .select_from(server_members)
    .where(server_members.c.user_id == param("user"))
)
_THIS_BAN = (bans.c.server_id == param("server"), bans.c.user_id == param("user"))
_GET_BAN = Statement(sa.select(bans.c.user_id).where(*_THIS_BAN))
_INSERT_BAN = insert_of(bans)
_DROP_BAN = Statement(bans.delete().where(*_THIS_BAN).returning(bans.c.user_id))

_INVITE_COLUMNS = tuple(c for c in invites.c if c.name != "hash")
_GET_INVITE = Statement(sa.select(*_INVITE_COLUMNS).where(invites.c.hash == param("hash")))
_LIST_INVITES = Statement(
    sa.select(*_INVITE_COLUMNS)
    .where(invites.c.server_id == param("server"))
    .order_by(invites.c.created_at, invites.c.code)
)
_COUNT_INVITES = Statement(
    sa.select(sa.func.count()).select_from(invites).where(invites.c.server_id == param("server"))
)
_INSERT_INVITE = insert_of(invites)
_USE_INVITE = Statement(
    invites.update().where(invites.c.hash == param("hash")).values(uses=invites.c.uses + 1)
)
_DROP_INVITE = Statement(
    invites.delete().where(invites.c.hash == param("hash")).returning(invites.c.server_id)
)
_DROP_ENDED = Statement(
    invites.delete().where(
        invites.c.server_id == param("server"),
        sa.or_(
            invites.c.expires_at <= param("now"),
            sa.and_(invites.c.max_uses > 0, invites.c.uses >= invites.c.max_uses),
        ),
    )
)


class ServerPeople(ServerReads):
    """The transactions on people and invites behind `ServerTables`."""

    # -- coming -------------------------------------------------------------------------------------

    def join(
        self, member: ServerMember, code: str | None, now: int, audit: Sequence[AuditEntry] = ()
    ) -> Steps[Join]:
        """One of a hundred who use an invite at once is the last: all of this is one transaction."""
        invite = None if code is None else (yield from _invite(code))
        if invite is not None:
            member = msgspec.structs.replace(member, server_id=invite.server_id)
        user = yield from _require_user(member.user_id)
        server_id = member.server_id
        if (yield _GET_BAN(server=server_id, user=user.id)):
            raise not_found("server" if invite is None else "invite")
        if (yield from get_member(server_id, user.id)) is not None:
            view = yield from self._view(user.id, server_id)
            return Join(view, None, view.server.version)
        if invite is not None:
            require_open(invite, now)
            yield _USE_INVITE(hash=_hash(invite.code))
        yield from self._enter(member)
        yield from add_audit(server_id, audit)
        view = yield from self._view(user.id, server_id)
        return Join(view, (member, user), view.server.version)

    def _enter(self, member: ServerMember) -> Steps[None]:
        yield from self.require_place(member.user_id)
        found = yield from get_server(member.server_id)
        if found is None:
            raise not_found("server")
        if found[1] >= SERVER_MEMBERS:
            raise conflict(f"A server may have {SERVER_MEMBERS} members.")
        yield insert_member(member)
        yield from positions.start(member.server_id, member.user_id)
        yield from bump_server(member.server_id, 1)

    def _view(self, user_id: UserId, server_id: ServerId) -> Steps[ServerView]:
        view = yield from self.get_view(user_id, server_id)
        if view is None:
            raise not_found("server")
        return view

    def require_place(self, user_id: UserId) -> Steps[None]:
        """That a person may come into one more server."""
        rows = yield _COUNT_SERVERS(user=user_id)
        if rows[0][0] >= SERVERS:  # type: ignore[operator]  # a count
            raise conflict(f"A person may be in {SERVERS} servers; leave one first.")

    # -- being there, going -------------------------------------------------------------------------

    def put_member(
        self, member: ServerMember, audit: Sequence[AuditEntry] = ()
    ) -> Steps[tuple[ServerMember, User, int]]:
        """When they came stays what it was."""
        user = yield from _require_user(member.user_id)
        old = yield from get_member(member.server_id, member.user_id)
        if old is None:
            raise not_found("member")
        yield _SET_MEMBER(
            server=member.server_id,
            user=member.user_id,
            nickname=member.nickname,
            role_ids=stored(member.role_ids),
            notify=member.notify.value,
        )
        version = yield from change(member.server_id, audit)
        return msgspec.structs.replace(member, joined_at=old.joined_at), user, version

    def remove_member(
        self,
        server_id: ServerId,
        user_id: UserId,
        ban: Ban | None,
        audit: Sequence[AuditEntry] = (),
    ) -> Steps[tuple[User, bool, int]]:
        """Who is no member and shall not be banned changes nothing."""
        user = yield from _require_user(user_id)
        was_member = bool((yield _DROP_MEMBER(server=server_id, user=user_id)))
        if ban is not None:
            yield from _store_ban(server_id, ban)
        elif not was_member:
            found = yield from get_server(server_id)
            if found is None:
                raise not_found("server")
            return user, False, found[0].version
        yield from positions.end(server_id, user_id)
        server = yield from bump_server(server_id, -1 if was_member else 0)
        yield from add_audit(server_id, audit)
        return user, was_member, server.version

    def is_banned(self, server_id: ServerId, user_id: UserId) -> Steps[bool]:
        """Whether a person may not come in."""
        return bool((yield _GET_BAN(server=server_id, user=user_id)))

    def unban(
        self, server_id: ServerId, user_id: UserId, audit: Sequence[AuditEntry] = ()
    ) -> Steps[int]:
        """They may come back, but are not back."""
        if not (yield _DROP_BAN(server=server_id, user=user_id)):
            raise not_found("ban")
        return (yield from change(server_id, audit))

    # -- invites ------------------------------------------------------------------------------------

    def add_invite(self, invite: Invite, audit: Sequence[AuditEntry] = ()) -> Steps[None]:
        """When there are too many, those that have ended make room."""
        if (yield from _count_invites(invite.server_id)) >= INVITES:
            yield _DROP_ENDED(server=invite.server_id, now=invite.created_at)
            if (yield from _count_invites(invite.server_id)) >= INVITES:
                raise conflict(f"A server may have {INVITES} invites; revoke some first.")
        values = {c.name: getattr(invite, c.name) for c in _INVITE_COLUMNS}
        yield _INSERT_INVITE(hash=_hash(invite.code), **values)
        yield from add_audit(invite.server_id, audit)

    def get_invite(self, code: str) -> Steps[InvitePreview | None]:
        """Also of one that has ended."""
        invite = yield from first(_GET_INVITE(hash=_hash(code)), _to_invite)
        if invite is None:
            return None
        found = yield from get_server(invite.server_id)
        return None if found is None else InvitePreview(invite, *found)

    def list_invites(self, server_id: ServerId) -> Steps[list[Invite]]:
        """The oldest first."""
        return every(_LIST_INVITES(server=server_id), _to_invite)

    def delete_invite(self, code: str, audit: Sequence[AuditEntry] = ()) -> Steps[None]:
        """Refused(not_found) when there is none."""
        rows = yield _DROP_INVITE(hash=_hash(code))
        if not rows:
            raise not_found("invite")
        yield from add_audit(ServerId(rows[0][0]), audit)  # type: ignore[arg-type]  # an integer column


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def _to_invite(row: Row) -> Invite:
    return Invite(*row)  # type: ignore[arg-type]  # rows are untyped; columns and fields are in one order


def _invite(code: str) -> Steps[Invite]:
    invite = yield from first(_GET_INVITE(hash=_hash(code)), _to_invite)
    if invite is None:
        raise not_found("invite")
    return invite


def _count_invites(server_id: ServerId) -> Steps[int]:
    rows = yield _COUNT_INVITES(server=server_id)
    return rows[0][0]  # type: ignore[return-value]  # a count


def _require_user(user_id: UserId) -> Steps[User]:
    user = yield from first(GET_USER(id=user_id), to_user)
    if user is None:
        raise not_found("user")
    return user


def _store_ban(server_id: ServerId, ban: Ban) -> Steps[None]:
    """In place of an older one."""
    yield _DROP_BAN(server=server_id, user=ban.user.id)
    yield _INSERT_BAN(
        server_id=server_id,
        user_id=ban.user.id,
        by=ban.by,
        reason=ban.reason,
        created_at=ban.created_at,
    )
