"""What was held while a snapshot was read: told once, and none of it lost."""

import pytest

from fakes.session import user
from hubbub.gateway.replay import Versions, behind, fresh
from hubbub.model.entities import Channel, ChannelView, Kind, Message
from hubbub.model.events import ChannelCreated, Event, MessageRecalled, MessageSent
from hubbub.model.ids import ChannelId, MessageId, RoleId, ServerId
from hubbub.model.server_events import (
    ChannelHidden,
    ChannelShown,
    RoleDeleted,
    ServerCreated,
)
from hubbub.model.servers import Server, ServerMember, ServerView

ANN = user(2)
HOME, NEW = ServerId(1), ServerId(2)
OPEN, SECRET = ChannelId(21), ChannelId(22)
# The snapshot: the server at version 5, one channel at version 3.
KNOWN = Versions({OPEN: 3}, {HOME: 5})


def _channel(number: ChannelId) -> Channel:
    return Channel(number, Kind.TEXT, "c", "", None, False, 0, version=1, server_id=HOME)


def _shown(number: ChannelId, version: int = 5) -> ChannelShown:
    return ChannelShown(HOME, version, _channel(number))


def _hidden(number: ChannelId, version: int = 5) -> ChannelHidden:
    return ChannelHidden(HOME, version, number)


def _said(channel: ChannelId, version: int) -> MessageSent:
    message = Message(MessageId(5), channel, 1, version, ANN, "hi", 0, server_id=HOME)
    return MessageSent(channel, version, message)


def _created(*channels: ChannelId) -> ServerCreated:
    views = tuple(ChannelView(_channel(number), None, 0, 0) for number in channels)
    server = Server(NEW, "new", "", ANN.id, RoleId(9), 0, 1)
    return ServerCreated(
        NEW, 1, ServerView(server, ServerMember(NEW, ANN.id, 0), (), (), views, 1, 0)
    )


def test_what_the_snapshot_has_is_not_told_again() -> None:
    news: list[Event] = [_said(OPEN, 4), RoleDeleted(HOME, 6, RoleId(9)), _said(SECRET, 1)]
    held: list[Event] = [_said(OPEN, 3), RoleDeleted(HOME, 5, RoleId(8)), *news]
    assert fresh(held, KNOWN) == news


@pytest.mark.parametrize("version", [5, 6])
def test_a_channel_shown_or_hidden_since_is_told_though_the_server_has_not_changed(
    version: int,
) -> None:
    held: list[Event] = [_shown(SECRET, version), _hidden(OPEN, version)]
    assert fresh(held, KNOWN) == held


def test_a_channel_that_the_snapshot_has_left_out_is_not_hidden_but_one_may_begin_anew() -> None:
    assert fresh([_shown(OPEN), _hidden(SECRET)], KNOWN) == [_shown(OPEN)]


def test_a_channel_shown_and_hidden_again_ends_hidden() -> None:
    held: list[Event] = [_shown(SECRET), _hidden(SECRET)]
    assert fresh(held, KNOWN) == held
    assert fresh([_hidden(OPEN), _shown(OPEN)], KNOWN) == [_hidden(OPEN), _shown(OPEN)]


@pytest.mark.parametrize("came", [_created(SECRET), ChannelCreated(SECRET, 1, _channel(SECRET))])
def test_a_channel_that_came_since_can_be_hidden(came: Event) -> None:
    assert fresh([came, _hidden(SECRET)], KNOWN) == [came, _hidden(SECRET)]
    assert fresh([came, _shown(SECRET)], KNOWN) == [came, _shown(SECRET)]


def test_behind_what_was_recalled_while_the_snapshot_was_read_is_not_sent() -> None:
    waited, recalled, late = (Message(MessageId(n), OPEN, n, n, ANN, "hi", 0) for n in (1, 2, 3))
    said = MessageSent(OPEN, 3, late)
    held = (MessageRecalled(OPEN, 4, recalled), said, MessageRecalled(OPEN, 5, late))
    told = behind((waited, recalled), held)
    assert [e.message.id for e in told if isinstance(e, MessageSent)] == [waited.id]
    assert [e for e in told if not isinstance(e, MessageSent)] == [held[0], held[2]]
    assert behind((), (said,)) == [said]
