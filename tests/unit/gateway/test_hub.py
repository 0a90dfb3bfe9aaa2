"""The table of topics and sessions; nothing stays behind."""

import itertools

from fakes.session import FakeSession, user
from hubbub.dialects.channelchat import ChannelChatDialect
from hubbub.dialects.native import NativeDialect
from hubbub.gateway.hub import Hub
from hubbub.model.ids import LoginId, UserId
from hubbub.ports.dialect import Dialect

NATIVE, OTHER = NativeDialect(90), ChannelChatDialect(100)


def _live(hub: Hub, topic: str) -> list[object]:
    return [s for group in hub.live(topic).values() for s in group]


def test_subscribe_groups_sessions_by_dialect_in_their_order() -> None:
    hub = Hub()
    dialects: list[Dialect] = [NATIVE, OTHER, NATIVE]
    sessions = [FakeSession(hub, user(n), d).real for n, d in enumerate(dialects)]
    for session in sessions * 2:
        hub.subscribe(session, "channel:1")
    assert [list(g) for g in hub.live("channel:1").values()] == [
        [sessions[0], sessions[2]],
        [sessions[1]],
    ]


def test_held_sessions_become_live_when_released() -> None:
    hub = Hub()
    session = FakeSession(hub, user(1), NATIVE)
    session.is_held = True
    hub.subscribe(session.real, "channel:1")
    assert (_live(hub, "channel:1"), list(hub.held("channel:1"))) == ([], [session.real])
    session.is_held = False
    hub.release(session.real)
    assert (_live(hub, "channel:1"), list(hub.held("channel:1"))) == ([session.real], [])


def test_unsubscribe_works_held_and_live_and_twice() -> None:
    hub = Hub()
    held, live = FakeSession(hub, user(1), NATIVE), FakeSession(hub, user(2), NATIVE)
    held.is_held = True
    for session in (held, live):
        hub.subscribe(session.real, "channel:1")
    for session, _ in itertools.product((held, live), range(2)):
        hub.unsubscribe(session.real, "channel:1")
    assert hub.sizes() == {"topics": 0, "users": 0, "logins": 0}


def test_people_are_online_until_their_last_session_goes() -> None:
    hub = Hub()
    one, two = FakeSession(hub, user(1), NATIVE, "a"), FakeSession(hub, user(1), OTHER, "b")
    for session in (one, two):
        hub.add(session.real)
    assert hub.of_user(UserId(1)) == (one.real, two.real)
    assert hub.of_login(LoginId("b")) == (two.real,)
    hub.drop(one.real)
    assert hub.is_online(UserId(1))
    hub.drop(two.real)
    assert not hub.is_online(UserId(1))
    assert hub.of_login(LoginId("b")) == ()


def test_drop_of_everybody_leaves_nothing_behind() -> None:
    hub = Hub()
    sessions = [FakeSession(hub, user(n % 7), (NATIVE, OTHER)[n % 2]) for n in range(50)]
    for n, session in enumerate(sessions):
        session.is_held = n % 3 == 0
        hub.add(session.real)
        for topic in range(n % 5):
            hub.subscribe(session.real, f"channel:{topic}")
    assert hub.sizes()["topics"] > 0
    for session in sessions:
        hub.drop(session.real)
        hub.drop(session.real)
    assert hub.sizes() == {"topics": 0, "users": 0, "logins": 0}
