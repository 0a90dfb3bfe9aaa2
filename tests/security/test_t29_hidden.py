"""T29: also what is wrong with a request is not told of channels that are hidden."""

from collections.abc import Callable

import pytest

from fakes.town import Town
from fakes.world import refused
from hubbub.model import commands as c
from hubbub.model import server_commands as sc
from hubbub.model.entities import Override, User
from hubbub.model.ids import CategoryId, ChannelId, MessageId, UserId
from hubbub.model.permissions import VIEW_CHANNEL
from hubbub.model.servers import Notify

NOBODY, NOTHING = UserId(9_999_999), MessageId(9_999_999)
ABSENT = ChannelId(8_888_888)

ASKED: dict[str, Callable[[ChannelId], c.Command]] = {
    "nothing to change": lambda i: c.UpdateChannel(i),
    "not for servers": lambda i: c.UpdateChannel(i, private=True),
    "not for groups": lambda i: c.UpdateChannel(i, slow_mode=5),
    "bad name": lambda i: c.UpdateChannel(i, name=""),
    "bad slow mode": lambda i: c.UpdateChannel(i, slow_mode=-1),
    "unknown category": lambda i: c.UpdateChannel(i, category_id=CategoryId(1)),
    "delete": lambda i: c.DeleteChannel(i),
    "join": lambda i: c.AddMember(i, NOBODY),
    "remove nobody": lambda i: c.RemoveMember(i, NOBODY),
    "remove the system": lambda i: c.RemoveMember(i, UserId(0)),
    "members": lambda i: c.ListMembers(i, limit=-1),
    "image": lambda i: c.PostImage(i, b"x", "/{message_id}"),
    "say nothing": lambda i: c.SendMessage(i, ""),
    "bad nonce": lambda i: c.SendMessage(i, "x", ""),
    "edit to nothing": lambda i: c.EditMessage(i, NOTHING, ""),
    "recall": lambda i: c.RecallMessage(i, NOTHING),
    "no emoji": lambda i: c.AddReaction(i, NOTHING, ""),
    "read": lambda i: c.MarkRead(i, 1),
    "delivered": lambda i: c.MarkDelivered(i, 1),
    "typing": lambda i: c.Typing(i),
    "pin": lambda i: sc.PinMessage(i, NOTHING),
    "notify": lambda i: sc.SetNotify(i, Notify.ALL),
    "asked notify": lambda i: sc.GetNotify(i),
    "bad webhook": lambda i: sc.CreateWebhook(i, ""),
    "webhooks": lambda i: sc.ListWebhooks(i),
    "override": lambda i: sc.PutOverride(i, Override(NOBODY, False, VIEW_CHANNEL)),
    "overrides": lambda i: sc.SetOverrides(i, (Override(NOBODY, True, VIEW_CHANNEL),)),
    "details": lambda i: c.ListDetails(i),
}


@pytest.fixture
async def hidden(town: Town) -> tuple[User, list[ChannelId]]:
    """Somebody, and a text channel of their server, a closed group and a direct channel that they do not see."""
    owner, peer = await town.person(), await town.person()
    view = await town.server(owner)
    user = await town.newcomer(view.server.id, owner)
    text = view.channels[0].channel.id
    await town.override(owner, text, user.id, deny=VIEW_CHANNEL)
    group = (await town.do(owner, c.CreateGroup("g", private=True))).channel.id
    await town.do(owner, c.AddMember(group, user.id))
    await town.do(owner, c.RemoveMember(group, user.id, ban=True))
    direct = (await town.do(owner, c.OpenDirect(peer.id)))[0].channel.id
    return user, [text, group, direct]


@pytest.mark.parametrize("asked", ASKED)
async def test_t29_hidden_channel_answers_as_an_absent_one(
    town: Town, hidden: tuple[User, list[ChannelId]], asked: str
) -> None:
    user, channels = hidden
    absent = await refused(town.do(user, ASKED[asked](ABSENT)))
    for channel in channels:
        found = await refused(town.do(user, ASKED[asked](channel)))
        assert (found.code, found.message) == (absent.code, absent.message), channel
