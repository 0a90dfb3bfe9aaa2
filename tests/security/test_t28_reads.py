"""T28: a loss that comes between the check of a read and the read itself wins over the answer."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from fakes.town import Town
from hubbub.model import commands as c
from hubbub.model import server_commands as sc
from hubbub.model.entities import User
from hubbub.model.ids import ChannelId, MessageId, ServerId
from hubbub.model.permissions import ALL
from hubbub.ports.store import Transaction

T = TypeVar("T")


class Scene:
    """The victim may do everything in the owner's server, and moderates the owner's group."""

    def __init__(self, town: Town) -> None:
        self.town = town

    async def build(self) -> "Scene":
        town = self.town
        self.owner = await town.person()
        view = await town.server(self.owner)
        self.server: ServerId = view.server.id
        self.channel: ChannelId = view.channels[0].channel.id
        role = await town.role(self.owner, self.server, ALL)
        self.victim: User = await town.newcomer(self.server, self.owner, role)
        self.message: MessageId = (await town.say(self.owner, self.channel)).message.id
        self.group: ChannelId = (await town.do(self.owner, c.CreateGroup("g"))).channel.id
        await town.do(self.owner, c.AddMember(self.group, self.victim.id))
        self.said: MessageId = (await town.say(self.owner, self.group)).message.id
        return self

    async def lose(self) -> None:
        """The victim is put out of both."""
        await self.town.do(self.owner, sc.RemoveServerMember(self.server, self.victim.id))
        await self.town.do(self.owner, c.UpdateChannel(self.group, private=True))
        await self.town.do(self.owner, c.RemoveMember(self.group, self.victim.id))


READS: dict[str, Callable[[Scene], c.Command]] = {
    "message": lambda s: c.GetMessage(s.channel, s.message),
    "history": lambda s: c.History(s.channel),
    "pins": lambda s: sc.ListPins(s.channel),
    "channel": lambda s: c.GetChannel(s.channel),
    "channels": lambda s: sc.ListServerChannels(s.server),
    "server": lambda s: sc.GetServer(s.server),
    "members": lambda s: sc.ListServerMembers(s.server),
    "member": lambda s: sc.GetServerMember(s.server, s.owner.id),
    "bans": lambda s: sc.ListBans(s.server),
    "audit log": lambda s: sc.ListAudit(s.server),
    "invites": lambda s: sc.ListInvites(s.server),
    "webhooks": lambda s: sc.ListWebhooks(s.channel),
    "group's message": lambda s: c.GetMessage(s.group, s.said),
    "group": lambda s: c.GetChannel(s.group),
    "group's members": lambda s: c.ListMembers(s.group),
}


def before_the_next_read(
    town: Town, monkeypatch: pytest.MonkeyPatch, happens: Callable[[], Awaitable[None]]
) -> None:
    """What was checked before that read may no longer be so."""
    read = town.store.read

    async def late(ask: Transaction[T]) -> T:
        monkeypatch.setattr(town.store, "read", read)
        await happens()
        return await read(ask)

    monkeypatch.setattr(town.store, "read", late)


@pytest.mark.parametrize("what", READS)
async def test_t28_loss_during_a_read_wins(
    town: Town, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    scene = await Scene(town).build()
    command = READS[what](scene)
    assert await town.do(scene.victim, command) is not None
    before_the_next_read(town, monkeypatch, scene.lose)
    if what == "channels":  # the read itself looks who may see what
        assert await town.do(scene.victim, command) == []
        return
    await town.absent(scene.victim, command)
