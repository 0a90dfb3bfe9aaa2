"""Pins, reactions in place of others, and what people's clients remember."""

import msgspec
import pytest

from fakes.town import Town
from hubbub.model.commands import (
    AddMember,
    AddReaction,
    CreateGroup,
    OpenDirect,
    RecallMessage,
    RemoveReaction,
)
from hubbub.model.entities import GroupRole, Reaction
from hubbub.model.errors import Code
from hubbub.model.events import (
    MessagePinned,
    MessageUnpinned,
    ReactionAdded,
    ReactionRemoved,
)
from hubbub.model.ids import LOBBY, ChannelId, MessageId
from hubbub.model.permissions import ADD_REACTIONS, MANAGE_MESSAGES, READ_HISTORY, VIEW_CHANNEL
from hubbub.model.server_commands import (
    GetNotify,
    GetPreferences,
    ListNotify,
    ListPins,
    PinMessage,
    SetNotify,
    SetPreferences,
    UnpinMessage,
)
from hubbub.model.servers import Notify
from hubbub.model.topics import channel_topic


async def test_pins_of_a_servers_channel_take_manage_messages(town: Town) -> None:
    ann = await town.person()
    view = await town.server(ann)
    server, channel = view.server.id, view.channels[0].channel.id
    plain = await town.newcomer(server, ann)
    keeper = await town.newcomer(server, ann, await town.role(ann, server, MANAGE_MESSAGES))
    ids = [(await town.say(ann, channel, str(n))).message.id for n in range(3)]
    for command in (PinMessage(channel, ids[0]), UnpinMessage(channel, ids[0])):
        assert "MANAGE_MESSAGES" in (await town.forbidden(plain, command)).message
        await town.absent(await town.person(), command)
    await town.heard()
    pinned = await town.do(keeper, PinMessage(channel, ids[0]))
    assert pinned.pinned_at == town.clock.now_ms()
    ((topic, event),) = [(p.topic, p.event) for p in await town.heard()]
    assert event == MessagePinned(channel, pinned.version, pinned)
    assert topic == channel_topic(channel)
    assert await town.do(keeper, PinMessage(channel, ids[0])) == pinned
    assert await town.heard() == []
    town.clock.advance(1)
    await town.do(keeper, PinMessage(channel, ids[2]))
    found = await town.do(plain, ListPins(channel))
    assert [m.id for m in found.messages] == [ids[2], ids[0]]
    await town.heard()
    unpinned = await town.do(keeper, UnpinMessage(channel, ids[0]))
    (told,) = [p.event for p in await town.heard()]
    assert told == MessageUnpinned(channel, unpinned.version, unpinned)
    await town.do(ann, RecallMessage(channel, ids[1]))
    await town.refused(keeper, PinMessage(channel, ids[1]), Code.CONFLICT)
    await town.absent(keeper, PinMessage(channel, MessageId(7)))
    await town.override(ann, channel, view.server.everyone_role_id, deny=READ_HISTORY)
    assert "READ_HISTORY" in (await town.forbidden(plain, ListPins(channel))).message


async def test_admins_pin_in_groups_and_both_people_in_direct_channels(town: Town) -> None:
    ann, bob = await town.person(), await town.person()
    group = (await town.do(ann, CreateGroup("group", user_ids=(bob.id,)))).channel.id
    message = (await town.say(bob, group)).message.id
    await town.forbidden(bob, PinMessage(group, message))
    await town.do(ann, AddMember(group, bob.id, GroupRole.ADMIN))
    await town.do(bob, PinMessage(group, message))
    direct = (await town.do(ann, OpenDirect(bob.id)))[0].channel.id
    message = (await town.say(ann, direct)).message.id
    await town.do(bob, PinMessage(direct, message))
    await town.do(ann, UnpinMessage(direct, message))
    lobby = (await town.say(ann, LOBBY)).message.id
    await town.forbidden(ann, PinMessage(LOBBY, lobby))


# -- reactions ----------------------------------------------------------------------------------------


