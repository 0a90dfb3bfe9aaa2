"""Who comes into the lobby is announced, but not faster than they could speak."""

from fakes.broker import RecordingBroker
from fakes.clock import FakeClock
from fakes.session import FakeSession, user
from hubbub.dialects.mutiperson import LobbyDialect
from hubbub.gateway.hub import Hub
from hubbub.gateway.viewers import Viewers
from hubbub.model.events import ChannelEntered
from hubbub.model.ids import LOBBY
from hubbub.services.rates import MESSAGES, Rates


def test_announce_when_somebody_comes_too_often_is_silent_until_they_have_paid() -> None:
    broker, clock = RecordingBroker(), FakeClock()
    viewers = Viewers(broker, clock, Rates(clock, enabled=True), grace=0)
    for _ in range(MESSAGES.burst + 5):
        viewers.announce(FakeSession(Hub(), user(1), LobbyDialect()).real, LOBBY)
    assert len(broker.commits) == MESSAGES.burst
    clock.advance(1 / MESSAGES.per_second)
    viewers.announce(FakeSession(Hub(), user(1), LobbyDialect()).real, LOBBY)
    told = [publication.event for commit in broker.commits for publication in commit]
    assert told == [ChannelEntered(LOBBY, user(1), event.at) for event in told]  # type: ignore[union-attr]  # it has one
    assert len(told) == MESSAGES.burst + 1
    assert viewers.of(LOBBY, 9) == [1]
