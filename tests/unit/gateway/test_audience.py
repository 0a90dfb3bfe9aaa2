"""Who hears which channel of a server: a change of permissions takes effect exactly where it stands."""

from typing import cast

import msgspec
import pytest

from fakes.clock import FakeClock
from fakes.ids import SequentialIds
from fakes.session import FakeSession, user
from hubbub.dialects.channelchat import ChannelChatDialect
from hubbub.dialects.chatgroup import ChatGroup
from hubbub.dialects.native import NativeDialect
from hubbub.gateway.audience import AGAIN
from hubbub.gateway.fanout import Fanout
from hubbub.gateway.hub import Hub
from hubbub.gateway.receipts import Receipts
from hubbub.gateway.recovery import Recovery
from hubbub.gateway.redelivery import Redelivery
from hubbub.gateway.replay import Versions, fresh
from hubbub.model.entities import Channel, Kind, Message, Override, User
from hubbub.model.events import (
    ChannelCreated,
    ChannelDeleted,
    ChannelEvent,
    Event,
    MessageSent,
    OverridesUpdated,
    Publication,
    ReactionAdded,
)
from hubbub.model.ids import ChannelId, MessageId, RoleId, ServerId, UserId
from hubbub.model.permissions import ADMINISTRATOR, EVERYONE, READ_HISTORY, VIEW_CHANNEL
from hubbub.model.server_events import (
    RoleDeleted,
    RoleUpdated,
    ServerCreated,
    ServerDeleted,
    ServerEvent,
    ServerMemberJoined,
    ServerMemberLeft,
    ServerMemberUpdated,
    ServerUpdated,
)
from hubbub.model.servers import Departure, Role, Server, ServerMember, ServerView
from hubbub.model.topics import channel_topic, server_topic, user_topic
from hubbub.ports.dialect import Dialect
from hubbub.ports.server_store import ServerRows
from hubbub.ports.store import Store
from hubbub.services.states import ServerState, ServerStates

HOME, ALL, STAFF = ServerId(1), RoleId(10), RoleId(11)
OPEN, SECRET = ChannelId(21), ChannelId(22)
OWNER, ANN, BOB = user(1), user(2), user(3)
NATIVE, ENTERED, CHATS = NativeDialect(90), ChannelChatDialect(100), ChatGroup("/").plain
HIDDEN = Override(ALL, True, deny=VIEW_CHANNEL)
FOR_STAFF = Override(STAFF, True, allow=VIEW_CHANNEL)


def _channel(number: ChannelId, *overrides: Override, version: int = 1) -> Channel:
    made = Channel(number, Kind.TEXT, f"c{number}", "", None, False, 0, version=version)
    return msgspec.structs.replace(made, server_id=HOME, overrides=overrides)


def _role(number: RoleId, permissions: int) -> Role:
    return Role(number, HOME, f"r{number}", 0, int(number) - 10, permissions)


def _member(number: int, *roles: RoleId) -> ServerMember:
    return ServerMember(HOME, UserId(number), 0, role_ids=roles)


class _States(ServerStates):
    """The owner and Ann are members; the second channel is the staff's."""

    def __init__(self) -> None:
        super().__init__(cast("Store", None))

    async def read(self, key: ServerId) -> ServerState:
        """In place of the store's."""
        rows = ServerRows(
            Server(key, "home", "", OWNER.id, ALL, 0),
            [_role(ALL, EVERYONE), _role(STAFF, 0)],
            [],
            [_channel(OPEN), _channel(SECRET, HIDDEN, FOR_STAFF)],
            [_member(1), _member(2)],
        )
        return ServerState(rows)


class _World:
    """The owner and Ann listen; Bob is online."""

    def __init__(self, states: _States) -> None:
        self.hub, self.states, self.version = Hub(), states, 0
        recovery = Recovery(FakeClock(), SequentialIds())
        self.fanout = Fanout(
            self.hub, states, recovery, cast("Receipts", None), cast("Redelivery", None)
        )
        self.owner, self.ann = self.member(1), self.member(2)
        self.bob = self.session(3)

    def session(self, number: int, dialect: Dialect = NATIVE) -> FakeSession:
        made = FakeSession(self.hub, user(number), dialect)
        self.hub.add(made.real)
        self.hub.subscribe(made.real, user_topic(made.caller.user_id))
        return made

    def member(self, number: int, dialect: Dialect = NATIVE) -> FakeSession:
        made = self.session(number, dialect)
        state = self.states.known(HOME)
        assert state is not None
        self.fanout.audience.join(made.real, state)
        return made

    def publish(self, *events: Event) -> None:
        """One commit: memory first."""
        for event in events:
            self.states.apply(event)
        self.fanout.deliver([Publication(_topic(event), event) for event in events])

    def come(self, user: User) -> tuple[Event, Event]:
        """As services announce it: first the server, to who has come, then them, to all."""
        state, version = self.states.known(HOME), self.next()
        assert state is not None
        member = _member(user.id)
        view = ServerView(state.server, member, (), (), (), len(state.members) + 1, 0)
        joined = ServerMemberJoined(HOME, version, member, user)
        return ServerCreated(HOME, version, view), joined

    def next(self) -> int:
        self.version += 1
        return self.version


