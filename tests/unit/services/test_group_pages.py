"""Who sees whom on a group's page; and commands placed in the conversation with a person."""

import pytest

from fakes.town import Town
from hubbub.model.commands import (
    AddMember,
    CreateGroup,
    EnterAsGuest,
    InDirect,
    MarkRead,
    OpenDirect,
    ReadGroup,
    RecallMessage,
    SendDirect,
)
from hubbub.model.entities import ChannelView, GroupDetail, Sent, Status, User
from hubbub.model.ids import LOBBY, ChannelId, MessageId


async def group(town: Town, owner: User, *members: User, private: bool = False) -> ChannelId:
    made: ChannelView = await town.do(owner, CreateGroup("maths", private=private))
    for member in members:
        await town.do(owner, AddMember(made.channel.id, member.id))
    return made.channel.id


async def page(town: Town, user: User, channel_id: ChannelId) -> GroupDetail:
    found: GroupDetail = await town.do(user, ReadGroup(channel_id))
    return found


def listed(detail: GroupDetail) -> list[tuple[str, Status]]:
    return [(user.username, member.status) for member, user in detail.people]


async def test_read_group_when_asked_by_a_member_shows_members_and_to_admins_who_waits(
    town: Town,
) -> None:
    owner, member, waiting = [await town.person(name) for name in ("owner", "member", "waiting")]
    channel_id = await group(town, owner, member, private=True)
    await town.do(waiting, AddMember(channel_id, waiting.id))
    active = [("owner", Status.ACTIVE), ("member", Status.ACTIVE)]
    assert listed(await page(town, member, channel_id)) == active
    seen = await page(town, owner, channel_id)
    assert listed(seen) == [*active, ("waiting", Status.PENDING)]
    assert seen.member_count == 2


@pytest.mark.parametrize("private", [True, False])
async def test_read_group_when_asked_by_who_is_not_in_it_shows_nobody(
    town: Town, private: bool
) -> None:
    owner, stranger = await town.person(), await town.person()
    channel_id = await group(town, owner, private=private)
    if private:
        await town.absent(stranger, ReadGroup(channel_id))
        await town.do(stranger, AddMember(channel_id, stranger.id))  # and waits
    seen = await page(town, stranger, channel_id)
    assert (seen.people, seen.member_count) == ([], 1)


async def test_read_group_of_what_is_no_group_is_refused(town: Town) -> None:
    alice, bob = await town.person(), await town.person()
    view, _ = await town.do(alice, OpenDirect(bob.id))
    for channel_id in (LOBBY, view.channel.id, ChannelId(404)):
        await town.absent(alice, ReadGroup(channel_id))


async def test_read_group_when_it_admits_no_guests_is_hidden_from_them(town: Town) -> None:
    owner = await town.person()
    channel_id = await group(town, owner)
    guest: User = await town.do(None, EnterAsGuest("guest"))
    await town.absent(guest, ReadGroup(channel_id))


async def test_in_direct_when_two_have_written_is_placed_there(town: Town) -> None:
    alice, bob, carol = [await town.person() for _ in range(3)]
    sent: Sent = await town.do(alice, SendDirect(bob.id, "oops"))
    recall = RecallMessage(LOBBY, sent.message.id)
    await town.absent(carol, InDirect(alice.id, recall))
    await town.absent(alice, InDirect(carol.id, recall))
    await town.forbidden(bob, InDirect(alice.id, recall))  # it is not his
    assert (await town.do(alice, InDirect(bob.id, recall))).recalled_at is not None


async def test_in_direct_when_message_is_of_elsewhere_is_refused(town: Town) -> None:
    alice, bob, carol = [await town.person() for _ in range(3)]
    await town.do(alice, SendDirect(bob.id, "here"))
    sent: Sent = await town.do(alice, SendDirect(carol.id, "there"))
    await town.absent(alice, InDirect(bob.id, RecallMessage(LOBBY, sent.message.id)))
    await town.absent(alice, InDirect(bob.id, MarkRead(LOBBY, 0, MessageId(404))))
