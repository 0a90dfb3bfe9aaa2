"""The part of the store contract about relationships: each of two people has a row of their own."""

import asyncio

import pytest

from fakes.world import World, new_id, refused
from hubbub.model.entities import (
    Bond,
    Channel,
    FriendRequest,
    Kind,
    Relationship,
    User,
)
from hubbub.model.errors import Code
from hubbub.model.ids import ChannelId, UserId
from hubbub.model.limits import RELATIONSHIPS
from hubbub.ports.store import Related

ANY = tuple(Bond)


def _direct(at: int) -> Channel:
    return Channel(ChannelId(new_id()), Kind.DIRECT, "", "", None, private=True, created_at=at)


async def ask(
    world: World, sender: User, receiver: User, at: int = 5
) -> tuple[FriendRequest, Related]:
    wanted = FriendRequest(new_id(), sender, receiver, "pending", at)
    return await world.write(world.store.relationships.request(wanted, _direct(at)))


async def answer(
    world: World, request_id: int, receiver: User, *, accept: bool, at: int = 6
) -> tuple[FriendRequest, Related]:
    channel = _direct(at) if accept else None
    return await world.write(world.store.relationships.answer(request_id, receiver, channel))


async def block(world: World, who: User, whom: User, at: int = 7) -> Related:
    return await world.write(world.store.relationships.block(who.id, whom, at))


async def end(world: World, who: User, whom: User, *bonds: Bond) -> Related:
    return await world.write(world.store.relationships.end(who.id, whom.id, bonds or ANY))


async def listed(world: World, user: User) -> list[Relationship]:
    return await world.store.read(world.store.relationships.list_relationships(user.id))


async def bonds(world: World, one: User, other: User) -> tuple[Bond | None, Bond | None]:
    """What the other is to the one, and the one to the other, where they know nobody else."""
    found = [await listed(world, user) for user in (one, other)]
    mine, theirs = (rows[0].bond if rows else None for rows in found)
    return mine, theirs


async def open_direct(world: World, one: User, other: User) -> ChannelId:
    made = world.store.channels.open_direct(_direct(1), (one.id, other.id))
    return (await world.write(made))[0].id


async def blockers(world: World, channel: ChannelId) -> frozenset[UserId]:
    found = await world.store.read(world.store.channels.get_channel(channel))
    assert found is not None
    return found[2]


