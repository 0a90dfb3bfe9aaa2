"""Servers that tests of services begin with."""

from fakes.town import Town
from hubbub.model.commands import GetChannel
from hubbub.model.entities import ChannelView, Message, User
from hubbub.model.ids import ChannelId
from hubbub.model.permissions import MANAGE_CHANNEL


class Hall:
    """A server with one channel, its owner and a plain member."""

    def __init__(self, town: Town) -> None:
        self.town = town

    async def build(self) -> "Hall":
        town = self.town
        self.ann = await town.person()
        view = await town.server(self.ann)
        self.id, self.everyone = view.server.id, view.server.everyone_role_id
        self.channel = view.channels[0].channel.id
        self.bob = await town.newcomer(self.id, self.ann)
        await town.heard()
        return self

    async def say(self, user: User, text: str = "hi", **more: object) -> Message:
        return (await self.town.say(user, self.channel, text, **more)).message

    async def deny(self, bits: int) -> None:
        await self.town.override(self.ann, self.channel, self.everyone, deny=bits)
        await self.town.heard()

    async def waiting(self, user: User) -> tuple[int, int]:
        view: ChannelView = await self.town.do(user, GetChannel(self.channel))
        return view.unread, view.mentions


class Place:
    """A server with one channel, its owner, a keeper of channels and a plain member."""

    def __init__(self, town: Town) -> None:
        self.town = town

    async def build(self) -> "Place":
        town = self.town
        self.ann = await town.person()
        view = await town.server(self.ann)
        self.id, self.everyone = view.server.id, view.server.everyone_role_id
        self.channel = view.channels[0].channel.id
        self.keepers = await town.role(self.ann, self.id, MANAGE_CHANNEL, "keepers")
        self.keeper = await town.newcomer(self.id, self.ann, self.keepers)
        self.plain = await town.newcomer(self.id, self.ann)
        await town.heard()
        return self

    def may(self, user: User, channel: ChannelId | None = None) -> int:
        return self.town.state(self.id).permissions_in(channel or self.channel, user.id)
