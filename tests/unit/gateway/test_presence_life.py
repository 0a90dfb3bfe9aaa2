"""Where presence has a life of its own, a silent connection is nobody's sign of life, and hears everything."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import msgspec
import pytest

from fakes.connection import FakeConnection, Json
from fakes.town import Town
from hubbub.dialects.channelchat import ChannelChatDialect
from hubbub.dialects.studybuddy import StudyBuddyDialect
from hubbub.gateway.fanout import Fanout
from hubbub.gateway.gateway import Gateway
from hubbub.gateway.hub import Hub
from hubbub.gateway.parts import Parts
from hubbub.gateway.presence import PresenceTracker
from hubbub.gateway.receipts import Receipts
from hubbub.gateway.recovery import Recovery
from hubbub.gateway.redelivery import Redelivery
from hubbub.gateway.session import STRIKES, Session
from hubbub.gateway.tasks import Tasks
from hubbub.gateway.upkeep import Upkeep
from hubbub.gateway.viewers import Viewers
from hubbub.model.commands import AddMember, CreateGroup, SendMessage
from hubbub.model.entities import User
from hubbub.model.events import PeerUpdated, Publication
from hubbub.model.topics import user_topic
from hubbub.ports.dialect import Dialect
from support.server import FACTOR

LIFE = 300


class Place:
    """A town with a gateway, whose clock the test moves."""

    def __init__(self, path: Path) -> None:
        self.town = town = Town(path)
        hub, self.tasks = Hub(), Tasks()
        store, directory, services = town.store, town.directory, town.services
        recovery = Recovery(town.clock, town.ids)
        receipts = Receipts(directory, services.reads)
        redelivery = Redelivery(services.reads, town.clock)
        fanout = Fanout(hub, directory.states, recovery, receipts, redelivery)
        self.presence = PresenceTracker(hub, store, directory, town.broker, self.tasks, grace=0)
        parts = Parts(
            store,
            directory,
            town.dispatch,
            town.logins,
            services.guests,
            services.members,
            hub,
            fanout,
            self.presence,
            Viewers(town.broker, town.clock, town.rates, grace=0),
            recovery,
            receipts,
            redelivery,
            town.clock,
            town.ids,
        )
        self.gateway = Gateway(parts, capped=True)
        self._upkeep = Upkeep(self.gateway, recovery, town.clock, town.ids)
        town.broker.subscribe(fanout.deliver)

    async def connect(self, user: User, dialect: Dialect) -> tuple[Session, FakeConnection]:
        """Signed in."""
        connection = FakeConnection()
        session = self.gateway.open(connection, (dialect,))
        tokens = await self.town.logins.open(user, "", lasting=True)
        data = {"type": "auth", "token": tokens.access_token}
        if isinstance(dialect, ChannelChatDialect):
            data = {"type": "connect", "data": {"token": tokens.access_token}}  # type: ignore[dict-item]  # JSON
        self.say(session, data)
        async with asyncio.timeout(5 * FACTOR):
            await connection.arrived.wait()
        connection.take()
        return session, connection

    def say(self, session: Session, frame: object) -> None:
        session.receive(json.dumps(frame).encode(), self.town.clock.monotonic())

    async def pass_by(self, seconds: float) -> None:
        """Time passes, and the sweep looks at everybody."""
        self.town.clock.advance(seconds)
        self._upkeep.sweep()
        await asyncio.sleep(0)  # what is to be done without grace is done in the next turn
        await asyncio.sleep(0)

    def is_online(self, user: User) -> bool:
        return self.presence.is_shown(user.id)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    made = Place(tmp_path / "hubbub.db")
    yield made
    for session in made.gateway.sessions():
        session.leave(clean=True)
    made.presence.close()
    await made.tasks.close()
    await made.town.store.close()


async def test_presence_when_silent_for_its_life_ends_and_the_socket_goes_on(place: Place) -> None:
    alice, bob = await place.town.person(), await place.town.person()
    group = (await place.town.do(bob, CreateGroup("maths"))).channel.id
    await place.town.do(alice, AddMember(group, alice.id))
    _, connection = await place.connect(alice, StudyBuddyDialect())
    await place.pass_by(LIFE - 1)
    assert place.is_online(alice)
    await place.pass_by(2)
    assert not place.is_online(alice)
    assert connection.closed is None
    await place.town.do(bob, SendMessage(group, "are you there?"))
    assert contents(connection.take()) == ["are you there?"]


async def test_presence_when_renewed_by_heartbeats_goes_on(place: Place) -> None:
    alice = await place.town.person()
    session, _ = await place.connect(alice, StudyBuddyDialect())
    for _ in range(10):
        await place.pass_by(LIFE - 10)
        place.say(session, {"type": "heartbeat"})
    assert place.is_online(alice)


async def test_presence_when_heard_from_again_comes_back(place: Place) -> None:
    alice = await place.town.person()
    session, _ = await place.connect(alice, StudyBuddyDialect())
    await place.pass_by(LIFE + 1)
    assert not place.is_online(alice)
    place.say(session, {"type": "heartbeat"})
    await place.pass_by(1)
    assert place.is_online(alice)
    session.leave(clean=True)
    await place.pass_by(0)
    assert not place.is_online(alice)


async def test_presence_when_another_tab_lives_stays(place: Place) -> None:
    alice = await place.town.person()
    await place.connect(alice, StudyBuddyDialect())
    other, _ = await place.connect(alice, StudyBuddyDialect())
    await place.pass_by(LIFE - 1)
    place.say(other, {"type": "heartbeat"})
    await place.pass_by(LIFE - 1)
    assert place.is_online(alice)
    other.leave(clean=True)
    await place.pass_by(0)
    assert not place.is_online(alice)  # the silent one is there still, and counts for nothing


async def test_presence_of_other_dialects_has_no_life_of_its_own(place: Place) -> None:
    alice = await place.town.person()
    await place.connect(alice, ChannelChatDialect(heartbeat_seconds=10 * LIFE))
    await place.pass_by(LIFE + 1)
    assert place.is_online(alice)


async def test_frames_that_nobody_knows_are_passed_over_but_not_for_ever(place: Place) -> None:
    alice = await place.town.person()
    session, connection = await place.connect(alice, StudyBuddyDialect())
    for _ in range(STRIKES - 1):
        place.say(session, {"type": "dance"})
    place.say(session, {"type": "heartbeat"})
    await asyncio.sleep(0)
    assert connection.take() == [{"type": "heartbeat_ack"}]
    for _ in range(STRIKES):
        place.say(session, {"type": "dance"})
    assert connection.closed == (4000, "too many malformed frames")


def contents(frames: list[Json]) -> list[str]:
    """Of the messages among these."""
    return [f["message"]["content"] for f in frames if f["type"] == "new_group_message"]


async def test_profile_when_changed_is_told_as_it_is_now_to_who_sees_the_person(
    place: Place,
) -> None:
    alice, bob, eve = [await place.town.person() for _ in range(3)]
    group = (await place.town.do(bob, CreateGroup("maths"))).channel.id
    await place.town.do(alice, AddMember(group, alice.id))
    for user in (bob, eve):
        await place.connect(user, ChannelChatDialect())
    told: asyncio.Queue[Publication] = asyncio.Queue()

    def note(publications: Sequence[Publication]) -> None:
        for publication in publications:
            if isinstance(publication.event, PeerUpdated):
                told.put_nowait(publication)

    place.town.broker.subscribe(note)
    first, second, third = [msgspec.structs.replace(alice, avatar=mark) for mark in "123"]
    for user in (first, second):  # the first one's task has not begun
        place.presence.renamed(user)
    async with asyncio.timeout(5 * FACTOR):
        assert await told.get() == Publication(user_topic(bob.id), PeerUpdated(second))
        place.presence.renamed(third)
        assert await told.get() == Publication(user_topic(bob.id), PeerUpdated(third))
    assert told.empty()