@pytest.fixture
async def world() -> _World:
    states = _States()
    await states.get(HOME)
    return _World(states)


def _topic(event: Event) -> str:
    if isinstance(event, ServerEvent):
        return server_topic(event.server_id)
    if isinstance(event, ServerCreated):
        return user_topic(event.view.member.user_id)
    assert isinstance(event, ChannelEvent | MessageSent | ReactionAdded)
    return channel_topic(event.channel_id)


def _said(channel: ChannelId, text: str) -> MessageSent:
    message = Message(MessageId(5), channel, 1, 2, OWNER, text, 0, server_id=HOME)
    return MessageSent(channel, 2, message)


def _heard(session: FakeSession) -> list[str]:
    """Messages by what they say, other events by their type."""
    return [
        frame["data"]["message"]["content"] if "message" in frame["data"] else frame["type"]
        for frame in session.frames
    ]


def _texts(session: FakeSession) -> list[str]:
    return [text for text in _heard(session) if "_" not in text]


def test_members_hear_what_they_see_and_others_nothing(world: _World) -> None:
    world.publish(_said(OPEN, "open"), _said(SECRET, "secret"))
    assert _heard(world.owner) == ["open", "secret"]
    assert _heard(world.ann) == ["open"]
    assert _heard(world.bob) == []


def test_a_role_shows_a_channel_and_its_loss_hides_it_from_exactly_there(world: _World) -> None:
    given = ServerMemberUpdated(HOME, world.next(), _member(2, STAFF), ANN)
    world.publish(_said(SECRET, "before"), given, _said(SECRET, "while"))
    taken = ServerMemberUpdated(HOME, world.next(), _member(2), ANN)
    world.publish(_said(SECRET, "still"), taken, _said(SECRET, "after"))
    assert _texts(world.ann) == ["while", "still"]
    assert world.ann.shown[HOME] == {OPEN}


@pytest.mark.parametrize("is_held", [False, True])
def test_overrides_narrow_before_they_are_told(world: _World, is_held: bool) -> None:
    world.ann.is_held = False
    if is_held:
        world.hub.drop(world.ann.real)
        world.ann.is_held = True
        world.member(2)
    change = OverridesUpdated(OPEN, 2, _channel(OPEN, HIDDEN, version=2))
    world.publish(_said(OPEN, "before"), change, _said(OPEN, "after"))
    assert _texts(world.owner) == ["before", "after"]
    told = [type(e).__name__ for e in world.ann.held] or _heard(world.ann)
    assert not {"OverridesUpdated", "channel_updated", "after"} & set(told)


def test_a_channel_that_is_shown_while_one_catches_up_is_told(world: _World) -> None:
    """The snapshot has been read; a channel's overrides change without a new version of the server."""
    state = world.states.known(HOME)
    assert state is not None
    snapshot = Versions({OPEN: 1}, {HOME: state.server.version})
    held = world.session(2)
    held.is_held = True
    world.fanout.audience.join(held.real, state)
    world.publish(OverridesUpdated(SECRET, 2, _channel(SECRET, version=2)))
    told = [type(event).__name__ for event in fresh(held.held, snapshot)]
    assert told == ["ChannelShown", "OverridesUpdated"]


def test_overrides_widen(world: _World) -> None:
    change = OverridesUpdated(SECRET, 2, _channel(SECRET, version=2))
    world.publish(_said(SECRET, "before"), change, _said(SECRET, "after"))
    assert _texts(world.ann) == ["after"]


def test_a_role_that_becomes_administrator_shows_all(world: _World) -> None:
    world.publish(ServerMemberUpdated(HOME, world.next(), _member(2, STAFF), ANN))
    world.publish(OverridesUpdated(SECRET, 2, _channel(SECRET, HIDDEN, version=2)))
    world.publish(_said(SECRET, "hidden"))
    world.publish(RoleUpdated(HOME, world.next(), _role(STAFF, ADMINISTRATOR)))
    world.publish(_said(SECRET, "shown"))
    world.publish(RoleDeleted(HOME, world.next(), STAFF), _said(SECRET, "gone"))
    assert _texts(world.ann) == ["shown"]


def test_who_owns_it_sees_all_and_who_did_no_longer(world: _World) -> None:
    server = Server(HOME, "home", "", ANN.id, ALL, 0)
    world.publish(ServerUpdated(HOME, world.next(), server), _said(SECRET, "secret"))
    assert _texts(world.ann) == ["secret"]
    assert _texts(world.owner) == []


def test_a_new_channel_is_told_to_who_sees_it(world: _World) -> None:
    hidden = _channel(ChannelId(23), HIDDEN)
    world.publish(ChannelCreated(hidden.id, 1, hidden), _said(hidden.id, "hidden"))
    shown = _channel(ChannelId(24))
    world.publish(ChannelCreated(shown.id, 1, shown), _said(shown.id, "shown"))
    assert _heard(world.owner) == ["channel_created", "hidden", "channel_created", "shown"]
    assert _heard(world.ann) == ["channel_created", "shown"]


