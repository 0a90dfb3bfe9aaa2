"""Channels of servers: who makes, sees, changes and closes them, and what their overrides may say."""

import msgspec
import pytest

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
from hubbub.model.entities import Override, User
from hubbub.model.errors import Code
from hubbub.model.events import (
    ChannelCreated,
    ChannelDeleted,
    ChannelUpdated,
    OverridesUpdated,
    Publication,
)
from hubbub.model.ids import NO_CATEGORY, ChannelId, RoleId, ServerId
from hubbub.model.permissions import (
    ADD_REACTIONS,
    ALL,
    ATTACH_FILES,
    BAN_MEMBERS,
    EVERYONE,
    MANAGE_CHANNEL,
    MANAGE_MESSAGES,
    MANAGE_ROLES,
    MANAGE_WEBHOOKS,
    SEND_MESSAGES,
    VIEW_CHANNEL,
)
from hubbub.model.server_commands import (
    CreateCategory,
    CreateChannel,
    GetServer,
    InServer,
    ListAudit,
    ListServerChannels,
    PutOverride,
    RemoveServerMember,
    SetOverrides,
)
from hubbub.model.topics import channel_topic


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


# -- overrides ----------------------------------------------------------------------------------------


async def test_an_override_is_told_and_noted(town: Town, place: Place) -> None:
    command = PutOverride(
        place.channel, Override(place.everyone, True, 0, SEND_MESSAGES), "too loud"
    )
    await town.forbidden(place.plain, command)
    channel = await town.do(place.keeper, command)
    assert channel.overrides == (command.override,)
    told = OverridesUpdated(channel.id, channel.version, channel)
    assert await town.heard() == [Publication(channel_topic(channel.id), told)]
    assert not place.may(place.plain) & SEND_MESSAGES
    assert await town.do(place.keeper, command) == channel
    assert await town.heard() == []
    (note, *_) = await town.do(place.ann, ListAudit(place.id))
    assert (note.action, note.target_id, note.reason) == (
        "overrides.update",
        channel.id,
        "too loud",
    )
    assert note.changes == {
        "overrides": [
            {
                "target_id": str(place.everyone),
                "kind": "role",
                "allow": [],
                "deny": ["SEND_MESSAGES"],
            },
        ]
    }
    cleared = await town.override(place.ann, place.channel, place.everyone)
    assert cleared.overrides == ()


@pytest.mark.parametrize("kind", ["role", "member"])
async def test_an_override_of_nobody_is_told_what_was_looked_for(
    town: Town, place: Place, kind: str
) -> None:
    wrong = {"role": place.plain.id, "member": place.everyone}[kind]
    command = PutOverride(place.channel, Override(wrong, kind == "role", 0, SEND_MESSAGES))
    refusal = await town.refused(place.ann, command, Code.INVALID)
    assert refusal.message == f"overrides: there is no such {kind} in the server"


async def test_manage_roles_in_a_channel_is_enough(town: Town, place: Place) -> None:
    await town.override(place.ann, place.channel, place.plain.id, allow=MANAGE_ROLES)
    await town.override(place.plain, place.channel, place.everyone, deny=ADD_REACTIONS)
    assert not place.may(place.keeper) & ADD_REACTIONS


async def test_bits_outside_of_the_mask_stay(town: Town, place: Place) -> None:
    first = SetOverrides(
        place.channel,
        (
            Override(place.everyone, True, 0, SEND_MESSAGES | ADD_REACTIONS),
            Override(place.plain.id, False, SEND_MESSAGES | MANAGE_WEBHOOKS, 0),
        ),
    )
    await town.do(place.ann, first)
    second = SetOverrides(
        place.channel,
        (Override(place.everyone, True, ADD_REACTIONS | ATTACH_FILES, 0),),
        mask=ADD_REACTIONS | SEND_MESSAGES,
    )
    channel = await town.do(place.ann, second)
    assert set(channel.overrides) == {
        Override(place.everyone, True, ADD_REACTIONS, 0),
        Override(place.plain.id, False, MANAGE_WEBHOOKS, 0),
    }


@pytest.mark.parametrize(
    "override",
    [
        Override(0, True, BAN_MEMBERS, 0),
        Override(0, True, -1, 0),
        Override(0, True, SEND_MESSAGES, SEND_MESSAGES),
        Override(0, False, SEND_MESSAGES, 0),
        Override(7, True, SEND_MESSAGES, 0),
        Override(7, False, SEND_MESSAGES, 0),
    ],
)
async def test_an_override_that_can_not_be_is_refused(
    town: Town, place: Place, override: Override
) -> None:
    if not override.target_id:
        override = Override(place.everyone, override.is_role, override.allow, override.deny)
    found = await town.refused(place.ann, PutOverride(place.channel, override), Code.INVALID)
    assert found.field == "overrides"