class RelationshipContract:
    """Requests, friends, blocks."""

    async def test_request_is_a_row_for_each_and_lists_are_newest_first(self, world: World) -> None:
        ann, bob, eve = [await world.person() for _ in range(3)]
        first, done = await ask(world, ann, bob, at=5)
        second, _ = await ask(world, eve, ann, at=6)
        outgoing = Relationship(bob, Bond.OUTGOING, first.id, 5)
        incoming = Relationship(ann, Bond.INCOMING, first.id, 5)
        assert (first.status, done) == (
            "pending",
            Related(((ann.id, outgoing), (bob.id, incoming))),
        )
        assert await listed(world, ann) == [
            Relationship(eve, Bond.INCOMING, second.id, 6),
            outgoing,
        ]
        assert await listed(world, bob) == [incoming]

    async def test_accepted_request_makes_both_friends_and_opens_one_channel(
        self, world: World
    ) -> None:
        ann, bob = await world.person(), await world.person()
        asked, _ = await ask(world, ann, bob)
        accepted, done = await answer(world, asked.id, bob, accept=True, at=9)
        assert (accepted.sender, accepted.receiver, accepted.status) == (ann, bob, "accepted")
        assert accepted.created_at == 5
        assert await listed(world, ann) == [Relationship(bob, Bond.FRIEND, asked.id, 9)]
        assert await listed(world, bob) == [Relationship(ann, Bond.FRIEND, asked.id, 9)]
        assert done.opened is not None
        channel, members, is_new = done.opened
        assert is_new
        assert {m.user_id for m in members} == {ann.id, bob.id}
        assert (await world.view(ann, channel.id)).peer == bob
        for accept in (True, False):
            refusal = await refused(answer(world, asked.id, bob, accept=accept))
            assert refusal.code is Code.NOT_FOUND

    async def test_friends_who_have_a_channel_keep_it(self, world: World) -> None:
        ann, bob = await world.person(), await world.person()
        channel = await open_direct(world, ann, bob)
        asked, _ = await ask(world, ann, bob)
        _, done = await answer(world, asked.id, bob, accept=True)
        assert done.opened is not None
        assert (done.opened[0].id, done.opened[2]) == (channel, False)

    async def test_rejected_request_leaves_nothing_and_may_be_made_again(
        self, world: World
    ) -> None:
        ann, bob = await world.person(), await world.person()
        asked, _ = await ask(world, ann, bob)
        rejected, done = await answer(world, asked.id, bob, accept=False)
        assert (rejected.status, rejected.sender) == ("rejected", ann)
        assert set(done.removed) == {(ann.id, bob.id), (bob.id, ann.id)}
        assert await bonds(world, ann, bob) == (None, None)
        await ask(world, ann, bob)
        assert await bonds(world, ann, bob) == (Bond.OUTGOING, Bond.INCOMING)

    async def test_only_who_was_asked_answers(self, world: World) -> None:
        ann, bob, eve = [await world.person() for _ in range(3)]
        asked, _ = await ask(world, ann, bob)
        for person in (ann, eve):
            refusal = await refused(answer(world, asked.id, person, accept=True))
            assert refusal.code is Code.NOT_FOUND
        assert (await refused(answer(world, 404, bob, accept=True))).code is Code.NOT_FOUND
        assert await bonds(world, ann, bob) == (Bond.OUTGOING, Bond.INCOMING)

    async def test_requests_that_cross_make_friends_with_one_channel(self, world: World) -> None:
        ann, bob = await world.person(), await world.person()
        (first, _), (second, done) = await asyncio.gather(
            ask(world, ann, bob), ask(world, bob, ann)
        )
        assert (second.id, second.sender, second.status) == (first.id, ann, "accepted")
        assert await bonds(world, ann, bob) == (Bond.FRIEND, Bond.FRIEND)
        assert done.opened is not None
        assert done.opened[2]

    async def test_request_that_asks_for_nothing_is_a_conflict(self, world: World) -> None:
        ann, bob = await world.person(), await world.person()
        asked, _ = await ask(world, ann, bob)
        assert (await refused(ask(world, ann, bob))).code is Code.CONFLICT
        await answer(world, asked.id, bob, accept=True)
        for pair in ((ann, bob), (bob, ann)):
            assert (await refused(ask(world, *pair))).code is Code.CONFLICT
        await block(world, ann, bob)
        assert (await refused(ask(world, ann, bob))).code is Code.CONFLICT

    async def test_request_to_who_blocks_is_a_row_of_the_sender_alone(self, world: World) -> None:
        ann, bob = await world.person(), await world.person()
        await block(world, bob, ann)
        asked, done = await ask(world, ann, bob)
        assert (asked.status, [u for u, _ in done.updated]) == ("pending", [ann.id])
        assert await bonds(world, ann, bob) == (Bond.OUTGOING, Bond.BLOCKED)
        assert (await refused(answer(world, asked.id, bob, accept=True))).code is Code.NOT_FOUND
        assert (await refused(ask(world, bob, ann))).code is Code.CONFLICT
        await end(world, bob, ann)
        assert await bonds(world, ann, bob) == (Bond.OUTGOING, None)
        found, _ = await ask(world, bob, ann)
        assert (found.id, found.status) == (asked.id, "accepted")
        assert await bonds(world, ann, bob) == (Bond.FRIEND, Bond.FRIEND)

    async def test_withdrawn_request_to_who_blocks_leaves_the_block(self, world: World) -> None:
        ann, bob = await world.person(), await world.person()
        await block(world, bob, ann)
        await ask(world, ann, bob)
        assert (await end(world, ann, bob)).removed == ((ann.id, bob.id),)
        assert await bonds(world, ann, bob) == (None, Bond.BLOCKED)

    @pytest.mark.parametrize("before", ["nothing", "asked", "asks", "friends", "blocks"])
    async def test_block_takes_the_place_of_everything_but_a_block(
        self, world: World, before: str
    ) -> None:
        ann, bob = await world.person(), await world.person()
        match before:
            case "asked":
                await ask(world, ann, bob)
            case "asks":
                await ask(world, bob, ann)
            case "friends":
                await asyncio.gather(ask(world, ann, bob), ask(world, bob, ann))
            case "blocks":
                await block(world, bob, ann)
            case _:
                pass
        done = await block(world, ann, bob, at=8)
        both = before == "blocks"
        assert await listed(world, ann) == [Relationship(bob, Bond.BLOCKED, None, 8)]
        assert await bonds(world, ann, bob) == (Bond.BLOCKED, Bond.BLOCKED if both else None)
        loses = before in ("asked", "asks", "friends")
        assert done.removed == (((bob.id, ann.id),) if loses else ())
        assert await block(world, ann, bob, at=9) == Related()
        assert await listed(world, ann) == [Relationship(bob, Bond.BLOCKED, None, 8)]

    async def test_end_only_ends_what_was_named(self, world: World) -> None:
        ann, bob = await world.person(), await world.person()
        await block(world, ann, bob)
        assert (await refused(end(world, ann, bob, Bond.FRIEND))).code is Code.NOT_FOUND
        assert (await refused(end(world, bob, ann))).code is Code.NOT_FOUND
        assert (await end(world, ann, bob, Bond.BLOCKED)).removed == ((ann.id, bob.id),)
        await ask(world, ann, bob)
        assert (await refused(end(world, ann, bob, Bond.BLOCKED))).code is Code.NOT_FOUND
        done = await end(world, bob, ann, Bond.INCOMING)
        assert set(done.removed) == {(ann.id, bob.id), (bob.id, ann.id)}
        assert await bonds(world, ann, bob) == (None, None)

    async def test_blockers_of_a_direct_channel_are_told_and_loaded_with_it(
        self, world: World
    ) -> None:
        ann, bob = await world.person(), await world.person()
        channel = await open_direct(world, ann, bob)
        room = await world.group(ann, bob)
        both = tuple(sorted((ann.id, bob.id)))
        for change, told in (
            (block(world, ann, bob), (ann.id,)),
            (block(world, bob, ann), both),
            (end(world, ann, bob), (bob.id,)),
            (end(world, bob, ann), ()),
        ):
            assert (await change).blockers == (channel, told)
            assert await blockers(world, channel) == set(told)
            assert await blockers(world, room) == set()

    async def test_direct_channel_is_not_made_while_one_blocks_the_other(
        self, world: World
    ) -> None:
        ann, bob = await world.person(), await world.person()
        assert (await block(world, ann, bob)).blockers is None
        words = [
            (await refused(open_direct(world, *pair))).message for pair in ((ann, bob), (bob, ann))
        ]
        assert words == ["Unblock this person first.", "You can't write to this person."]
        await end(world, ann, bob)
        channel = await open_direct(world, bob, ann)
        await block(world, ann, bob)
        assert await open_direct(world, bob, ann) == channel

    async def test_relationships_are_at_most_a_thousand_on_either_side(self, world: World) -> None:
        full, ann, last = [await world.person() for _ in range(3)]
        others = await asyncio.gather(*(world.person() for _ in range(RELATIONSHIPS - 1)))
        await asyncio.gather(*(block(world, full, other) for other in others))
        await ask(world, last, full)
        for work in (ask(world, full, ann), ask(world, ann, full), block(world, full, ann)):
            assert (await refused(work)).code is Code.CONFLICT
        assert (await refused(ask(world, others[0], full))).code is Code.CONFLICT
        accepted, _ = await ask(world, full, last)
        assert accepted.status == "accepted"
        await block(world, full, last)
        assert len(await listed(world, full)) == RELATIONSHIPS
