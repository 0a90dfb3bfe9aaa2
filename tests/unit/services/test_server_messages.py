"""Messages in servers: who may write, how often, whom they call, and who takes them back."""

import asyncio
from collections.abc import Awaitable

import msgspec
import pytest

from fakes.places import Hall
from fakes.town import Town
from hubbub.model.commands import (
    AddMember,
    Command,
    CreateGroup,
    EditMessage,
    GetImage,
    GetMessage,
    History,
    MarkRead,
    OpenDirect,
    PostImage,
    RecallMessage,
    SendMessage,
    Typing,
)
from hubbub.model.entities import Extra, Override, User
from hubbub.model.errors import Code
from hubbub.model.events import (
    ChannelCreated,
    MemberJoined,
    MessageEdited,
    MessageSent,
    ReadUpdated,
    TypingStarted,
)
from hubbub.model.ids import LOBBY
from hubbub.model.permissions import (
    ATTACH_FILES,
    MANAGE_MESSAGES,
    MENTION_EVERYONE,
    READ_HISTORY,
    SEND_MESSAGES,
    VIEW_CHANNEL,
)
from hubbub.model.server_commands import (
    DeleteServer,
    ListAudit,
    PutOverride,
)
from hubbub.model.topics import channel_topic, user_topic

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
async def hall(town: Town) -> Hall:
    return await Hall(town).build()


async def test_a_message_says_its_server_and_its_nonce_to_the_authors_devices(
    town: Town, hall: Hall
) -> None:
    message = await hall.say(hall.bob, nonce="n")
    assert (message.server_id, message.extra) == (hall.id, None)
    ((topic, event),) = [(p.topic, p.event) for p in await town.heard()]
    assert topic == channel_topic(hall.channel)
    assert event == MessageSent(hall.channel, message.version, message, "n")


async def test_writing_takes_its_permission(town: Town, hall: Hall) -> None:
    message = await hall.say(hall.bob)
    await town.absent(await town.person(), SendMessage(hall.channel, "hi"))
    await hall.deny(SEND_MESSAGES)
    for command in (
        SendMessage(hall.channel, "hi"),
        EditMessage(hall.channel, message.id, "new"),
        Typing(hall.channel),
        PostImage(hall.channel, PNG, "/{message_id}"),
    ):
        assert "SEND_MESSAGES" in (await town.forbidden(hall.bob, command)).message
    await hall.say(hall.ann)
    await hall.deny(VIEW_CHANNEL)
    for command in (SendMessage(hall.channel, "hi"), Typing(hall.channel)):
        await town.absent(hall.bob, command)


async def test_a_message_that_waits_behind_a_change_of_permissions_is_asked_again(
    town: Town, hall: Hall
) -> None:
    await hall.say(hall.bob)
    override = PutOverride(hall.channel, Override(hall.everyone, True, 0, SEND_MESSAGES))
    changes: list[tuple[Command, User, Code]] = [
        (override, hall.bob, Code.FORBIDDEN),
        (DeleteServer(hall.id), hall.ann, Code.NOT_FOUND),
    ]
    for change, user, code in changes:
        waiting = asyncio.ensure_future(town.do(hall.ann, change))
        await asyncio.sleep(0)  # it is queued, and memory does not know yet
        assert town.state(hall.id).permissions_in(hall.channel, user.id) & SEND_MESSAGES
        await town.refused(user, SendMessage(hall.channel, "hi"), code)
        await waiting


async def test_reading_takes_its_permission(town: Town, hall: Hall) -> None:
    message = await hall.say(hall.ann)
    await hall.deny(READ_HISTORY)
    for command in (
        History(hall.channel),
        GetMessage(hall.channel, message.id),
        GetImage(hall.channel, message.id),
    ):
        assert "READ_HISTORY" in (await town.forbidden(hall.bob, command)).message
    await hall.say(hall.bob)
    await town.do(hall.bob, MarkRead(hall.channel, 2))


async def test_pictures_take_a_permission_of_their_own(town: Town, hall: Hall) -> None:
    command = PostImage(hall.channel, PNG, "/{message_id}")
    await town.do(hall.bob, command)
    await hall.deny(ATTACH_FILES)
    assert "ATTACH_FILES" in (await town.forbidden(hall.bob, command)).message
    await hall.say(hall.bob)