def test_a_deleted_channel_is_told_once(world: _World) -> None:
    world.publish(ChannelDeleted(OPEN, 3, HOME), _said(OPEN, "after"))
    world.publish(ServerMemberUpdated(HOME, world.next(), _member(2), ANN))
    assert _heard(world.ann).count("channel_deleted") == 1
    assert _texts(world.ann) == []


def test_who_comes_hears_from_their_coming_on_and_who_goes_until_their_going(
    world: _World,
) -> None:
    came = world.come(BOB)
    world.publish(_said(OPEN, "before"), *came, _said(OPEN, "while"), _said(SECRET, "secret"))
    assert _heard(world.bob) == ["server_created", "server_member_joined", "while"]
    kicked = ServerMemberLeft(HOME, world.next(), BOB, OWNER.id, Departure.KICKED)
    world.publish(kicked, _said(OPEN, "after"))
    later = ServerUpdated(HOME, world.next(), Server(HOME, "x", "", OWNER.id, ALL, 0))
    world.publish(later)
    assert _texts(world.bob) == ["while"]
    assert world.bob.topics == {user_topic(BOB.id)}
    assert world.bob.shown == {}


def test_who_enters_channels_is_turned_out(world: _World) -> None:
    entered = world.session(2, ENTERED)
    world.hub.subscribe(entered.real, channel_topic(OPEN))
    change = OverridesUpdated(OPEN, 2, _channel(OPEN, HIDDEN, version=2))
    world.publish(change, _said(OPEN, "after"))
    assert channel_topic(OPEN) not in entered.topics
    assert "after" not in str(entered.frames)


def test_a_dialect_without_servers_hears_nothing_of_them(world: _World) -> None:
    chats = world.session(3, CHATS)
    world.publish(*world.come(BOB), _said(OPEN, "x"))
    assert chats.topics == {user_topic(BOB.id)}


def _reacted(version: int) -> ReactionAdded:
    return ReactionAdded(OPEN, version, _said(OPEN, "old").message, OWNER.id, "x")


MUTE = Override(ALL, True, deny=READ_HISTORY)


@pytest.mark.parametrize("is_held", [False, True])
def test_who_may_not_read_history_is_not_told_old_messages_again(
    world: _World, is_held: bool
) -> None:
    world.publish(_reacted(3))
    lost = OverridesUpdated(OPEN, 4, _channel(OPEN, MUTE, version=4))
    world.publish(_reacted(5), lost, _reacted(6))
    late = world.ann
    if is_held:
        late = world.session(2)
        late.is_held = True
        state = world.states.known(HOME)
        assert state is not None
        world.fanout.audience.join(late.real, state)
    world.publish(_reacted(7), _said(OPEN, "new"))
    world.publish(OverridesUpdated(OPEN, 8, _channel(OPEN, version=8)), _reacted(9))
    assert [f["data"]["version"] for f in world.owner.frames if f["type"] == "reaction_added"] == [
        3, 5, 6, 7, 9,
    ]  # fmt: skip
    if is_held:
        names = [type(event).__name__ for event in late.held]
        assert names == ["MessageSent", "ChannelShown", "OverridesUpdated", "ReactionAdded"]
        return
    told = [(f["type"], f["data"]["version"]) for f in world.ann.frames]
    assert told == [
        ("reaction_added", 3),
        ("channel_created", 4),
        ("channel_updated", 4),
        ("new_message", 2),
        ("channel_created", 8),
        ("channel_updated", 8),
        ("reaction_added", 9),
    ]


def test_ones_own_message_is_told_again(world: _World) -> None:
    world.publish(OverridesUpdated(OPEN, 2, _channel(OPEN, MUTE, version=2)))
    mine = msgspec.structs.replace(_said(OPEN, "mine").message, author=ANN)
    world.publish(ReactionAdded(OPEN, 3, mine, OWNER.id, "x"))
    assert world.ann.frames[-1]["type"] == "reaction_added"


def test_the_end_of_a_server_is_the_end_of_its_channels(world: _World) -> None:
    entered = world.session(2, ENTERED)
    world.hub.subscribe(entered.real, channel_topic(OPEN))
    world.publish(ServerDeleted(HOME, world.next(), (OPEN, SECRET)), _said(OPEN, "after"))
    for session in (world.owner, world.ann, entered):
        assert session.topics == {user_topic(session.caller.user_id)}
        assert "after" not in str(session.frames)
    assert [frame["type"] for frame in entered.frames] == ["channel_deleted"]


@pytest.mark.parametrize(
    "event",
    [
        RoleUpdated(HOME, 9, _role(STAFF, 0)),
        ChannelCreated(ChannelId(23), 1, _channel(ChannelId(23))),
    ],
)
def test_a_server_that_memory_has_lost_ends_connections_rather_than_skip(
    world: _World, event: Event
) -> None:
    world.states.forget()
    world.fanout.deliver([Publication(_topic(event), event)])
    assert world.ann.notes == [("closed", AGAIN.code)]
