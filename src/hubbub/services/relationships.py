"""Friends, requests to become one, and blocks.

A block is felt where it is kept: in the direct channel nobody can write, and no new one can be opened. In
groups it changes nothing. The person who is blocked is told nothing: what they ask stays unanswered.
"""

from collections.abc import Collection, Sequence
from typing import Final

from hubbub.model.commands import (
    AnswerFriend,
    Block,
    Caller,
    EndRelationship,
    ListRelationships,
    ListRequests,
    RemoveFriend,
    RequestFriend,
    Unblock,
)
from hubbub.model.entities import Bond, ChannelView, FriendRequest, Relationship, User
from hubbub.model.errors import invalid, not_found
from hubbub.model.events import (
    BlocksChanged,
    Publication,
    RelationshipRemoved,
    RelationshipUpdated,
)
from hubbub.model.ids import SYSTEM, UserId
from hubbub.model.topics import channel_topic, user_topic
from hubbub.ports.clock import Clock
from hubbub.ports.ids import IdSource
from hubbub.ports.store import Related, Store
from hubbub.services.channels import new_direct, opened, view_direct
from hubbub.services.rates import Rate, Rates

REQUESTS: Final = Rate(20, 0.2)
_FRIENDLY: Final = (Bond.FRIEND, Bond.OUTGOING, Bond.INCOMING)


class Relationships:
    """Every decision is made in the transaction: two who ask each other at once become friends."""

    def __init__(self, store: Store, rates: Rates, clock: Clock, ids: IdSource) -> None:
        self._store = store
        self._rates = rates
        self._clock = clock
        self._ids = ids

    async def list_all(self, caller: Caller, _command: ListRelationships) -> list[Relationship]:
        """The caller's, the newest first."""
        ask = self._store.relationships.list_relationships(caller.user_id)
        return await self._store.read(ask)

    async def list_requests(self, caller: Caller, _command: ListRequests) -> list[FriendRequest]:
        """Those that wait for the caller's answer, the newest first."""
        bonds = await self.list_all(caller, ListRelationships())
        return [
            FriendRequest(bond.request_id, bond.user, caller.known, "pending", bond.created_at)
            for bond in bonds
            if bond.bond is Bond.INCOMING and bond.request_id is not None
        ]

    async def request(self, caller: Caller, command: RequestFriend) -> FriendRequest:
        """The caller's own, pending, or the other's that is accepted by it.

        Somebody who blocks the caller gets nothing of it, and the caller the same answer as ever: pending.
        """
        me, peer_id = caller.known, command.user_id
        self._rates.take(REQUESTS, "friend requests", me.id)
        peer = await self._person(caller, peer_id)
        channel = new_direct(self._ids, self._clock)
        now = channel.created_at
        wanted = FriendRequest(self._ids.next_id(), me, peer, "pending", now)
        asked, _ = await self._store.write(
            lambda: self._store.relationships.request(wanted, channel),
            lambda result: _told(result[1]),
            barrier=True,
        )
        return asked

    async def answer(
        self, caller: Caller, command: AnswerFriend
    ) -> tuple[FriendRequest, ChannelView | None]:
        """By who was asked, once. Accepting opens the direct channel; the view is the caller's of it."""
        me, request_id = caller.known, command.request_id
        channel = new_direct(self._ids, self._clock) if command.accept else None
        asked, done = await self._store.write(
            lambda: self._store.relationships.answer(request_id, me, channel),
            lambda result: _told(result[1]),
            barrier=True,
        )
        if done.opened is None:
            return asked, None
        return asked, await view_direct(self._store, done.opened, me.id, asked.sender)

    async def remove(self, caller: Caller, command: RemoveFriend) -> None:
        """For both: a friendship, a request of either."""
        await self._end(caller, command.user_id, _FRIENDLY)

    async def block(self, caller: Caller, command: Block) -> None:
        """Twice changes nothing."""
        me, peer = caller.user_id, await self._person(caller, command.user_id)
        now = self._clock.now_ms()
        await self._store.write(
            lambda: self._store.relationships.block(me, peer, now), _told, barrier=True
        )

    async def unblock(self, caller: Caller, command: Unblock) -> None:
        """What it ended does not come back."""
        await self._end(caller, command.user_id, (Bond.BLOCKED,))

    async def end(self, caller: Caller, command: EndRelationship) -> None:
        """Whatever there is."""
        await self._end(caller, command.user_id, tuple(Bond))

    async def _end(self, caller: Caller, peer_id: UserId, bonds: Collection[Bond]) -> None:
        me = caller.user_id
        await self._store.write(
            lambda: self._store.relationships.end(me, peer_id, bonds), _told, barrier=True
        )

    async def _person(self, caller: Caller, user_id: UserId) -> User:
        """Somebody else; raises `Refused`."""
        if user_id == caller.user_id:
            raise invalid("user_id", "it must be another person")
        found = await self._store.read(self._store.accounts.get_user(user_id))
        if found is None or found.disabled or user_id == SYSTEM:
            raise not_found("user")
        return found


def _told(done: Related) -> Sequence[Publication]:
    """Each hears of their own part only; the memory of the nodes, who blocks whom."""
    told = [Publication(user_topic(u), RelationshipUpdated(u, r)) for u, r in done.updated]
    told += [Publication(user_topic(u), RelationshipRemoved(u, peer)) for u, peer in done.removed]
    if done.opened is not None:
        told += opened(done.opened, [r.user for _, r in done.updated])
    if done.blockers is not None:
        channel_id, blocking = done.blockers
        told.append(Publication(channel_topic(channel_id), BlocksChanged(channel_id, blocking)))
    return told
