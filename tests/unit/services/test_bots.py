"""Bots: accounts for programs, whose token lasts until it is reset."""

import pytest

from fakes.town import Town
from hubbub.model.commands import (
    AnswerFriend,
    Caller,
    ChangePassword,
    ClaimAdmin,
    Command,
    CreateGroup,
    History,
    Refresh,
    Register,
    RequestFriend,
    SendMessage,
    SignIn,
    SignOut,
    UpdateChannel,
)
from hubbub.model.entities import ChannelView, User
from hubbub.model.errors import Code, Refused
from hubbub.model.events import LoginsRevoked
from hubbub.model.ids import ServerId, UserId
from hubbub.model.permissions import MANAGE_SERVER
from hubbub.model.server_commands import (
    AcceptInvite,
    AddBot,
    CreateBot,
    CreateServer,
    DeleteBot,
    GetServer,
    ListAudit,
    ListBots,
    ResetBot,
    UpdateServer,
)
from hubbub.model.server_events import (
    ServerCreated,
    ServerMemberJoined,
    ServerMemberLeft,
    ServerRemoved,
)
from hubbub.model.servers import Bot, Departure
from hubbub.model.topics import server_topic, user_topic

YEARS = 10 * 365 * 24 * 3600


async def bearer(town: Town, token: str) -> Caller:
    return await town.logins.authenticate(token, "192.0.2.9")


async def test_a_bot_signs_in_with_a_token_that_lasts(town: Town) -> None:
    ann = await town.person()
    bot: Bot = await town.do(ann, CreateBot("helper", "The Helper"))
    assert (bot.user.username, bot.user.display_name) == ("helper", "The Helper")
    assert bot.user.is_bot
    assert bot.owner_id == ann.id
    town.clock.advance(YEARS)
    assert (await bearer(town, bot.token)).user == bot.user
    (listed,) = await town.do(ann, ListBots())
    assert (listed.user, listed.token) == (bot.user, "")
    assert await town.do(await town.person(), ListBots()) == []
    # There is no password to sign in with.
    for password in ("", "None", "helper"):
        await town.refused(None, SignIn("helper", password), Code.UNAUTHORIZED)


async def test_a_bots_name_is_like_anybodys(town: Town) -> None:
    ann = await town.person("ann")
    assert (await town.refused(ann, CreateBot("Ann"), Code.CONFLICT)).field == "username"
    await town.refused(ann, CreateBot("a@b"), Code.INVALID)
    await town.refused(ann, CreateBot("helper", "\n"), Code.INVALID)


async def test_a_reset_ends_the_old_token_and_its_connections(town: Town) -> None:
    ann = await town.person()
    bot = await town.do(ann, CreateBot("helper"))
    caller = await bearer(town, bot.token)
    await town.heard()
    fresh = await town.do(ann, ResetBot(bot.user.id))
    (told,) = [p.event for p in await town.heard() if isinstance(p.event, LoginsRevoked)]
    assert told.login_ids == (caller.login_id,)
    with pytest.raises(Refused):
        await bearer(town, bot.token)
    assert (await bearer(town, fresh.token)).user == bot.user
    for stranger, bot_id in ((await town.person(), bot.user.id), (ann, ann.id), (ann, UserId(7))):
        for command in (ResetBot(bot_id), DeleteBot(bot_id)):
            assert "bot" in (await town.absent(stranger, command)).message


async def test_a_bot_comes_into_a_server_by_its_owner_with_manage_server(town: Town) -> None:
    ann = await town.person()
    view = await town.server(ann)
    server, channel = view.server.id, view.channels[0].channel.id
    owner = await town.newcomer(server, ann)
    bot = await town.do(owner, CreateBot("helper"))
    add = AddBot(server, bot.user.id)
    assert "bot" in (await town.absent(ann, add)).message
    assert "MANAGE_SERVER" in (await town.forbidden(owner, add)).message
    await town.give(ann, server, owner, await town.role(ann, server, MANAGE_SERVER))
    await town.heard()
    member, user = await town.do(owner, add)
    assert (member.user_id, user) == (bot.user.id, bot.user)
    made, came = await town.heard()
    assert isinstance(made.event, ServerCreated)
    assert isinstance(came.event, ServerMemberJoined)
    assert (made.topic, came.topic) == (user_topic(bot.user.id), server_topic(server))
    (note, *_) = await town.do(ann, ListAudit(server))
    assert (note.action, note.target_id) == ("bot.add", bot.user.id)
    sent = await town.say(bot.user, channel)
    assert sent.message.author == bot.user
    (stored,) = (await town.do(ann, History(channel))).messages
    assert stored.author == bot.user


