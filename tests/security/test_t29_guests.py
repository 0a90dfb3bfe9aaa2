"""T29 for guests: every command of the table, allowed exactly where it says; and what is hidden is as absent."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import msgspec
import pytest

from fakes.town import Town
from fakes.world import refused
from hubbub.model import commands as c
from hubbub.model import server_commands as sc
from hubbub.model.administration import GetAbout
from hubbub.model.entities import GroupRole, Kind, Status, User
from hubbub.model.errors import Code, Refused
from hubbub.model.ids import LOBBY, ChannelId, MessageId
from hubbub.services.dispatch import table

ABSENT: Final = ChannelId(404)


@dataclass
class Place:
    """A channel that a guest may not see, a message in it, and somebody who is there."""

    channel: ChannelId
    message: MessageId
    member: User


Make = Callable[[Place, User], c.Command]

# What guests may do somewhere, aimed at a channel.
AIMED: dict[type[c.Command], tuple[Make, ...]] = {
    c.GetChannel: (lambda p, g: c.GetChannel(p.channel),),
    c.ListDetails: (lambda p, g: c.ListDetails(p.channel),),
    c.ListMembers: (lambda p, g: c.ListMembers(p.channel),),
    c.AddMember: (
        lambda p, g: c.AddMember(p.channel, p.member.id),
        lambda p, g: c.AddMember(p.channel, g.id),
        lambda p, g: c.AddMember(p.channel, g.id, GroupRole.ADMIN),
    ),
    c.RemoveMember: (
        lambda p, g: c.RemoveMember(p.channel, g.id),
        lambda p, g: c.RemoveMember(p.channel, p.member.id),
        lambda p, g: c.RemoveMember(p.channel, p.member.id, ban=True),
    ),
    c.SendMessage: (lambda p, g: c.SendMessage(p.channel, "hi"),),
    c.EditMessage: (lambda p, g: c.EditMessage(p.channel, p.message, "hi"),),
    c.RecallMessage: (lambda p, g: c.RecallMessage(p.channel, p.message),),
    c.AddReaction: (lambda p, g: c.AddReaction(p.channel, p.message, "x"),),
    c.RemoveReaction: (lambda p, g: c.RemoveReaction(p.channel, p.message, "x"),),
    c.GetMessage: (lambda p, g: c.GetMessage(p.channel, p.message),),
    c.History: (
        lambda p, g: c.History(p.channel),
        lambda p, g: c.History(p.channel, around=p.message),
    ),
    c.ReadConversation: (lambda p, g: c.ReadConversation(p.channel),),
    c.ReadGroup: (lambda p, g: c.ReadGroup(p.channel),),
    c.MarkRead: (lambda p, g: c.MarkRead(p.channel, 1),),
    c.MarkDelivered: (lambda p, g: c.MarkDelivered(p.channel, 1),),
    c.Typing: (lambda p, g: c.Typing(p.channel),),
}
# What they may do that names no channel: what it shows of any is tested below, and in test_directs.py.
PERSONAL: Final = {
    c.GetUser,
    c.SearchUsers,
    c.GetPresence,
    c.CreateGroup,
    c.OpenDirect,
    c.SendDirect,
    c.AddContact,
    c.ListChannels,
    c.FindGroups,
    c.ListUnread,
    c.ListRelationships,
    c.ListRequests,
    c.RequestFriend,
    c.AnswerFriend,
    c.RemoveFriend,
    c.Block,
    c.Unblock,
}
# Before anybody is somebody. Each is tested by name in test_guests.py of the services.
PUBLIC: Final = {c.Register, c.SignIn, c.Refresh, c.EnterAsGuest, sc.PostWebhook, GetAbout}


Making = Callable[[Town, User, User], Awaitable[ChannelId]]


def _group(**flags: bool) -> Making:
    async def make(town: Town, owner: User, _guest: User) -> ChannelId:
        view = await town.do(owner, c.CreateGroup("room", **flags))  # type: ignore[arg-type]  # its flags
        found: ChannelId = view.channel.id
        return found

    return make


async def _left(town: Town, owner: User, guest: User, *, ban: bool = False) -> ChannelId:
    made = await town.do(owner, c.CreateGroup("room", private=not ban, guests=True))
    there: ChannelId = made.channel.id
    await town.do(owner, c.AddMember(there, guest.id))
    await town.do(guest, c.SendMessage(there, "while I was there"))
    await town.do(owner, c.RemoveMember(there, guest.id, ban))
    return there


async def _banned(town: Town, owner: User, guest: User) -> ChannelId:
    return await _left(town, owner, guest, ban=True)


async def _text(town: Town, owner: User, _guest: User) -> ChannelId:
    return (await town.server(owner)).channels[0].channel.id


async def _direct(town: Town, owner: User, _guest: User) -> ChannelId:
    other = await town.person()
    sent = await town.do(owner, c.SendDirect(other.id, "for the other"))
    found: ChannelId = sent.message.channel_id
    return found


PLACES: Final[dict[str, Making]] = {
    "open group": _group(),
    "private group": _group(private=True),
    "private group that admits guests": _group(private=True, guests=True),
    "group that removed the guest": _left,
    "group that banned the guest": _banned,
    "channel of a server": _text,
    "chat of two others": _direct,
}


async def _place(town: Town, kind: str, guest: User) -> Place:
    owner = await town.person()
    there = await PLACES[kind](town, owner, guest)
    message = (await town.say(owner, there, "secret")).message
    return Place(there, message.id, owner)


# Whoever knows the id of a private group that admits guests may ask to be let in.
MAY_ASK: Final = ("private group that admits guests", "group that removed the guest")


async def test_t29_guests_are_allowed_what_these_tables_say_and_no_more(town: Town) -> None:
    rows = table(town.services)
    assert {k for k, row in rows.items() if row.guests} == AIMED.keys() | PERSONAL
    assert {k for k, row in rows.items() if row.public} == PUBLIC


def _any(kind: type[c.Command]) -> c.Command:
    """Refused before anybody looks into it."""
    required = [f.name for f in msgspec.structs.fields(kind) if f.required]
    return kind(**dict.fromkeys(required))


async def test_t29_every_other_command_is_forbidden_to_guests(town: Town) -> None:
    vera, wrong = await town.guest(), []
    others = set(table(town.services)) - AIMED.keys() - PERSONAL - PUBLIC
    assert len(others) > 50
    for kind in others:
        for command in (_any(kind), sc.InServer(1, ABSENT, _any(kind))):  # type: ignore[arg-type]  # any server
            found = await refused(town.do(vera, command))
            if (found.code, found.message) != (
                Code.FORBIDDEN,
                "This is not for guests; make an account.",
            ):
                wrong.append((kind.__name__, found))
    assert wrong == []


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", AIMED, ids=lambda k: k.__name__)
async def test_t29_what_a_guest_may_not_see_is_as_absent(
    town: Town, kind: type[c.Command], place: str
) -> None:
    vera = await town.guest()
    hidden = await _place(town, place, vera)
    absent = Place(ABSENT, hidden.message, hidden.member)
    for make in AIMED[kind]:
        command = make(hidden, vera)
        if place in MAY_ASK and isinstance(command, c.AddMember) and command.user_id == vera.id:
            asked = await town.do(vera, command)
            assert (asked.status, asked.role) == (Status.PENDING, GroupRole.MEMBER)
            continue
        there = await refused(town.do(vera, command))
        nowhere = await refused(town.do(vera, make(absent, vera)))
        assert (there.code, there.message) == (nowhere.code, nowhere.message)
        assert there.code is Code.NOT_FOUND


@pytest.mark.parametrize("kind", AIMED, ids=lambda k: k.__name__)
async def test_t29_a_channel_of_a_server_is_as_absent_also_by_its_server(
    town: Town, kind: type[c.Command]
) -> None:
    vera, owner = await town.guest(), await town.person()
    server = await town.server(owner)
    there = server.channels[0].channel.id
    message = (await town.say(owner, there)).message
    for make in AIMED[kind]:
        command = sc.InServer(server.server.id, there, make(Place(there, message.id, owner), vera))
        assert (await refused(town.do(vera, command))).code is Code.NOT_FOUND


@pytest.mark.parametrize("place", PLACES)
async def test_t29_what_a_guest_may_not_see_is_in_no_list(town: Town, place: str) -> None:
    vera = await town.guest()
    hidden = await _place(town, place, vera)
    listed = await town.do(vera, c.ListChannels())
    assert [view.channel.kind for view in listed] == [Kind.LOBBY]
    shown = [
        *await town.do(vera, c.FindGroups("")),
        *await town.do(vera, c.ListDetails()),
        *await town.do(vera, c.ListUnread()),
    ]
    assert str(hidden.channel) not in repr(shown)
    assert "secret" not in repr(shown)


@pytest.mark.parametrize("kind", AIMED, ids=lambda k: k.__name__)
async def test_t29_guests_may_in_the_lobby_what_others_may(
    town: Town, kind: type[c.Command]
) -> None:
    """Or the tests above would pass for a guest who may nothing."""
    outcomes = []
    for who in (await town.guest(), await town.person()):
        message = (await town.say(who, LOBBY)).message
        place = Place(LOBBY, message.id, await town.person())
        outcomes.append([await _outcome(town, who, make(place, who)) for make in AIMED[kind]])
    assert outcomes[0] == outcomes[1]


async def _outcome(town: Town, who: User, command: c.Command) -> str:
    try:
        await town.do(who, command)
    except Refused as refusal:
        return refusal.message
    return "done"