async def test_one_reaction_in_place_of_all_others(town: Town) -> None:
    ann = await town.person()
    view = await town.server(ann)
    channel = view.channels[0].channel.id
    bob = await town.newcomer(view.server.id, ann)
    message = (await town.say(ann, channel)).message.id
    for emoji in ("a", "b", "c"):
        await town.do(bob, AddReaction(channel, message, emoji))
    await town.do(ann, AddReaction(channel, message, "a"))
    await town.heard()
    changed = await town.do(bob, AddReaction(channel, message, "c", only=True))
    assert changed.reactions == (Reaction("a", (ann.id,)), Reaction("c", (bob.id,)))
    told = [p.event for p in await town.heard()]
    assert [(type(e), e.emoji) for e in told if isinstance(e, ReactionRemoved | ReactionAdded)] == [
        (ReactionRemoved, "a"),
        (ReactionRemoved, "b"),
    ]
    changed = await town.do(bob, AddReaction(channel, message, "d", only=True))
    heard = [p.event for p in await town.heard()]
    assert len(town.broker.commits) == 0
    gone, came = heard
    assert isinstance(gone, ReactionRemoved)
    assert isinstance(came, ReactionAdded)
    assert (gone.emoji, came.emoji, came.message) == ("c", "d", changed)
    assert came.version == gone.version + 1 == changed.version
    assert gone.message.reactions == (Reaction("a", (ann.id,)),)
    await town.absent(bob, AddReaction(channel, MessageId(7), "d", only=True))


async def test_a_reaction_that_is_refused_takes_none_away(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob = await town.person(), await town.person()
    message = (await town.say(ann, LOBBY)).message.id
    await town.do(ann, AddReaction(LOBBY, message, "a"))
    await town.do(bob, AddReaction(LOBBY, message, "b"))
    monkeypatch.setattr("hubbub.model.reactions.REACTORS", 1)
    only = AddReaction(LOBBY, message, "a", only=True)
    await town.refused(bob, only, Code.CONFLICT)
    await town.heard()
    assert (await town.do(bob, RemoveReaction(LOBBY, message, "b"))).reactions == (
        Reaction("a", (ann.id,)),
    )


async def test_reacting_takes_its_permission_and_taking_back_none(town: Town) -> None:
    ann = await town.person()
    view = await town.server(ann)
    channel, everyone = view.channels[0].channel.id, view.server.everyone_role_id
    bob = await town.newcomer(view.server.id, ann)
    message = (await town.say(ann, channel)).message.id
    await town.do(bob, AddReaction(channel, message, "a"))
    await town.override(ann, channel, everyone, deny=ADD_REACTIONS)
    assert (
        "ADD_REACTIONS" in (await town.forbidden(bob, AddReaction(channel, message, "b"))).message
    )
    await town.do(bob, RemoveReaction(channel, message, "a"))
    await town.override(ann, channel, everyone, deny=VIEW_CHANNEL)
    for command in (AddReaction(channel, message, "b"), RemoveReaction(channel, message, "a")):
        await town.absent(bob, command)


# -- preferences --------------------------------------------------------------------------------------


async def test_what_one_wants_to_be_told_of_a_channel(town: Town) -> None:
    ann = await town.person()
    channel = (await town.server(ann)).channels[0].channel.id
    assert await town.do(ann, GetNotify(channel)) is Notify.DEFAULT
    await town.heard()
    await town.do(ann, SetNotify(channel, Notify.MENTIONS))
    await town.do(ann, SetNotify(LOBBY, Notify.NOTHING))
    await town.do(ann, SetPreferences(msgspec.Raw(b'{"theme":"dark"}')))
    assert await town.heard() == []
    assert await town.do(ann, GetNotify(channel)) is Notify.MENTIONS
    assert await town.do(ann, GetNotify(LOBBY)) is Notify.NOTHING
    wanted = {channel: Notify.MENTIONS, LOBBY: Notify.NOTHING}
    assert await town.do(ann, ListNotify()) == wanted
    await town.do(ann, SetNotify(channel, Notify.DEFAULT))
    assert await town.do(ann, ListNotify()) == {LOBBY: Notify.NOTHING}
    eve = await town.person()
    assert await town.do(eve, ListNotify()) == {}
    for command in (GetNotify(channel), SetNotify(channel, Notify.ALL), GetNotify(ChannelId(7))):
        await town.absent(eve, command)


async def test_clients_remember_an_object(town: Town) -> None:
    ann, bob = await town.person(), await town.person()
    assert bytes(await town.do(ann, GetPreferences())) == b"{}"
    value = '{"theme": "dünn", "n": [1, {}]}'.encode()
    await town.do(ann, SetPreferences(msgspec.Raw(value)))
    assert bytes(await town.do(ann, GetPreferences())) == value
    assert bytes(await town.do(bob, GetPreferences())) == b"{}"
    wrong = (b"[]", b"1", b"{", b"", b'{"a":"\xff"}', b'{"a":"' + b"x" * 16 * 1024 + b'"}')
    deep = b'{"a":' * 2000 + b"1" + b"}" * 2000
    for raw in (*wrong, deep):
        await town.refused(ann, SetPreferences(msgspec.Raw(raw)), Code.INVALID)
    assert bytes(await town.do(ann, GetPreferences())) == value