async def test_a_message_of_a_kind_that_only_some_clients_know(town: Town, hall: Hall) -> None:
    payload = msgspec.Raw(b'{"cards": [1, 2]}')
    message = await hall.say(hall.bob, type="cards", payload=payload)
    assert message.extra is not None
    assert (message.extra.type, message.extra.payload) == ("cards", payload)
    found = await town.do(hall.ann, GetMessage(hall.channel, message.id))
    assert found == message
    edited = await town.do(hall.bob, EditMessage(hall.channel, message.id, "new"))
    assert edited.extra == message.extra
    for field, wrong in (
        ("type", {"type": "x" * 65}),
        ("type", {"type": "a\nb"}),
        ("payload", {"payload": msgspec.Raw(b"1")}),
        ("payload", {"payload": msgspec.Raw(b'{"a":"' + b"x" * 16_384 + b'"}')}),
    ):
        command = SendMessage(hall.channel, "hi", **wrong)
        assert (await town.refused(hall.bob, command, Code.INVALID)).field == field
    in_lobby = SendMessage(LOBBY, "hi", type="cards")
    assert (await town.do(hall.bob, in_lobby)).message.extra == Extra("cards")


# -- whom it calls ------------------------------------------------------------------------------------


async def test_people_who_see_the_channel_are_called(town: Town, hall: Hall) -> None:
    stranger = await town.person()
    text = f"<@{hall.ann.id}> <@{stranger.id}> <@{hall.ann.id}> <@7> <@x>"
    message = await hall.say(hall.bob, text)
    assert message.mentions == (hall.ann.id,)
    assert await hall.waiting(hall.ann) == (1, 1)
    await hall.deny(VIEW_CHANNEL)
    assert (await hall.say(hall.ann, f"<@{hall.bob.id}>")).mentions == ()


async def test_roles_and_everybody_are_called_by_who_may(town: Town, hall: Hall) -> None:
    role = await town.role(hall.ann, hall.id)
    cat = await town.newcomer(hall.id, hall.ann, role)
    text = f"<@&{role.id}> @everyone <@&{hall.everyone}> <@&7>"
    assert (await hall.say(hall.bob, text)).extra is None
    assert await hall.waiting(cat) == (1, 0)
    message = await hall.say(hall.ann, f"<@&{role.id}> <@&{hall.everyone}> <@&7>")
    assert message.extra == Extra(mention_roles=(role.id,))
    assert await hall.waiting(cat) == (2, 1)
    assert await hall.waiting(hall.bob) == (1, 0)
    message = await hall.say(hall.ann, "look, @everyone!")
    assert message.extra == Extra(mention_roles=(hall.everyone,))
    assert await hall.waiting(hall.bob) == (2, 1)
    await town.override(hall.ann, hall.channel, hall.bob.id, allow=MENTION_EVERYONE)
    assert (await hall.say(hall.bob, text)).extra == Extra(mention_roles=(role.id, hall.everyone))


@pytest.mark.parametrize(
    ("text", "is_call"),
    [
        ("@everyone", True),
        ("(@everyone)", True),
        ("@everyone, hi", True),
        ("mail@everyone", False),
        ("@@everyone", False),
        ("@everyones", False),
        ("@Everyone", False),
        ("everyone", False),
    ],
)
async def test_everybody_is_called_by_a_whole_word(
    town: Town, hall: Hall, text: str, is_call: bool
) -> None:
    message = await hall.say(hall.ann, text)
    assert (message.extra is not None) is is_call


