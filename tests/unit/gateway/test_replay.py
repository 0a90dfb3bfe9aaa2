"""Where a snapshot and what was held meet, in servers."""

from fakes.session import user
from hubbub.gateway.replay import Versions, news
from hubbub.model.entities import Channel, Kind
from hubbub.model.events import Event, OverridesUpdated
from hubbub.model.ids import ChannelId, RoleId, ServerId
from hubbub.model.server_events import ChannelHidden, ChannelShown, RoleDeleted

HOME, ONE, TWO = ServerId(1), ChannelId(21), ChannelId(22)
KNOWN = Versions({ONE: 5}, {HOME: 7})
ME = user(2).id


def _shown(channel: ChannelId) -> ChannelShown:
    return ChannelShown(HOME, 7, Channel(channel, Kind.TEXT, "c", "", None, False, 0), ME)


def _hidden(channel: ChannelId) -> ChannelHidden:
    return ChannelHidden(HOME, 7, channel, ME)


def test_what_overrides_show_and_hide_is_told_though_the_server_has_no_new_version() -> None:
    held: list[Event] = [_hidden(ONE), _shown(TWO), _hidden(TWO), _shown(ONE), _hidden(ONE)]
    assert news(held, KNOWN) == held


def test_what_the_snapshot_has_left_out_is_not_hidden_once_more() -> None:
    assert news([_hidden(TWO), _hidden(ONE), _hidden(ONE)], KNOWN) == [_hidden(ONE)]


def test_what_the_snapshot_tells_is_not_told_again() -> None:
    channel = Channel(ONE, Kind.TEXT, "c", "", None, False, 0, version=5)
    held: list[Event] = [RoleDeleted(HOME, 7, RoleId(1)), OverridesUpdated(ONE, 5, channel)]
    assert news(held, KNOWN) == []
