"""Webhooks: who makes them, and that a token posts into one channel and does nothing else."""

from pathlib import Path

import msgspec
import pytest

from fakes.town import Town
from hubbub.model.commands import (
    Command,
    CreateGroup,
    DeleteChannel,
    GetUser,
    History,
    OpenDirect,
    RequestFriend,
)
from hubbub.model.entities import User
from hubbub.model.errors import Code
from hubbub.model.events import MessageSent
from hubbub.model.ids import ChannelId, UserId, WebhookId
from hubbub.model.permissions import MANAGE_WEBHOOKS, VIEW_CHANNEL
from hubbub.model.server_commands import (
    CreateWebhook,
    DeleteServer,
    DeleteWebhook,
    ListAudit,
    ListWebhooks,
    PostWebhook,
    UpdateWebhook,
)
from hubbub.model.servers import Webhook
from hubbub.model.topics import channel_topic
from hubbub.services.rates import MESSAGES


class Hooked:
    """A server with a webhook in its channel."""

    def __init__(self, town: Town) -> None:
        self.town = town

    async def build(self) -> "Hooked":
        town = self.town
        self.ann = await town.person()
        view = await town.server(self.ann)
        self.id, self.everyone = view.server.id, view.server.everyone_role_id
        self.channel = view.channels[0].channel.id
        self.plain = await town.newcomer(self.id, self.ann)
        command = CreateWebhook(self.channel, "build bot", "/bot.png")
        self.hook: Webhook = await town.do(self.ann, command)
        await town.heard()
        return self

    def post(self, content: str = "hi", **more: object) -> PostWebhook:
        return PostWebhook(self.hook.id, self.hook.token, content, **more)  # type: ignore[arg-type]  # any fields


@pytest.fixture
async def hooked(town: Town) -> Hooked:
    return await Hooked(town).build()


async def test_a_token_is_told_once_and_posts_without_an_account(
    town: Town, hooked: Hooked
) -> None:
    assert hooked.hook.token
    (listed,) = await town.do(hooked.ann, ListWebhooks(hooked.channel))
    assert listed == msgspec.structs.replace(hooked.hook, token="")
    sent = await town.do(None, hooked.post())
    message = sent.message
    expected = User(
        UserId(hooked.hook.id), "build bot", "build bot", hooked.hook.created_at, is_bot=True
    )
    assert (message.author, message.content, message.server_id) == (expected, "hi", hooked.id)
    assert message.extra is not None
    assert (message.extra.alias, message.extra.avatar_url) == ("build bot", "/bot.png")
    ((topic, event),) = [(p.topic, p.event) for p in await town.heard()]
    assert isinstance(event, MessageSent)
    assert (topic, event.message) == (channel_topic(hooked.channel), message)
    (stored,) = (await town.do(hooked.plain, History(hooked.channel))).messages
    assert stored == message


async def test_a_message_may_name_its_author_and_picture(town: Town, hooked: Hooked) -> None:
    command = hooked.post(name="Deploy", avatar_url="https://example.org/d.png", type="card")
    message = (await town.do(None, command)).message
    assert (message.author.username, message.author.display_name) == ("Deploy", "Deploy")
    assert message.extra is not None
    assert message.extra.avatar_url == "https://example.org/d.png"
    assert message.extra.type == "card"
    (stored,) = (await town.do(hooked.plain, History(hooked.channel))).messages
    assert stored == message


async def test_an_unknown_webhook_and_a_wrong_token_look_the_same(
    town: Town, hooked: Hooked
) -> None:
    unknown = PostWebhook(WebhookId(7), hooked.hook.token, "hi")
    wrong = [
        PostWebhook(hooked.hook.id, token, "hi")
        for token in ("", "x", hooked.hook.token[:-1], hooked.hook.token + "x", "\ud800")
    ]
    texts = {(await town.absent(None, command)).message for command in (unknown, *wrong)}
    assert len(texts) == 1


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("content", {"content": " "}),
        ("content", {"content": "x" * 5001}),
        ("nonce", {"nonce": ""}),
        ("username", {"name": "\n"}),
        ("avatar_url", {"avatar_url": "ftp://x"}),
        ("type", {"type": "x" * 65}),
        ("payload", {"payload": msgspec.Raw(b"[]")}),
    ],
)
async def test_what_a_message_can_not_be_is_refused(
    town: Town, hooked: Hooked, field: str, values: dict[str, object]
) -> None:
    command = msgspec.structs.replace(hooked.post(), **values)
    assert (await town.refused(None, command, Code.INVALID)).field == field


async def test_a_nonce_makes_one_message_of_many(town: Town, hooked: Hooked) -> None:
    first = await town.do(None, hooked.post(nonce="n"))
    second = await town.do(None, hooked.post(nonce="n"))
    assert (first.duplicate, second.duplicate) == (False, True)
    assert first.message == second.message


