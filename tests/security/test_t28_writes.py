"""T28: a loss that comes while a write waits for its transaction wins over the write."""

import asyncio
from collections.abc import Callable

import pytest

from fakes.town import Town
from hubbub.model import commands as c
from hubbub.model import server_commands as sc
from hubbub.model.entities import Message, Override, Sent, User
from hubbub.model.errors import Code, Refused
from hubbub.model.ids import ChannelId
from hubbub.model.permissions import ATTACH_FILES, MENTION_EVERYONE
from hubbub.model.servers import Webhook

PNG = b"\x89PNG\r\n\x1a\n"


class Hall:
    """A member who may mention everybody, and a webhook."""

    def __init__(self, town: Town) -> None:
        self.town = town

    async def build(self) -> "Hall":
        town = self.town
        self.ann = await town.person()
        view = await town.server(self.ann)
        self.server, self.everyone = view.server.id, view.server.everyone_role_id
        self.channel: ChannelId = view.channels[0].channel.id
        self.bob: User = await town.newcomer(self.server, self.ann)
        await town.override(self.ann, self.channel, self.bob.id, MENTION_EVERYONE)
        self.hook: Webhook = await town.do(self.ann, sc.CreateWebhook(self.channel, "hook"))
        return self

    def deny(self, permission: int) -> c.Command:
        return sc.PutOverride(self.channel, Override(self.bob.id, False, 0, permission))

    async def at_once(self, first: c.Command, user: User | None, then: c.Command) -> object:
        """The owner's command stands before the other in one queue; the other's result or refusal."""
        both = self.town.do(self.ann, first), self.town.do(user, then)
        results: list[object] = await asyncio.gather(*both, return_exceptions=True)
        return results[1]


@pytest.fixture
async def hall(town: Town) -> Hall:
    return await Hall(town).build()


async def test_t28_mention_of_everybody_is_not_stored_after_the_loss(hall: Hall) -> None:
    lost = hall.deny(MENTION_EVERYONE)
    found = await hall.at_once(lost, hall.bob, c.SendMessage(hall.channel, "@everyone"))
    assert isinstance(found, Refused)
    assert found.code is Code.FORBIDDEN
    again: Sent = await hall.town.say(hall.bob, hall.channel, "@everyone")
    assert again.message.extra is None


async def test_t28_edit_mentions_as_one_may_when_it_is_stored(hall: Hall) -> None:
    mine = (await hall.town.say(hall.bob, hall.channel)).message
    edit = c.EditMessage(hall.channel, mine.id, "@everyone @here")
    found = await hall.at_once(hall.deny(MENTION_EVERYONE), hall.bob, edit)
    assert isinstance(found, Message)
    assert found.extra is None


async def test_t28_image_is_not_posted_after_the_loss(hall: Hall) -> None:
    post = c.PostImage(hall.channel, PNG, "/{message_id}")
    put = hall.town.blobs.put
    keys: list[str] = []

    async def late(key: str, content: bytes) -> None:
        keys.append(key)
        await put(key, content)
        await hall.town.do(hall.ann, hall.deny(ATTACH_FILES))

    hall.town.blobs.put = late  # type: ignore[method-assign]  # a disk that takes its time
    await hall.town.forbidden(hall.bob, post)
    assert [await hall.town.blobs.get(key) for key in keys] == [None]


ENDS: dict[str, Callable[[Hall], c.Command]] = {
    "deleted": lambda h: sc.DeleteWebhook(h.hook.id),
    "new token": lambda h: sc.UpdateWebhook(h.hook.id, new_token=True),
}


@pytest.mark.parametrize("end", ENDS)
async def test_t28_token_of_a_webhook_does_not_outlive_its_end(hall: Hall, end: str) -> None:
    post = sc.PostWebhook(hall.hook.id, hall.hook.token, "late")
    found = await hall.at_once(ENDS[end](hall), None, post)
    assert isinstance(found, Refused), found
    assert found.code in (Code.UNAVAILABLE, Code.NOT_FOUND)
    await hall.town.absent(None, post)
