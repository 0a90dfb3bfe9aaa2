"""S8: who may not read what was said before finds it nowhere."""

from collections.abc import Callable

import pytest

from fakes.town import Town
from hubbub.model import commands as c
from hubbub.model import server_commands as sc
from hubbub.model.entities import ChannelDetail, Message
from hubbub.model.errors import Code
from hubbub.model.ids import ChannelId, MessageId
from hubbub.model.permissions import MANAGE_MESSAGES, READ_HISTORY

OLD = "what was said before"


class Scene:
    """A member who may moderate a channel, but not read what was said in it before."""

    def __init__(self, town: Town) -> None:
        self.town = town

    async def build(self) -> "Scene":
        town = self.town
        self.owner = await town.person()
        view = await town.server(self.owner)
        self.server, self.everyone = view.server.id, view.server.everyone_role_id
        self.channel: ChannelId = view.channels[0].channel.id
        self.late = await town.newcomer(self.server, self.owner)
        self.message: MessageId = (await town.say(self.owner, self.channel, OLD)).message.id
        await town.override(
            self.owner, self.channel, self.late.id, MANAGE_MESSAGES, deny=READ_HISTORY
        )
        return self

    @property
    def place(self) -> tuple[ChannelId, MessageId]:
        return self.channel, self.message


WAYS: dict[str, Callable[[Scene], c.Command]] = {
    "message": lambda s: c.GetMessage(*s.place),
    "history": lambda s: c.History(s.channel),
    "around": lambda s: c.History(s.channel, around=s.message),
    "pins": lambda s: sc.ListPins(s.channel),
    "pin": lambda s: sc.PinMessage(*s.place),
    "unpin": lambda s: sc.UnpinMessage(*s.place),
    "reaction": lambda s: c.AddReaction(*s.place, "👍"),
    "one reaction": lambda s: c.AddReaction(*s.place, "👍", only=True),
    "no reaction": lambda s: c.RemoveReaction(*s.place, "👍"),
    "edit": lambda s: c.EditMessage(*s.place, "x"),
    "image": lambda s: c.GetImage(*s.place),
}


@pytest.fixture
async def scene(town: Town) -> Scene:
    return await Scene(town).build()


@pytest.mark.parametrize("way", WAYS)
async def test_s8_old_message_is_not_told(scene: Scene, way: str) -> None:
    await scene.town.refused(scene.late, WAYS[way](scene), Code.FORBIDDEN)


async def test_s8_list_of_channels_has_no_old_message(scene: Scene) -> None:
    ask = sc.ListServerChannels(scene.server)
    hidden: list[ChannelDetail] = await scene.town.do(scene.late, ask)
    assert [detail.latest for detail in hidden] == [None]
    shown: list[ChannelDetail] = await scene.town.do(scene.owner, ask)
    assert shown[0].latest is not None
    assert shown[0].latest.content == OLD


async def test_s8_what_one_said_oneself_is_still_ones_own(scene: Scene) -> None:
    town = scene.town
    mine = (await town.say(scene.late, scene.channel, "mine")).message
    edited: Message = await town.do(scene.late, c.EditMessage(scene.channel, mine.id, "better"))
    assert edited.content == "better"
    gone: Message = await town.do(scene.late, c.RecallMessage(*scene.place))
    assert gone.content == ""