async def test_a_webhook_calls_people_but_never_roles_nor_everybody(
    town: Town, hooked: Hooked
) -> None:
    role = await town.role(hooked.ann, hooked.id)
    town.presence.here = {hooked.plain.id}
    text = f"<@{hooked.plain.id}> <@&{role.id}> @everyone @here"
    message = (await town.do(None, hooked.post(text))).message
    assert message.mentions == (hooked.plain.id,)
    assert message.extra is not None
    assert (message.extra.mention_roles, message.extra.here) == ((), False)


async def test_webhooks_take_their_permission_in_the_channel(town: Town, hooked: Hooked) -> None:
    commands: list[Command] = [
        CreateWebhook(hooked.channel, "x"),
        ListWebhooks(hooked.channel),
        UpdateWebhook(hooked.hook.id, name="x"),
        DeleteWebhook(hooked.hook.id),
    ]
    stranger = await town.person()
    for command in commands:
        assert "MANAGE_WEBHOOKS" in (await town.forbidden(hooked.plain, command)).message
        await town.absent(stranger, command)
    await town.override(hooked.ann, hooked.channel, hooked.plain.id, allow=MANAGE_WEBHOOKS)
    for command in commands:
        await town.do(hooked.plain, command)
    notes = await town.do(hooked.ann, ListAudit(hooked.id))
    told = [n.action for n in notes if n.action.startswith("webhook")]
    assert told == ["webhook.delete", "webhook.update", "webhook.create", "webhook.create"]
    assert not any(hooked.hook.token in str(n.changes) for n in notes)


async def test_a_webhook_of_a_channel_that_one_does_not_see_is_not_there(
    town: Town, hooked: Hooked
) -> None:
    await town.override(hooked.ann, hooked.channel, hooked.everyone, deny=VIEW_CHANNEL)
    for command in (UpdateWebhook(hooked.hook.id, name="x"), DeleteWebhook(hooked.hook.id)):
        assert "webhook" in (await town.absent(hooked.plain, command)).message


async def test_a_path_with_another_channel_finds_no_webhook(town: Town, hooked: Hooked) -> None:
    other = (await town.channel(hooked.ann, hooked.id)).id
    for channel in (other, ChannelId(7)):
        await town.absent(hooked.ann, DeleteWebhook(hooked.hook.id, channel))
        await town.absent(hooked.ann, UpdateWebhook(hooked.hook.id, "x", channel_id=channel))
    await town.do(hooked.ann, UpdateWebhook(hooked.hook.id, "x", channel_id=hooked.channel))


async def test_a_new_token_ends_the_old_one(town: Town, hooked: Hooked) -> None:
    renamed = await town.do(hooked.ann, UpdateWebhook(hooked.hook.id, "new", "/new.png"))
    assert (renamed.name, renamed.avatar_url, renamed.token) == ("new", "/new.png", "")
    await town.do(None, hooked.post())
    fresh = await town.do(hooked.ann, UpdateWebhook(hooked.hook.id, new_token=True))
    assert fresh.token not in ("", hooked.hook.token)
    await town.absent(None, hooked.post())
    sent = await town.do(None, PostWebhook(fresh.id, fresh.token, "hi"))
    assert sent.message.author.username == "new"
    await town.refused(hooked.ann, UpdateWebhook(hooked.hook.id), Code.INVALID)


async def test_a_webhook_ends_with_its_channel_its_server_or_by_itself(
    town: Town, hooked: Hooked
) -> None:
    await town.do(None, hooked.post())
    await town.do(hooked.ann, DeleteWebhook(hooked.hook.id))
    await town.absent(None, hooked.post())
    assert len((await town.do(hooked.plain, History(hooked.channel))).messages) == 1
    hooked.hook = await town.do(hooked.ann, CreateWebhook(hooked.channel, "again"))
    await town.do(hooked.ann, DeleteChannel(hooked.channel))
    await town.absent(None, hooked.post())
    other = await town.channel(hooked.ann, hooked.id)
    hooked.hook = await town.do(hooked.ann, CreateWebhook(other.id, "again"))
    await town.do(hooked.ann, DeleteServer(hooked.id))
    await town.absent(None, hooked.post())


async def test_a_webhook_is_nobody_one_could_meet(town: Town, hooked: Hooked) -> None:
    nobody = UserId(hooked.hook.id)
    for command in (OpenDirect(nobody), RequestFriend(nobody)):
        await town.absent(hooked.ann, command)
    found = await town.do(hooked.ann, GetUser(nobody))
    assert found.user.is_bot


async def test_only_channels_of_servers_have_webhooks(town: Town, hooked: Hooked) -> None:
    group = (await town.do(hooked.ann, CreateGroup("group"))).channel.id
    await town.absent(hooked.ann, CreateWebhook(group, "x"))


async def test_posts_are_rated_per_webhook(tmp_path: Path) -> None:
    town = Town(tmp_path / "hubbub.db", rated=True)
    hooked = await Hooked(town).build()
    for _ in range(MESSAGES.burst):
        await town.do(None, hooked.post())
    await town.refused(None, hooked.post(), Code.RATE_LIMITED)
    await town.store.close()