async def test_a_bot_is_not_given_a_server(town: Town) -> None:
    ann = await town.person()
    server = (await town.server(ann)).server.id
    bot = await town.do(ann, CreateBot("helper"))
    await town.do(ann, AddBot(server, bot.user.id))
    refusal = await town.refused(ann, UpdateServer(server, owner_id=bot.user.id), Code.INVALID)
    assert refusal.message == "owner_id: it must be a person, not a bot"
    assert town.state(server).server.owner_id == ann.id


async def test_a_deleted_bot_leaves_its_servers_and_signs_in_no_more(town: Town) -> None:
    ann = await town.person()
    view = await town.server(ann)
    server = view.server.id
    bot = await town.do(ann, CreateBot("helper"))
    await town.do(ann, AddBot(server, bot.user.id))
    await bearer(town, bot.token)
    await town.heard()
    await town.do(ann, DeleteBot(bot.user.id))
    _, left, removed = await town.heard()
    assert isinstance(left.event, ServerMemberLeft)
    assert isinstance(removed.event, ServerRemoved)
    assert (left.topic, left.event.how) == (server_topic(server), Departure.DELETED)
    assert (removed.topic, removed.event.how) == (user_topic(bot.user.id), Departure.DELETED)
    with pytest.raises(Refused):
        await bearer(town, bot.token)
    await town.absent(bot.user, GetServer(server))
    assert await town.do(ann, ListBots()) == []
    await town.absent(ann, ResetBot(bot.user.id))


async def test_a_bot_that_owns_groups_is_not_deleted(town: Town) -> None:
    ann = await town.person()
    bot = await town.do(ann, CreateBot("helper"))
    made: ChannelView = await town.do(bot.user, CreateGroup("its group", user_ids=(ann.id,)))
    refusal = await town.refused(ann, DeleteBot(bot.user.id), Code.CONFLICT)
    assert refusal.message == "The bot owns groups; let it hand them over or delete them first."
    await bearer(town, bot.token)
    await town.do(bot.user, UpdateChannel(made.channel.id, owner_id=ann.id))
    await town.do(ann, DeleteBot(bot.user.id))
    assert await town.do(ann, ListBots()) == []


COMMANDS: list[Command] = [
    CreateBot("more"),
    ListBots(),
    ResetBot(UserId(1)),
    DeleteBot(UserId(1)),
    AddBot(ServerId(1), UserId(1)),
    CreateServer("mine"),
    AcceptInvite("code"),
    ClaimAdmin("token"),
    ChangePassword("", "password"),
    SignOut(),
    RequestFriend(UserId(1)),
    AnswerFriend(1, accept=True),
    Register("another", "password"),
    SignIn("another", "password"),
    Refresh("token"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: type(c).__name__)
async def test_a_bot_does_not_do_what_is_for_people(town: Town, command: Command) -> None:
    bot: User = (await town.do(await town.person(), CreateBot("helper"))).user
    assert "people" in (await town.forbidden(bot, command)).message


async def test_a_bot_is_a_member_like_others(town: Town) -> None:
    ann = await town.person()
    view = await town.server(ann)
    channel = view.channels[0].channel.id
    bot = (await town.do(ann, CreateBot("helper"))).user
    await town.absent(bot, SendMessage(channel, "hi"))
    await town.do(ann, AddBot(view.server.id, bot.id))
    await town.do(bot, SendMessage(channel, "hi"))


async def test_a_bot_where_a_similar_name_will_do_has_digits_and_shows_what_was_asked_for(
    town: Town,
) -> None:
    ann, bea = await town.person(), await town.person()
    first: Bot = await town.do(ann, CreateBot("helper", similar=True))
    second: Bot = await town.do(bea, CreateBot("helper", similar=True))
    assert first.user.username == "helper"
    assert second.user.username.startswith("helper-")
    assert [bot.user.display_name for bot in (first, second)] == ["helper", "helper"]
    assert second.owner_id == bea.id
    await town.refused(bea, CreateBot("helper"), Code.CONFLICT)