async def test_here_calls_who_is_online_and_sees_the_channel(
    town: Town, hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    away, hidden = [await town.newcomer(hall.id, hall.ann) for _ in range(2)]
    await town.override(hall.ann, hall.channel, hidden.id, deny=VIEW_CHANNEL)
    stranger = await town.person()
    town.presence.here = {u.id for u in (hall.ann, hall.bob, hidden, stranger)}
    assert (await hall.say(hall.bob, "@here")).extra is None
    message = await hall.say(hall.ann, f"@here <@{hall.bob.id}>")
    assert message.extra == Extra(here=True)
    assert await hall.waiting(hall.bob) == (1, 1)
    assert await hall.waiting(away) == (2, 0)
    await hall.say(hall.ann, "@here")
    assert await hall.waiting(hall.bob) == (2, 2)
    await town.override(hall.ann, hall.channel, hidden.id)
    assert (await hall.waiting(hidden))[1] == 0
    monkeypatch.setattr("hubbub.services.mentions.HERE", 0)
    await hall.say(hall.ann, "@here")
    assert await hall.waiting(hall.bob) == (3, 2)


async def test_an_edit_calls_whom_it_says_now(town: Town, hall: Hall) -> None:
    role = await town.role(hall.ann, hall.id)
    cat = await town.newcomer(hall.id, hall.ann, role)
    town.presence.here = {hall.bob.id}
    message = await hall.say(hall.ann, "@here")
    await town.heard()
    edited = await town.do(hall.ann, EditMessage(hall.channel, message.id, f"<@&{role.id}>"))
    assert edited.extra == Extra(mention_roles=(role.id,))
    (told,) = [p.event for p in await town.heard()]
    assert told == MessageEdited(hall.channel, edited.version, edited)
    assert (await hall.waiting(hall.bob), await hall.waiting(cat)) == ((1, 0), (1, 1))
    edited = await town.do(hall.ann, EditMessage(hall.channel, message.id, "@here"))
    assert edited.extra == Extra(here=True)
    assert (await hall.waiting(hall.bob), await hall.waiting(cat)) == ((1, 1), (1, 0))
    plain = await town.do(hall.ann, EditMessage(hall.channel, message.id, "nobody"))
    assert plain.extra is None
    assert await hall.waiting(hall.bob) == (1, 0)
    await town.forbidden(hall.bob, EditMessage(hall.channel, message.id, "mine"))


async def test_nobody_calls_everybody_outside_of_servers(town: Town, hall: Hall) -> None:
    group = (await town.do(hall.ann, CreateGroup("group"))).channel.id
    sent = await town.say(hall.ann, group, f"@everyone @here <@&{hall.everyone}>")
    assert sent.message.extra is None


async def test_a_plain_message_asks_neither_presence_nor_the_store(
    town: Town, hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hall.say(hall.ann)

    def never(*_: object) -> Awaitable[object]:
        raise AssertionError("nobody asked for that")

    monkeypatch.setattr(town.presence, "online", never)
    monkeypatch.setattr("hubbub.services.mentions.people_in", never)
    monkeypatch.setattr(town.store, "read", never)
    assert (await hall.say(hall.ann, "plain")).mentions == ()


# -- taking back --------------------------------------------------------------------------------------


async def test_moderators_take_messages_of_others_back_and_it_is_noted(
    town: Town, hall: Hall
) -> None:
    cat = await town.newcomer(hall.id, hall.ann)
    message = await hall.say(hall.bob, "@here", type="x")
    recall = RecallMessage(hall.channel, message.id)
    await town.forbidden(cat, recall)
    await town.absent(await town.person(), recall)
    await town.override(hall.ann, hall.channel, cat.id, allow=MANAGE_MESSAGES)
    gone = await town.do(cat, recall)
    assert (gone.content, gone.extra) == ("", None)
    await town.do(cat, recall)
    own = await hall.say(cat)
    await town.do(cat, RecallMessage(hall.channel, own.id))
    notes = await town.do(hall.ann, ListAudit(hall.id))
    (note,) = [n for n in notes if n.action == "message.recall"]
    assert (note.actor, note.target_id) == (cat, message.id)
    assert note.changes == {
        "channel_id": str(hall.channel),
        "author_id": str(hall.bob.id),
    }


async def test_who_has_another_name_since_still_takes_back_their_own(
    town: Town, hall: Hall
) -> None:
    own = await hall.say(hall.bob)
    renamed = msgspec.structs.replace(hall.bob, display_name="Robert")
    await town.do(renamed, RecallMessage(hall.channel, own.id))
    notes = await town.do(hall.ann, ListAudit(hall.id))
    assert [n.action for n in notes].count("message.recall") == 0


# -- being there --------------------------------------------------------------------------------------


async def test_in_small_servers_all_see_who_has_read_in_large_ones_only_oneself(
    town: Town, hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hall.say(hall.ann)
    await hall.say(hall.ann)
    await town.heard()
    await town.do(hall.bob, MarkRead(hall.channel, 1))
    monkeypatch.setattr("hubbub.services.reads.RECEIPTS_MEMBERS", 1)
    await town.do(hall.bob, MarkRead(hall.channel, 2))
    heard = [(p.topic, type(p.event)) for p in await town.heard()]
    assert heard == [
        (channel_topic(hall.channel), ReadUpdated),
        (user_topic(hall.bob.id), ReadUpdated),
    ]
    await town.do(hall.bob, Typing(hall.channel))
    (typing,) = await town.heard()
    assert isinstance(typing.event, TypingStarted)
    await town.absent(await town.person(), MarkRead(hall.channel, 1))


async def test_news_of_channels_tell_their_kind_and_their_people(town: Town, hall: Hall) -> None:
    await town.do(hall.ann, OpenDirect(hall.bob.id))
    heard = [p.event for p in await town.heard()]
    made = [e for e in heard if isinstance(e, ChannelCreated)]
    came = [e for e in heard if isinstance(e, MemberJoined)]
    assert [e.people for e in made] == [(hall.ann, hall.bob)] * 2
    assert [e.kind for e in came] == ["direct"] * 2
    await town.do(hall.ann, CreateGroup("group"))
    made_group, came_to_group = [p.event for p in await town.heard()]
    assert isinstance(made_group, ChannelCreated)
    assert isinstance(came_to_group, MemberJoined)
    assert (made_group.people, came_to_group.kind) == ((hall.ann,), "group")
    await town.do(hall.bob, AddMember(made_group.channel_id, hall.bob.id))
    joined = next(p.event for p in await town.heard())
    assert isinstance(joined, ChannelCreated)
    assert joined.people == (hall.ann, hall.bob)
