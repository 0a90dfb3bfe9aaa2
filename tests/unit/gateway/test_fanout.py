"""Commit order on every connection; a change of who may hear takes effect exactly where it stands."""

from typing import cast

from fakes.clock import FakeClock
from fakes.ids import SequentialIds
from fakes.session import FakeSession, user
from hubbub.dialects.channelchat import ChannelChatDialect
from hubbub.dialects.native import NativeDialect
from hubbub.gateway.fanout import Fanout
from hubbub.gateway.hub import Hub
from hubbub.gateway.receipts import Receipts
from hubbub.gateway.recovery import Recovery
from hubbub.gateway.redelivery import Redelivery
from hubbub.model.entities import Channel, GroupRole, Kind, Member, Message, Status
from hubbub.model.events import (
    BlocksChanged,
    ChannelDeleted,
    ChannelUpdated,
    Event,
    LoginRenewed,
    LoginsRevoked,
    MemberJoined,
    MemberLeft,
    MessageSent,
    Publication,
    UserUpdated,
)
from hubbub.model.ids import ChannelId, LoginId, MessageId, UserId
from hubbub.model.topics import channel_topic, user_topic
from hubbub.ports.dialect import Dialect
from hubbub.ports.store import Store
from hubbub.services.states import ServerStates

ROOM, ASIDE = ChannelId(7), ChannelId(8)
NATIVE, OTHER = NativeDialect(90), ChannelChatDialect(100)
ANN, BOB = user(1), user(2)


def _sent(version: int, channel: ChannelId = ROOM) -> Publication:
    message = Message(MessageId(version), channel, version, version, ANN, f"m{version}", 0)
    return _in(channel, MessageSent(channel, version, message))


def _in(channel: ChannelId, event: Event) -> Publication:
    return Publication(channel_topic(channel), event)


def _member(version: int, status: Status, number: int = 2) -> Member:
    return Member(ROOM, UserId(number), GroupRole.MEMBER, status, version, 0)


def _left(version: int) -> Publication:
    member = _member(version, Status.LEFT)
    return _in(ROOM, MemberLeft(ROOM, version, member, BOB, ANN.id))


def _joined(version: int) -> Publication:
    return _in(ROOM, MemberJoined(ROOM, version, _member(version, Status.ACTIVE), BOB))


NO_SERVERS = ServerStates(cast("Store", None))
NOBODY = cast("Receipts", None)  # native says itself what has arrived
UNUSED = cast("Redelivery", None)  # as above


class _World:
    """Ann is in the room. Bob is online."""

    def __init__(self, dialect: Dialect = NATIVE) -> None:
        self.hub = Hub()
        self.fanout = Fanout(
            self.hub, NO_SERVERS, Recovery(FakeClock(), SequentialIds()), NOBODY, UNUSED
        )
        self.ann = self.session(1, NATIVE, ROOM, ASIDE)
        self.bob = self.session(2, dialect)

    def session(self, number: int, dialect: Dialect, *channels: ChannelId) -> FakeSession:
        made = FakeSession(self.hub, user(number), dialect)
        self.hub.add(made.real)
        self.hub.subscribe(made.real, user_topic(made.caller.user_id))
        for channel in channels:
            self.hub.subscribe(made.real, channel_topic(channel))
        return made


def _versions(session: FakeSession) -> list[int]:
    return [f["data"]["version"] for f in session.frames]


def test_messages_of_one_commit_come_in_order_in_one_write_per_channel() -> None:
    world = _World()
    world.fanout.deliver([_sent(1), _sent(1, ASIDE), _sent(2), _sent(2, ASIDE), _sent(3)])
    assert [[f["data"]["version"] for f in write] for write in world.ann.writes] == [
        [1, 2, 3],
        [1, 2],
    ]


def test_kick_between_messages_takes_effect_exactly_where_it_stands() -> None:
    world = _World()
    world.hub.subscribe(world.bob.real, channel_topic(ROOM))
    world.fanout.deliver([_sent(1), _sent(2), _left(3), _sent(4), _sent(5)])
    assert _versions(world.ann) == [1, 2, 3, 4, 5]
    assert _versions(world.bob) == [1, 2, 3]


def test_join_between_messages_lets_in_from_exactly_there() -> None:
    world = _World()
    world.fanout.deliver([_sent(1), _joined(2), _sent(3)])
    assert _versions(world.bob) == [2, 3]


def test_kick_and_return_in_one_commit_leaves_exactly_that_gap() -> None:
    world = _World()
    world.hub.subscribe(world.bob.real, channel_topic(ROOM))
    world.fanout.deliver([_sent(1), _left(2), _sent(3), _joined(4), _sent(5)])
    assert _versions(world.bob) == [1, 2, 4, 5]


def test_join_in_a_dialect_where_one_enters_subscribes_nobody() -> None:
    world = _World(OTHER)
    world.fanout.deliver([_joined(1), _sent(2)])
    assert world.bob.frames == []


def test_kick_takes_the_channel_from_every_device_and_dialect() -> None:
    world = _World()
    devices = [world.bob, world.session(2, OTHER), world.session(2, NATIVE)]
    for device in devices:
        world.hub.subscribe(device.real, channel_topic(ROOM))
    world.fanout.deliver([_left(1), _sent(2)])
    assert [len(device.frames) for device in devices] == [1, 1, 1]