async def test_each_target_stands_once_and_there_are_not_too_many(
    town: Town, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Override(place.everyone, True, 0, SEND_MESSAGES)
    await town.refused(place.ann, SetOverrides(place.channel, (one, one)), Code.INVALID)
    monkeypatch.setattr("hubbub.services.overrides.OVERRIDES", 0)
    await town.refused(place.ann, PutOverride(place.channel, one), Code.CONFLICT)


async def test_nobody_overrides_what_they_lack_there(town: Town, place: Place) -> None:
    for allow, deny in ((MANAGE_MESSAGES, 0), (0, MANAGE_MESSAGES)):
        wanted = PutOverride(place.channel, Override(place.everyone, True, allow, deny))
        found = await town.forbidden(place.keeper, wanted)
        assert "MANAGE_MESSAGES" in found.message
    await town.override(place.ann, place.channel, place.everyone, deny=MANAGE_MESSAGES)
    # It can't be taken away either: it is not theirs to give back.
    lift = PutOverride(place.channel, Override(place.everyone, True, 0, 0))
    await town.forbidden(place.keeper, lift)
    # What they do have stands beside it.
    await town.override(
        place.keeper, place.channel, place.everyone, deny=MANAGE_MESSAGES | ATTACH_FILES
    )


async def test_what_a_channel_takes_from_somebody_they_can_not_give_themselves(
    town: Town, place: Place
) -> None:
    await town.override(place.ann, place.channel, place.keepers.id, deny=SEND_MESSAGES)
    wanted = Override(place.keeper.id, False, SEND_MESSAGES, 0)
    await town.forbidden(place.keeper, PutOverride(place.channel, wanted))
    await town.forbidden(place.keeper, SetOverrides(place.channel, ()))


async def test_overrides_are_about_who_stands_below(town: Town, place: Place) -> None:
    above = await town.role(place.ann, place.id, 0, "above")
    higher = await town.newcomer(place.id, place.ann, above)
    equal = await town.newcomer(place.id, place.ann, place.keepers)
    for target, is_role in (
        (above.id, True),
        (place.keepers.id, True),
        (higher.id, False),
        (equal.id, False),
        (place.ann.id, False),
    ):
        wanted = Override(target, is_role, 0, ATTACH_FILES)
        await town.forbidden(place.keeper, PutOverride(place.channel, wanted))
    for allowed, bit in (
        (place.plain.id, ATTACH_FILES),
        (place.keeper.id, ADD_REACTIONS),
        (place.everyone, SEND_MESSAGES),
    ):
        await town.override(place.keeper, place.channel, allowed, deny=bit)


async def test_the_override_of_who_has_left_can_be_taken_away_but_not_made(
    town: Town, place: Place
) -> None:
    await town.override(place.ann, place.channel, place.plain.id, allow=ATTACH_FILES)
    await town.do(place.plain, RemoveServerMember(place.id, place.plain.id))
    gone = Override(place.plain.id, False, 0, ATTACH_FILES)
    await town.refused(place.keeper, PutOverride(place.channel, gone), Code.INVALID)
    channel = await town.do(place.keeper, SetOverrides(place.channel, ()))
    assert channel.overrides == ()


async def test_nobody_shuts_themselves_out(town: Town, place: Place) -> None:
    for wanted in (
        Override(place.everyone, True, 0, VIEW_CHANNEL),
        Override(place.keeper.id, False, 0, MANAGE_CHANNEL),
    ):
        found = await town.forbidden(place.keeper, PutOverride(place.channel, wanted))
        assert "yourself" in found.message
    both = (
        Override(place.everyone, True, 0, VIEW_CHANNEL),
        Override(place.keeper.id, False, VIEW_CHANNEL, 0),
    )
    await town.do(place.keeper, SetOverrides(place.channel, both))
    assert place.may(place.plain) == 0
    await town.absent(place.plain, GetChannel(place.channel))
    assert place.may(place.ann) == ALL


async def test_overrides_are_only_of_text_channels(town: Town, place: Place) -> None:
    group = (await town.do(place.ann, CreateGroup("group"))).channel.id
    await town.absent(place.ann, PutOverride(group, Override(place.plain.id, False, 1, 0)))
