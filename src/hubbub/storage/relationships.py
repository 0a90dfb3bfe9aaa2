"""Transactions on friends, requests and blocks.

What two people are to each other is two rows, each the one's own: `friend` and `friend`, `outgoing` and
`incoming`, or `blocked` beside anything. Who asks somebody that blocks them has a row alone, and can't tell.
"""

from collections.abc import Collection

import msgspec
import sqlalchemy as sa

from hubbub.model.entities import Bond, Channel, FriendRequest, Relationship, User
from hubbub.model.errors import conflict, not_found
from hubbub.model.ids import ChannelId, UserId
from hubbub.model.limits import GUEST_REQUESTS, RELATIONSHIPS
from hubbub.ports.store import Related, Row
from hubbub.storage.channels import ChannelTables
from hubbub.storage.schema import relationships, users
from hubbub.storage.sql import Statement, param
from hubbub.storage.transactions import (
    BETWEEN,
    N_USER,
    USER_COLUMNS,
    Steps,
    blockers,
    every,
    first,
    to_user,
)

_COLUMNS = (relationships.c.bond, relationships.c.request_id, relationships.c.created_at)
_WITH_PEER = sa.select(*USER_COLUMNS, *_COLUMNS).join_from(
    relationships, users, users.c.id == relationships.c.peer_id
)
_LIST = Statement(
    _WITH_PEER.where(relationships.c.user_id == param("user")).order_by(
        relationships.c.created_at.desc(), relationships.c.peer_id
    )
)
_ASKED = Statement(
    _WITH_PEER.where(
        relationships.c.request_id == param("request"),
        relationships.c.user_id == param("user"),
        relationships.c.bond == Bond.INCOMING.value,
    )
)
_BETWEEN = Statement(sa.select(relationships.c.user_id, *_COLUMNS).where(BETWEEN))
_COUNT = Statement(
    sa.select(sa.func.count())
    .select_from(relationships)
    .where(relationships.c.user_id == param("user"))
)
_COUNT_GUESTS = Statement(
    sa.select(sa.func.count())
    .select_from(relationships.join(users, users.c.id == relationships.c.peer_id))
    .where(
        relationships.c.user_id == param("user"),
        relationships.c.bond == Bond.INCOMING.value,
        users.c.kind == "guest",
    )
)
_INSERT = Statement(relationships.insert().values({c.name: param(c.name) for c in relationships.c}))
_DELETE = Statement(
    relationships.delete().where(
        relationships.c.user_id == param("user"), relationships.c.peer_id == param("peer")
    )
)


class _Part(msgspec.Struct, frozen=True):
    """One person's row, without whose it is."""

    bond: Bond
    request_id: int | None
    created_at: int


def _to_part(row: Row) -> tuple[UserId, _Part]:
    user_id, bond, request_id, created_at = row
    return user_id, _Part(Bond(str(bond)), request_id, created_at)  # type: ignore[return-value,arg-type]  # rows are untyped; columns and fields are in one order


def _to_relationship(row: Row) -> Relationship:
    bond, request_id, created_at = row[N_USER:]
    return Relationship(to_user(row[:N_USER]), Bond(str(bond)), request_id, created_at)  # type: ignore[arg-type]  # as above


