"""Channels of servers: who makes, sees, changes and closes them, and what their overrides may say."""

import msgspec
import pytest

from fakes.places import Place
from fakes.town import Town
from hubbub.model.commands import (
    AddMember,
    CreateGroup,
    DeleteChannel,
    GetChannel,
    ListMembers,
    RemoveMember,
    UpdateChannel,
)
from hubbub.model.entities import Override
from hubbub.model.errors import Code
from hubbub.model.events import (
    ChannelCreated,
    ChannelDeleted,
    ChannelUpdated,
    Publication,
)
from hubbub.model.ids import NO_CATEGORY, RoleId, ServerId
from hubbub.model.permissions import (
    EVERYONE,
    MANAGE_CHANNEL,
    VIEW_CHANNEL,
)
from hubbub.model.server_commands import (
    CreateCategory,
    CreateChannel,
    GetServer,
    InServer,
    ListAudit,
    ListServerChannels,
)
from hubbub.model.topics import channel_topic


@pytest.fixture
async def place(town: Town) -> Place:
    return await Place(town).build()


async def test_manage_channel_makes_channels_at_the_end(town: Town, place: Place) -> None:
    category = await town.do(place.keeper, CreateCategory(place.id, "heading"))
    await town.heard()
    command = CreateChannel(place.id, "news", "what is new", category.id, slow_mode=5)
    view = await town.do(place.keeper, command)
    made = view.channel
    assert (made.name, made.description, made.category_id) == ("news", "what is new", category.id)
    assert (made.position, made.slow_mode, made.version) == (1, 5, 1)
    assert view.permissions == place.may(place.keeper, made.id) == EVERYONE | MANAGE_CHANNEL
    told = ChannelCreated(made.id, 1, made)
    assert await town.heard() == [Publication(channel_topic(made.id), told)]
    await town.forbidden(place.plain, command)
    (note, *_) = await town.do(place.ann, ListAudit(place.id))
    assert (note.action, note.target_id, note.changes["name"]) == (
        "channel.create",
        made.id,
        "news",
    )


@pytest.mark.parametrize(
    ("field", "command"),
    [
        ("name", CreateChannel(ServerId(0), " ")),
        ("description", CreateChannel(ServerId(0), "x", "x" * 1025)),
        ("slow_mode", CreateChannel(ServerId(0), "x", slow_mode=-1)),
        ("slow_mode", CreateChannel(ServerId(0), "x", slow_mode=21_601)),
        ("position", CreateChannel(ServerId(0), "x", position=-1)),
        ("category_id", CreateChannel(ServerId(0), "x", category_id=RoleId(7))),  # type: ignore[arg-type]  # any id
        ("overrides", CreateChannel(ServerId(0), "x", overrides=(Override(7, True, 1),))),
    ],
)
async def test_what_a_channel_can_not_be_is_refused(
    town: Town, place: Place, field: str, command: CreateChannel
) -> None:
    command = msgspec.structs.replace(command, server_id=place.id)
    assert (await town.refused(place.ann, command, Code.INVALID)).field == field