def test_deleted_channel_is_told_and_then_silent_for_all_also_those_who_catch_up() -> None:
    world = _World()
    late = FakeSession(world.hub, user(3), NATIVE)
    late.is_held = True
    world.hub.subscribe(late.real, channel_topic(ROOM))
    world.fanout.deliver([_in(ROOM, ChannelDeleted(ROOM, 1)), _sent(2)])
    assert [f["type"] for f in world.ann.frames] == ["channel_deleted"]
    assert late.held == [ChannelDeleted(ROOM, 1)]
    assert not list(world.hub.held(channel_topic(ROOM)))


def test_held_session_keeps_events_and_gets_no_frames() -> None:
    world = _World()
    late = FakeSession(world.hub, user(3), NATIVE)
    late.is_held = True
    world.hub.subscribe(late.real, channel_topic(ROOM))
    sent = [_sent(1), _sent(2)]
    world.fanout.deliver(sent)
    assert late.frames == []
    assert late.held == [p.event for p in sent]


def test_socket_that_has_gone_does_not_stop_its_neighbours() -> None:
    world = _World()
    neighbour = world.session(3, NATIVE, ROOM)
    world.ann.is_gone = True
    world.fanout.deliver([_sent(1), _sent(2)])
    assert world.ann.frames == []
    assert _versions(neighbour) == [1, 2]


def test_revoked_login_ends_only_its_own_connections_and_before_what_follows() -> None:
    world = _World()
    other = FakeSession(world.hub, BOB, NATIVE, "other")
    world.hub.add(other.real)
    for session in (world.bob, other):
        world.hub.subscribe(session.real, channel_topic(ROOM))
    event = LoginsRevoked(BOB.id, (LoginId("login-2"),), "signed out")
    world.fanout.deliver([_sent(1), Publication(user_topic(BOB.id), event), _sent(2)])
    assert world.bob.notes == [("revoked", "signed out")]
    assert (_versions(world.bob), _versions(other)) == ([1], [1, 2])


def test_control_events_are_carried_out_and_never_sent() -> None:
    world = _World()
    renewed = LoginRenewed(LoginId("login-2"), 99)
    world.fanout.deliver([Publication(user_topic(BOB.id), renewed)])
    assert world.bob.notes == [("renewed", 99)]
    assert world.bob.frames == []


def test_blocks_are_for_the_nodes_memory_and_never_sent_nor_held() -> None:
    world = _World()
    late = FakeSession(world.hub, user(3), NATIVE)
    late.is_held = True
    world.hub.subscribe(late.real, channel_topic(ROOM))
    world.fanout.deliver([_sent(1), _in(ROOM, BlocksChanged(ROOM, (BOB.id,))), _sent(2)])
    assert _versions(world.ann) == [1, 2]
    assert [type(event) for event in late.held] == [MessageSent, MessageSent]


def test_profile_change_reaches_the_persons_own_devices() -> None:
    world = _World()
    world.fanout.deliver([Publication(user_topic(BOB.id), UserUpdated(BOB))])
    assert world.bob.notes == [("renamed", "User 2")]
    assert [f["type"] for f in world.bob.frames] == ["user_updated"]
    assert world.ann.frames == []


def test_event_without_a_word_in_a_dialect_writes_nothing_there() -> None:
    world = _World(OTHER)
    world.hub.subscribe(world.bob.real, channel_topic(ROOM))
    channel = Channel(ROOM, Kind.GROUP, "n", "", ANN.id, private=False, created_at=0)
    world.fanout.deliver([_in(ROOM, ChannelUpdated(ROOM, 1, channel))])
    assert world.bob.writes == []
    assert len(world.ann.writes) == 1


class _Hinting(NativeDialect):
    """Of a change of a channel it only says that there is one."""

    hints = frozenset((ChannelUpdated,))

    def render(self, event: Event) -> bytes | None:
        is_hint = isinstance(event, ChannelUpdated)
        return b'{"type":"look"}' if is_hint else super().render(event)


def _updated(version: int) -> Publication:
    channel = Channel(ROOM, Kind.GROUP, "room", "", ANN.id, False, 0)
    return _in(ROOM, ChannelUpdated(ROOM, version, channel))


def _told(session: FakeSession) -> list[str]:
    return [frame["type"] for frame in session.frames]


def test_hints_of_one_commit_that_say_the_same_come_once_and_messages_between_them_all() -> None:
    hinting = _Hinting(90)
    world = _World(hinting)
    for topic in (ROOM, ASIDE):
        world.hub.subscribe(world.bob.real, channel_topic(topic))
    changes = [_updated(version) for version in (1, 3, 4)]
    world.fanout.deliver([changes[0], _sent(2), *changes[1:]])
    assert _told(world.bob) == ["look", "new_message"]
    world.fanout.deliver([_updated(5)])
    assert _told(world.bob) == ["look", "new_message", "look"]
    assert _told(world.ann).count("channel_updated") == 4  # native says more than that


def test_hints_that_were_kept_while_a_session_caught_up_come_once() -> None:
    world = _World(_Hinting(90))
    world.fanout.catch_up(world.bob.real, [_updated(1).event, _sent(2).event, _updated(3).event])
    assert _told(world.bob) == ["look", "new_message"]
