"""Friends, requests and blocks: who hears of what, and that nobody writes behind a block (G16)."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TypeVar

import pytest

from fakes.broker import RecordingBroker
from fakes.clock import START_MS, FakeClock
from fakes.ids import SequentialIds
from fakes.presence import FakePresence
from fakes.world import World, refused
from hubbub.model.commands import (
    AnswerFriend,
    Block,
    Caller,
    EditMessage,
    EndRelationship,
    ListRelationships,
    OpenDirect,
    RemoveFriend,
    RequestFriend,
    SendMessage,
    Typing,
    Unblock,
)
from hubbub.model.entities import Bond, FriendRequest, Relationship, Sent, User
from hubbub.model.errors import Code, Refused
from hubbub.model.events import (
    BlocksChanged,
    ChannelCreated,
    MessageSent,
    Publication,
    RelationshipRemoved,
    RelationshipUpdated,
    TypingStarted,
)
from hubbub.model.ids import SYSTEM, ChannelId, UserId
from hubbub.model.topics import channel_topic, user_topic
from hubbub.ports.store import nothing, settled
from hubbub.services.channels import Channels
from hubbub.services.directory import Directory
from hubbub.services.messages import Messages, RecallPolicy
from hubbub.services.rates import Rates
from hubbub.services.reads import Reads
from hubbub.services.relationships import REQUESTS, Relationships
from hubbub.services.states import ServerStates
from hubbub.services.text_channels import TextChannels
from hubbub.storage.store import SqliteStore

T = TypeVar("T")


class Company:
    """Ann, Bob and Eve, and the services they use."""

    def __init__(self, path: Path) -> None:
        self.broker = RecordingBroker()
        self.store = SqliteStore(path, self.broker.publish, lambda: None)
        self.world = World(self.store)
        self.directory = Directory(self.store, ServerStates(self.store))
        self.broker.subscribe(self._remember)
        self.clock, ids = FakeClock(), SequentialIds(10**9)
        off = Rates(self.clock, enabled=False)
        recall = RecallPolicy("both", 0)
        self.friends = Relationships(self.store, Rates(self.clock, enabled=True), self.clock, ids)
        ground = self.store, self.directory, self.clock, ids
        self.channels = Channels(*ground, TextChannels(*ground))
        self.messages = Messages(
            self.store, self.directory, off, self.clock, ids, recall, FakePresence()
        )
        self.reads = Reads(self.store, self.directory, self.broker)

    def _remember(self, publications: Sequence[Publication]) -> None:
        for publication in publications:
            self.directory.apply(publication.event)

    async def meet(self) -> None:
        self.ann, self.bob, self.eve = [await self.world.person() for _ in range(3)]

    async def heard(self) -> list[Publication]:
        """What has been published since the last call."""
        await self.store.write(lambda: settled(None), nothing)
        await self.store.published()
        found = [p for commit in self.broker.commits for p in commit]
        self.broker.commits.clear()
        return found

    async def befriend(self, one: User, other: User) -> None:
        for me, them in ((one, other), (other, one)):
            await self.friends.request(by(me), RequestFriend(them.id))
        await self.heard()

    async def direct(self, one: User, other: User) -> ChannelId:
        view, _ = await self.channels.open_direct(by(one), OpenDirect(other.id))
        await self.heard()
        return view.channel.id

    async def listed(self, user: User) -> list[Relationship]:
        return await self.friends.list_all(by(user), ListRelationships())

    async def say(self, user: User, channel: ChannelId, text: str = "hi") -> Sent:
        return await self.messages.send(by(user), SendMessage(channel, text))


def by(user: User) -> Caller:
    return Caller("192.0.2.1", user)


def _topics(heard: list[Publication]) -> list[tuple[str, type]]:
    return [(p.topic, type(p.event)) for p in heard]


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    made = Company(tmp_path / "hubbub.db")
    await made.meet()
    await made.heard()
    yield made
    await made.store.close()


async def test_request_is_told_to_both_each_their_own_part(company: Company) -> None:
    ann, bob = company.ann, company.bob
    asked = await company.friends.request(by(ann), RequestFriend(bob.id))
    assert asked == FriendRequest(asked.id, ann, bob, "pending", START_MS)
    told = [
        (u.id, RelationshipUpdated(u.id, Relationship(peer, bond, asked.id, START_MS)))
        for u, peer, bond in ((ann, bob, Bond.OUTGOING), (bob, ann, Bond.INCOMING))
    ]
    assert await company.heard() == [Publication(user_topic(u), event) for u, event in told]


async def test_accepted_request_is_told_with_the_new_channel_in_one_commit(
    company: Company,
) -> None:
    ann, bob = company.ann, company.bob
    asked = await company.friends.request(by(ann), RequestFriend(bob.id))
    await company.heard()
    accepted, view = await company.friends.answer(by(bob), AnswerFriend(asked.id, accept=True))
    assert (accepted.status, accepted.id) == ("accepted", asked.id)
    assert view is not None
    assert (view.peer, view.member and view.member.user_id) == (ann, bob.id)
    await company.store.published()
    commits = [commit for commit in company.broker.commits if commit]
    assert len(commits) == 1
    created = [p.topic for p in commits[0] if isinstance(p.event, ChannelCreated)]
    updated = [p.topic for p in commits[0] if isinstance(p.event, RelationshipUpdated)]
    assert sorted(created) == sorted(updated) == sorted(user_topic(u.id) for u in (ann, bob))


async def test_friends_who_have_a_channel_hear_of_no_other(company: Company) -> None:
    channel = await company.direct(company.ann, company.bob)
    asked = await company.friends.request(by(company.ann), RequestFriend(company.bob.id))
    answer = AnswerFriend(asked.id, accept=True)
    _, view = await company.friends.answer(by(company.bob), answer)
    assert view is not None
    assert view.channel.id == channel
    assert {type(p.event) for p in await company.heard()} == {RelationshipUpdated}


async def test_two_who_ask_each_other_at_once_are_friends(company: Company) -> None:
    ann, bob = company.ann, company.bob
    asked = await asyncio.gather(
        company.friends.request(by(ann), RequestFriend(bob.id)),
        company.friends.request(by(bob), RequestFriend(ann.id)),
    )
    assert sorted(a.status for a in asked) == ["accepted", "pending"]
    assert asked[0].id == asked[1].id
    for one, other in ((ann, bob), (bob, ann)):
        found = await company.listed(one)
        assert [(r.user, r.bond) for r in found] == [(other, Bond.FRIEND)]
    created = [p for p in await company.heard() if isinstance(p.event, ChannelCreated)]
    assert sorted(p.topic for p in created) == sorted(user_topic(u.id) for u in (ann, bob))


async def test_many_answers_to_one_request_have_one_winner(company: Company) -> None:
    asked = await company.friends.request(by(company.ann), RequestFriend(company.bob.id))
    answers = (
        company.friends.answer(by(company.bob), AnswerFriend(asked.id, accept=n % 2 == 0))
        for n in range(10)
    )
    found = await asyncio.gather(*answers, return_exceptions=True)
    lost = [r for r in found if isinstance(r, Refused)]
    assert [r.code for r in lost] == [Code.NOT_FOUND] * 9


async def test_rejection_is_told_to_both_and_the_view_is_none(company: Company) -> None:
    ann, bob = company.ann, company.bob
    asked = await company.friends.request(by(ann), RequestFriend(bob.id))
    await company.heard()
    answer = AnswerFriend(asked.id, accept=False)
    assert (await refused(company.friends.answer(by(ann), answer))).code is Code.NOT_FOUND
    rejected, view = await company.friends.answer(by(bob), answer)
    assert (rejected.status, view) == ("rejected", None)
    assert [(p.topic, p.event) for p in await company.heard()] == [
        (user_topic(u.id), RelationshipRemoved(u.id, peer.id))
        for u, peer in ((bob, ann), (ann, bob))
    ]


async def test_removing_and_unblocking_end_only_what_they_are_for(company: Company) -> None:
    ann, bob, friends = company.ann, company.bob, company.friends
    me = by(ann)
    for work in (
        friends.remove(me, RemoveFriend(bob.id)),
        friends.unblock(me, Unblock(bob.id)),
        friends.end(me, EndRelationship(bob.id)),
    ):
        assert (await refused(work)).code is Code.NOT_FOUND
    await company.befriend(ann, bob)
    assert (await refused(friends.unblock(me, Unblock(bob.id)))).code is Code.NOT_FOUND
    await friends.remove(me, RemoveFriend(bob.id))
    await friends.block(me, Block(bob.id))
    assert (await refused(friends.remove(me, RemoveFriend(bob.id)))).code is Code.NOT_FOUND
    await friends.unblock(me, Unblock(bob.id))
    await friends.block(me, Block(bob.id))
    await friends.end(me, EndRelationship(bob.id))
    assert (await company.listed(ann), await company.listed(bob)) == ([], [])


@pytest.mark.parametrize("kind", [RequestFriend, Block])
async def test_nobody_the_system_and_oneself_are_refused(
    company: Company, kind: type[RequestFriend] | type[Block]
) -> None:
    async def relate(user_id: UserId) -> object:
        if kind is Block:
            await company.friends.block(by(company.ann), Block(user_id))
            return None
        return await company.friends.request(by(company.ann), RequestFriend(user_id))

    assert (await refused(relate(UserId(404)))).code is Code.NOT_FOUND
    assert (await refused(relate(SYSTEM))).code is Code.NOT_FOUND
    refusal = await refused(relate(company.ann.id))
    assert (refusal.code, refusal.field) == (Code.INVALID, "user_id")


async def test_requests_are_limited_in_rate(company: Company) -> None:
    async def ask() -> Refused:
        return await refused(company.friends.request(by(company.ann), RequestFriend(UserId(404))))

    assert {(await ask()).code for _ in range(REQUESTS.burst)} == {Code.NOT_FOUND}
    limited = await ask()
    assert (limited.code, limited.retry_after) == (Code.RATE_LIMITED, 1 / REQUESTS.per_second)
    company.clock.advance(1 / REQUESTS.per_second)
    assert (await ask()).code is Code.NOT_FOUND


# -- blocks -------------------------------------------------------------------------------------------


async def test_block_tells_the_blocker_and_takes_the_friend_away(company: Company) -> None:
    ann, bob = company.ann, company.bob
    await company.befriend(ann, bob)
    channel = await company.direct(ann, bob)
    await company.friends.block(by(ann), Block(bob.id))
    heard = await company.heard()
    assert _topics(heard) == [
        (user_topic(ann.id), RelationshipUpdated),
        (user_topic(bob.id), RelationshipRemoved),
        (channel_topic(channel), BlocksChanged),
    ]
    await company.friends.block(by(ann), Block(bob.id))
    assert await company.heard() == []


async def test_stranger_who_is_blocked_and_asks_is_told_of_a_pending_request_alone(
    company: Company,
) -> None:
    ann, bob = company.ann, company.bob
    await company.friends.block(by(ann), Block(bob.id))
    assert _topics(await company.heard()) == [(user_topic(ann.id), RelationshipUpdated)]
    asked = await company.friends.request(by(bob), RequestFriend(ann.id))
    assert (asked.status, asked.receiver) == ("pending", ann)
    assert _topics(await company.heard()) == [(user_topic(bob.id), RelationshipUpdated)]
    refusal = await refused(company.friends.request(by(ann), RequestFriend(bob.id)))
    assert (refusal.code, refusal.message) == (Code.CONFLICT, "Unblock them first.")
    again = await refused(company.friends.request(by(bob), RequestFriend(ann.id)))
    assert again.message == "You have asked this person already."


@pytest.mark.parametrize("loaded", [True, False], ids=["in memory", "read anew"])
async def test_g16_nobody_sends_in_a_direct_channel_while_one_blocks(
    company: Company, *, loaded: bool
) -> None:
    ann, bob = company.ann, company.bob
    channel = await company.direct(ann, bob)
    first = await company.say(bob, channel)
    await company.friends.block(by(ann), Block(bob.id))
    await company.heard()
    if not loaded:
        company.directory.forget()
    words = [(await refused(company.say(user, channel))).message for user in (ann, bob)]
    assert words == ["Unblock this person first.", "This message can't be delivered."]
    await company.reads.typing(by(bob), Typing(channel))
    assert not any(isinstance(p.event, TypingStarted) for p in await company.heard())
    edit = EditMessage(channel, first.message.id, "better")
    assert (await company.messages.edit(by(bob), edit)).content == "better"
    await company.friends.unblock(by(ann), Unblock(bob.id))
    await company.heard()
    assert (await company.say(bob, channel)).message.seq == 2


async def test_g16_blocks_of_both_end_one_by_one(company: Company) -> None:
    ann, bob = company.ann, company.bob
    channel = await company.direct(ann, bob)
    for one, other in ((ann, bob), (bob, ann)):
        await company.friends.block(by(one), Block(other.id))
    await company.heard()
    for user in (ann, bob):
        assert (await refused(company.say(user, channel))).message == "Unblock this person first."
    await company.friends.unblock(by(bob), Unblock(ann.id))
    await company.heard()
    assert "delivered" in (await refused(company.say(bob, channel))).message
    await company.friends.unblock(by(ann), Unblock(bob.id))
    await company.heard()
    assert (await company.say(bob, channel)).message.seq == 1


async def test_g16_blocks_change_nothing_in_groups_nor_with_others(company: Company) -> None:
    ann, bob, eve = company.ann, company.bob, company.eve
    room, aside = await company.world.group(ann, bob), await company.direct(bob, eve)
    await company.friends.block(by(ann), Block(bob.id))
    await company.heard()
    for channel in (room, aside):
        assert (await company.say(bob, channel)).message.seq == 1
        await company.reads.typing(by(bob), Typing(channel))
        assert any(isinstance(p.event, TypingStarted) for p in await company.heard())


@pytest.mark.parametrize("turn", range(8))
async def test_g16_block_among_sends_in_flight_stands_before_none_that_is_stored(
    company: Company, turn: int
) -> None:
    """Bob says something in every eighth turn of the loop, before, during and after the block."""
    ann, bob = company.ann, company.bob
    channel = await company.direct(ann, bob)
    await company.say(bob, channel)
    await company.heard()
    sends: list[asyncio.Task[Sent]] = []

    async def talk() -> None:
        for n in itertools.count(8 - turn):
            if n % 8 == 0:
                sends.append(asyncio.ensure_future(company.say(bob, channel, str(n))))
            await asyncio.sleep(0)

    talking = asyncio.ensure_future(talk())
    await company.friends.block(by(ann), Block(bob.id))
    for _ in range(16):
        await asyncio.sleep(0)
    talking.cancel()
    await asyncio.wait(sends)
    events = [p.event for p in await company.heard()]
    blocked = [type(e) for e in events].index(BlocksChanged)
    assert not any(isinstance(e, MessageSent) for e in events[blocked:])
    told = [e.message.content for e in events if isinstance(e, MessageSent)]
    assert told == [s.result().message.content for s in sends if s.exception() is None]
    assert (await company.world.page(channel)).messages[0].seq == len(told) + 1
    lost = {str(s.exception()) for s in sends if s.exception() is not None}
    assert lost == {"This message can't be delivered."}