async def test_a_server_has_a_limited_number_of_channels(
    town: Town, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hubbub.services.text_channels.SERVER_CHANNELS", 1)
    await town.refused(place.ann, CreateChannel(place.id, "more"), Code.CONFLICT)


async def test_a_channel_may_be_private_from_the_beginning(town: Town, place: Place) -> None:
    hidden = Override(place.everyone, True, 0, VIEW_CHANNEL)
    keepers = Override(place.keepers.id, True, VIEW_CHANNEL, 0)
    channel = await town.channel(place.ann, place.id, hidden, keepers)
    assert place.may(place.plain, channel.id) == 0
    assert place.may(place.keeper, channel.id) & VIEW_CHANNEL
    assert "channel" in (await town.absent(place.plain, GetChannel(channel.id))).message
    listed = await town.do(place.plain, ListServerChannels(place.id))
    assert [d.view.channel.id for d in listed] == [place.channel]
    listed = await town.do(place.keeper, ListServerChannels(place.id))
    assert [d.view.channel.id for d in listed] == [place.channel, channel.id]
    seen = (await town.do(place.keeper, GetServer(place.id))).channels
    assert [v.channel.id for v in seen] == [place.channel, channel.id]


async def test_manage_channel_changes_a_channel_as_a_group_is_changed(
    town: Town, place: Place
) -> None:
    category = await town.do(place.ann, CreateCategory(place.id, "heading"))
    await town.heard()
    command = UpdateChannel(
        place.channel, "new", "topic", category_id=category.id, position=3, slow_mode=9
    )
    await town.forbidden(place.plain, command)
    view = await town.do(place.keeper, command)
    changed = view.channel
    assert (changed.name, changed.description, changed.category_id) == ("new", "topic", category.id)
    assert (changed.position, changed.slow_mode) == (3, 9)
    assert view.permissions == place.may(place.keeper)
    told = ChannelUpdated(changed.id, changed.version, changed)
    assert await town.heard() == [Publication(channel_topic(changed.id), told)]
    assert await town.do(place.keeper, command) == view
    assert await town.heard() == []
    freed = await town.do(place.keeper, UpdateChannel(place.channel, category_id=NO_CATEGORY))
    assert freed.channel.category_id is None
    notes = await town.do(place.ann, ListAudit(place.id))
    assert [n.changes for n in notes[:2]] == [
        {"category_id": "0"},
        {
            "name": "new",
            "description": "topic",
            "category_id": str(category.id),
            "position": 3,
            "slow_mode": 9,
        },
    ]


async def test_what_is_of_groups_is_not_of_text_channels_and_the_other_way_round(
    town: Town, place: Place
) -> None:
    for command in (
        UpdateChannel(place.channel, private=True),
        UpdateChannel(place.channel, owner_id=place.plain.id),
        UpdateChannel(place.channel),
    ):
        await town.refused(place.ann, command, Code.INVALID)
    group = (await town.do(place.ann, CreateGroup("group"))).channel.id
    for field in ("category_id", "position", "slow_mode"):
        command = UpdateChannel(group, **{field: 1})  # type: ignore[arg-type]  # any of them
        assert (await town.refused(place.ann, command, Code.INVALID)).field == field


async def test_nobody_joins_or_leaves_a_channel_of_a_server_alone(town: Town, place: Place) -> None:
    mine = await town.do(place.plain, AddMember(place.channel, place.plain.id))
    assert (mine.channel_id, mine.user_id) == (place.channel, place.plain.id)
    assert await town.heard() == []
    for command in (
        AddMember(place.channel, place.keeper.id),
        RemoveMember(place.channel, place.keeper.id),
        RemoveMember(place.channel, place.ann.id, ban=True),
        RemoveMember(place.channel, place.plain.id),
        ListMembers(place.channel),
    ):
        assert "server" in (await town.forbidden(place.ann, command)).message
    eve = await town.person()
    for absent in (
        AddMember(place.channel, eve.id),
        RemoveMember(place.channel, eve.id),
        ListMembers(place.channel),
    ):
        await town.absent(eve, absent)


async def test_manage_channel_ends_a_channel(town: Town, place: Place) -> None:
    await town.forbidden(place.plain, DeleteChannel(place.channel))
    await town.do(place.keeper, DeleteChannel(place.channel))
    ((topic, event),) = [(p.topic, p.event) for p in await town.heard()]
    assert isinstance(event, ChannelDeleted)
    assert (topic, event.server_id) == (channel_topic(place.channel), place.id)
    await town.absent(place.ann, GetChannel(place.channel))
    assert place.may(place.ann) == 0
    (note, *_) = await town.do(place.ann, ListAudit(place.id))
    assert (note.action, note.target_id) == ("channel.delete", place.channel)
    assert note.changes == {"name": "general"}


async def test_a_command_in_a_server_is_about_a_channel_of_that_server(
    town: Town, place: Place
) -> None:
    other = (await town.server(place.ann)).server.id
    inner = GetChannel(place.channel)
    view = await town.do(place.plain, InServer(place.id, place.channel, inner))
    assert view.channel.id == place.channel
    await town.absent(place.ann, InServer(other, place.channel, inner))
    await town.absent(await town.person(), InServer(place.id, place.channel, inner))
    await town.refused(None, InServer(place.id, place.channel, inner), Code.UNAUTHORIZED)
    deleting = InServer(place.id, place.channel, DeleteChannel(place.channel))
    await town.forbidden(place.plain, deleting)
    town.dispatch.draining = True
    await town.refused(place.ann, deleting, Code.UNAVAILABLE)
    assert not town.dispatch.row(InServer(place.id, place.channel, inner)).writes
