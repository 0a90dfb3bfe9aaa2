"""Overrides: who may say what of whom in a channel."""

import pytest

from fakes.places import Place
from fakes.town import Town
from hubbub.model.commands import (
    CreateGroup,
    GetChannel,
)
from hubbub.model.entities import Override
from hubbub.model.errors import Code
from hubbub.model.events import (
    OverridesUpdated,
    Publication,
)
from hubbub.model.permissions import (
    ADD_REACTIONS,
    ALL,
    ATTACH_FILES,
    BAN_MEMBERS,
    MANAGE_CHANNEL,
    MANAGE_MESSAGES,
    MANAGE_ROLES,
    MANAGE_WEBHOOKS,
    SEND_MESSAGES,
    VIEW_CHANNEL,
)
from hubbub.model.server_commands import (
    ListAudit,
    PutOverride,
    RemoveServerMember,
    SetOverrides,
)
from hubbub.model.topics import channel_topic


@pytest.fixture
async def place(town: Town) -> Place:
    return await Place(town).build()


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
