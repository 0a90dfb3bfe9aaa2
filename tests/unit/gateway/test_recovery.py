"""A lost connection comes back to exactly what it missed, or to nothing at all."""

import msgspec
import pytest

from fakes.clock import FakeClock
from fakes.ids import SequentialIds
from fakes.session import FakeSession, user
from hubbub.dialects.chatgroup import ChatGroup
from hubbub.gateway import recovery
from hubbub.gateway.hub import Hub
from hubbub.gateway.recovery import SECONDS, Kept, Recovery
from hubbub.model.commands import Caller
from hubbub.model.entities import GroupRole, Member, Message, Status, User
from hubbub.model.events import (
    Event,
    LoginRenewed,
    LoginsRevoked,
    MemberJoined,
    MemberLeft,
    MessageSent,
    Publication,
    TypingStarted,
    UserUpdated,
)
from hubbub.model.ids import ChannelId, LoginId, MessageId
from hubbub.model.topics import channel_topic, user_topic

ROOM, OTHER = ChannelId(7), ChannelId(8)
ANN, BOB = user(1), user(2)
FAR = 1 << 60


class _World:
    """Bob is in the room, watched."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.recovery = Recovery(self.clock, SequentialIds())
        self.hub = Hub()
        self.bob = self.connect(ROOM)
        self.sent = 0

    def connect(self, *channels: ChannelId) -> FakeSession:
        made = FakeSession(self.hub, BOB, ChatGroup("/").recovering)
        made.caller = Caller("192.0.2.1", BOB, LoginId("login-2"), FAR)
        self.hub.add(made.real)
        for topic in (user_topic(BOB.id), *map(channel_topic, channels)):
            self.hub.subscribe(made.real, topic)
        self.recovery.watch(made.real)
        return made

    def say(self, channel: ChannelId = ROOM) -> MessageSent:
        self.sent += 1
        n = self.sent
        message = Message(MessageId(n), channel, n, n, ANN, f"m{n}", 0)
        event = MessageSent(channel, n, message)
        self.happen(event, channel_topic(channel))
        return event

    def happen(self, event: Event, topic: str = channel_topic(ROOM)) -> Event:
        self.recovery.note(Publication(topic, event))
        return event

    def lose(self, session: FakeSession, *, for_good: bool = False) -> None:
        self.recovery.keep(session.real, for_good=for_good)

    def back(self, session: FakeSession, offset: str | None = None) -> Kept | None:
        return self.recovery.take(session.pid, offset, self.clock.now_ms())

    def seen(self) -> str:
        """The offset of a message that comes now."""
        return str(self.recovery.offset(self.say()))


def _member(status: Status) -> Member:
    return Member(ROOM, BOB.id, GroupRole.MEMBER, status, 1, 0)


@pytest.fixture
def world() -> _World:
    return _World()


def test_what_came_after_the_last_seen_comes_again_in_order(world: _World) -> None:
    world.say()
    seen = world.seen()
    missed: list[Event] = [world.say(), world.say()]
    world.lose(world.bob)
    missed.append(world.say())
    kept = world.back(world.bob, seen)
    assert kept is not None
    assert kept.missed == missed


def test_without_having_seen_anything_all_since_the_connection_comes(world: _World) -> None:
    world.say()
    late = world.connect(ROOM)
    missed = [world.say()]
    world.lose(late)
    kept = world.back(late)
    assert kept is not None
    assert kept.missed == missed


def test_an_offset_of_before_this_connection_does_not_bring_the_past_back(world: _World) -> None:
    old = world.seen()
    world.say()
    late = world.connect(ROOM)
    missed = [world.say()]
    world.lose(late)
    kept = world.back(late, old)
    assert kept is not None
    assert kept.missed == missed


def test_other_channels_and_typing_do_not_come(world: _World) -> None:
    world.lose(world.bob)
    world.say(OTHER)
    world.happen(TypingStarted(ROOM, ANN))
    kept = world.back(world.bob)
    assert kept is not None
    assert kept.missed == []


def test_a_kick_while_away_is_the_last_that_is_heard(world: _World) -> None:
    world.lose(world.bob)
    before = world.say()
    left = world.happen(MemberLeft(ROOM, 5, _member(Status.LEFT), BOB, ANN.id))
    world.say()
    kept = world.back(world.bob)
    assert kept is not None
    assert kept.missed == [before, left]
    assert channel_topic(ROOM) not in kept.topics


def test_joining_while_away_is_heard_from_there(world: _World) -> None:
    late = world.connect()
    world.lose(late)
    world.say()
    joined = world.happen(MemberJoined(ROOM, 5, _member(Status.ACTIVE), BOB))
    after = world.say()
    kept = world.back(late)
    assert kept is not None
    assert kept.missed == [joined, after]


def test_profile_and_token_are_those_of_now(world: _World) -> None:
    renamed = User(BOB.id, "user2", "New name", 0)
    world.lose(world.bob)
    world.happen(UserUpdated(renamed), user_topic(BOB.id))
    world.happen(LoginRenewed(LoginId("login-2"), FAR + 1), user_topic(BOB.id))
    kept = world.back(world.bob)
    assert kept is not None
    assert kept.caller.known.display_name == "New name"
    assert kept.caller.expires_at == FAR + 1


def test_a_device_that_was_signed_out_does_not_come_back(world: _World) -> None:
    world.lose(world.bob)
    world.happen(LoginsRevoked(BOB.id, (LoginId("login-2"),), "signed out"), user_topic(BOB.id))
    assert world.back(world.bob) is None


def test_it_works_once_and_not_for_who_said_goodbye(world: _World) -> None:
    other = world.connect(ROOM)
    world.lose(world.bob)
    world.lose(other, for_good=True)
    assert world.back(other) is None
    assert world.back(world.bob) is not None
    assert world.back(world.bob) is None


def test_after_two_minutes_it_is_over(world: _World) -> None:
    world.lose(world.bob)
    world.clock.advance(SECONDS + 0.1)
    assert world.back(world.bob) is None


def test_an_expired_token_ends_it(world: _World) -> None:
    world.lose(world.bob)
    assert world.recovery.take(world.bob.pid, None, FAR) is None


def test_what_can_not_be_complete_is_not_recovered(
    world: _World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "EVENTS", 3)
    seen = world.seen()
    world.lose(world.bob)
    for _ in range(3):
        world.say()
    assert world.back(world.bob, seen) is not None
    again = world.connect(ROOM)
    seen = world.seen()
    world.lose(again)
    for _ in range(4):
        world.say()
    assert world.back(again, seen) is None


def test_forged_offsets_are_refused(world: _World) -> None:
    world.say()
    world.lose(world.bob)
    assert world.recovery.take(world.bob.pid, "999", world.clock.now_ms()) is None
    again = world.connect(ROOM)
    world.lose(again)
    assert world.recovery.take(again.pid, "1e9", world.clock.now_ms()) is None


def test_nothing_is_kept_when_nobody_can_come_back(world: _World) -> None:
    world.say()
    world.lose(world.bob, for_good=True)
    event = world.say()
    assert world.recovery.sizes() == {"recoverable": 0, "events": 0}
    assert world.recovery.offset(event) == 1  # the last that anybody was told


def test_who_is_disabled_does_not_come_back(world: _World) -> None:
    world.lose(world.bob)
    world.happen(UserUpdated(ANN), user_topic(ANN.id))
    gone = msgspec.structs.replace(BOB, disabled=True)
    world.happen(UserUpdated(gone), user_topic(BOB.id))
    assert world.back(world.bob) is None


def test_who_changed_otherwise_comes_back_as_they_are(world: _World) -> None:
    world.lose(world.bob)
    changed = msgspec.structs.replace(BOB, avatar="abc")
    world.happen(UserUpdated(changed), user_topic(BOB.id))
    kept = world.back(world.bob)
    assert kept is not None
    assert kept.caller.user == changed