class RelationshipTables:
    """The transactions behind the port of the same name."""

    def __init__(self, channels: ChannelTables) -> None:
        self._channels = channels

    def list_relationships(self, user_id: UserId) -> Steps[list[Relationship]]:
        """The newest first."""
        return every(_LIST(user=user_id), _to_relationship)

    def request(
        self, request: FriendRequest, channel: Channel
    ) -> Steps[tuple[FriendRequest, Related]]:
        """Asks, or accepts what the other has asked."""
        me, peer = request.sender, request.receiver
        mine, theirs = yield from _parts(me.id, peer.id)
        _require_askable(mine)
        if theirs is not None and theirs.bond is Bond.OUTGOING:
            if mine is None:  # asked while the caller blocked them
                yield from _require_space(me.id)
            asked = FriendRequest(
                theirs.request_id or 0, peer, me, request.status, theirs.created_at
            )
            return (yield from self._befriend(asked, channel))
        yield from _require_space(me.id)
        yield from _require_space(peer.id)
        if me.is_guest:
            yield from _require_space_for_guests(peer.id)
        part = _Part(Bond.OUTGOING, request.id, request.created_at)
        updated = [(yield from _put(me.id, peer, part))]
        if theirs is None or theirs.bond is not Bond.BLOCKED:
            part = msgspec.structs.replace(part, bond=Bond.INCOMING)
            updated.append((yield from _put(peer.id, me, part)))
        return request, Related(tuple(updated))

    def answer(
        self, request_id: int, receiver: User, channel: Channel | None
    ) -> Steps[tuple[FriendRequest, Related]]:
        """Accepts, or rejects without a channel."""
        found = yield from first(_ASKED(request=request_id, user=receiver.id), _to_relationship)
        if found is None:
            raise not_found("request")
        asked = FriendRequest(request_id, found.user, receiver, "rejected", found.created_at)
        if channel is not None:
            return (yield from self._befriend(asked, channel))
        return asked, (yield from self.end(receiver.id, found.user.id, (Bond.INCOMING,)))

    def _befriend(
        self, asked: FriendRequest, channel: Channel
    ) -> Steps[tuple[FriendRequest, Related]]:
        one, other = asked.sender, asked.receiver
        part = _Part(Bond.FRIEND, asked.id, channel.created_at)
        updated = (yield from _put(one.id, other, part)), (yield from _put(other.id, one, part))
        opened = yield from self._channels.open_direct(channel, (other.id, one.id))
        asked = msgspec.structs.replace(asked, status="accepted")
        return asked, Related(updated, opened=opened)

    def end(self, user_id: UserId, peer_id: UserId, bonds: Collection[Bond]) -> Steps[Related]:
        """A block ends for one; all else for both."""
        mine, theirs = yield from _parts(user_id, peer_id)
        if mine is None or mine.bond not in bonds:
            raise not_found("relationship")
        yield _DELETE(user=user_id, peer=peer_id)
        if mine.bond is Bond.BLOCKED:
            found = yield from self._blockers(user_id, peer_id)
            return Related(removed=((user_id, peer_id),), blockers=found)
        more = yield from _drop_theirs(user_id, peer_id, theirs)
        return Related(removed=((user_id, peer_id), *more))

    def block(self, user_id: UserId, peer: User, now: int) -> Steps[Related]:
        """In place of whatever was there."""
        mine, theirs = yield from _parts(user_id, peer.id)
        if mine is None:
            yield from _require_space(user_id)
        elif mine.bond is Bond.BLOCKED:
            return Related()
        updated = yield from _put(user_id, peer, _Part(Bond.BLOCKED, None, now))
        removed = yield from _drop_theirs(user_id, peer.id, theirs)
        found = yield from self._blockers(user_id, peer.id)
        return Related(updated=(updated,), removed=removed, blockers=found)

    def _blockers(
        self, one: UserId, other: UserId
    ) -> Steps[tuple[ChannelId, tuple[UserId, ...]] | None]:
        """In their direct channel, if they have one."""
        channel = yield from self._channels.find_direct(one, other)
        if channel is None:
            return None
        return channel.id, tuple(sorted((yield from blockers(one, other))))


def _parts(one: UserId, other: UserId) -> Steps[tuple[_Part | None, _Part | None]]:
    """What the other is to the one, and the one to the other."""
    found = dict((yield from every(_BETWEEN(one=one, other=other), _to_part)))
    return found.get(one), found.get(other)


def _put(user_id: UserId, peer: User, part: _Part) -> Steps[tuple[UserId, Relationship]]:
    yield _DELETE(user=user_id, peer=peer.id)
    yield _INSERT(
        user_id=user_id,
        peer_id=peer.id,
        bond=part.bond.value,
        request_id=part.request_id,
        created_at=part.created_at,
    )
    return user_id, Relationship(peer, part.bond, part.request_id, part.created_at)


def _drop_theirs(
    user_id: UserId, peer_id: UserId, theirs: _Part | None
) -> Steps[tuple[tuple[UserId, UserId], ...]]:
    """What the user was to the other ends too, unless it is a block: that is the other's own."""
    if theirs is None or theirs.bond is Bond.BLOCKED:
        return ()
    yield _DELETE(user=peer_id, peer=user_id)
    return ((peer_id, user_id),)


def _require_askable(mine: _Part | None) -> None:
    bond = None if mine is None else mine.bond
    if bond is Bond.FRIEND:
        raise conflict("You are friends already.")
    if bond is Bond.OUTGOING:
        raise conflict("You have asked this person already.")
    if bond is Bond.BLOCKED:
        raise conflict("Unblock them first.")


def _require_space(user_id: UserId) -> Steps[None]:
    """Asked of both people of a request, whoever blocks whom: it must not tell."""
    rows = yield _COUNT(user=user_id)
    if rows[0][0] >= RELATIONSHIPS:  # type: ignore[operator]  # a count
        raise conflict(f"A person may have {RELATIONSHIPS} friends, requests and blocks.")


def _require_space_for_guests(user_id: UserId) -> Steps[None]:
    """Anybody makes guests: those who wait must leave space for friends and blocks."""
    rows = yield _COUNT_GUESTS(user=user_id)
    if rows[0][0] >= GUEST_REQUESTS:  # type: ignore[operator]  # a count
        raise conflict(f"{GUEST_REQUESTS} guests wait for this person's answer already.")
