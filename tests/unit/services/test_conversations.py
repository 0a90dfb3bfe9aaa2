"""Pages of a chat for clients without memory: what is in them, and that they show no more than history does."""

import pytest

from fakes.town import Town
from hubbub.model.commands import (
    AddMember,
    CreateGroup,
    GetChannel,
    ReadConversation,
    RecallMessage,
    RemoveMember,
    SendDirect,
)
from hubbub.model.entities import Conversation
from hubbub.model.errors import Code
from hubbub.model.ids import LOBBY, SYSTEM, ChannelId, UserId

ABSENT = ChannelId(404)


def texts(found: Conversation) -> str:
    return "".join(m.content for m in found.page.messages)


async def test_pages_of_a_group_have_all_messages_once_and_count_them(town: Town) -> None:
    ann, bob = await town.person(), await town.person()
    view = await town.do(ann, CreateGroup("room", user_ids=(bob.id,)))
    there = view.channel.id
    for n in range(1, 8):
        await town.say(ann, there, str(n))
    asks = [ReadConversation(there, limit=3, offset=offset) for offset in (0, 3, 6, 7)]
    pages = [await town.do(bob, ask) for ask in asks]
    assert [texts(found) for found in pages] == ["765", "432", "1", ""]
    assert {(f.page.last_seq, f.member_count, f.peer) for f in pages} == {(7, 2, None)}
    assert pages[0].view == await town.do(bob, GetChannel(there))


async def test_recalled_messages_are_counted_and_stay_as_tombstones(town: Town) -> None:
    ann = await town.person()
    there = (await town.do(ann, CreateGroup("room"))).channel.id
    sent = [(await town.say(ann, there, str(n))).message for n in range(3)]
    await town.do(ann, RecallMessage(there, sent[1].id))
    found = await town.do(ann, ReadConversation(there))
    assert [(m.content, m.recalled_at is None) for m in found.page.messages] == [
        ("2", True),
        ("", False),
        ("0", True),
    ]
    assert found.page.last_seq == 3


async def test_a_page_before_a_message_goes_on_where_the_last_ended(town: Town) -> None:
    ann = await town.person()
    there = (await town.do(ann, CreateGroup("room"))).channel.id
    for n in range(5):
        await town.say(ann, there, str(n))
    first = await town.do(ann, ReadConversation(there, limit=2))
    last = first.page.messages[-1].id
    assert texts(await town.do(ann, ReadConversation(there, before=last, limit=2))) == "21"
    both = ReadConversation(there, before=last, offset=1)
    await town.refused(ann, both, Code.INVALID)


async def test_a_chat_of_two_has_the_other_person_and_who_is_there(town: Town) -> None:
    ann, bob = await town.person(), await town.person()
    for reader, other in ((ann, bob), (bob, ann)):
        found = await town.do(reader, ReadConversation(user_id=other.id))
        assert (texts(found), found.view, found.peer, found.member_count) == ("", None, other, 2)
    await town.do(ann, SendDirect(bob.id, "1"))
    await town.do(bob, SendDirect(ann.id, "2"))
    town.presence.here.add(bob.id)
    found = await town.do(ann, ReadConversation(user_id=bob.id))
    assert (texts(found), found.online, found.page.last_seq) == ("21", {bob.id}, 2)
    assert [m.receiver_id for m in found.page.messages] == [ann.id, bob.id]


async def test_who_is_nobody_has_no_chat(town: Town) -> None:
    ann = await town.person()
    for nobody in (SYSTEM, UserId(404), None):
        await town.absent(ann, ReadConversation(user_id=nobody))


async def test_a_stranger_is_told_nothing_of_the_chat_of_two(town: Town) -> None:
    ann, bob, eve = [await town.person() for _ in range(3)]
    sent = await town.do(ann, SendDirect(bob.id, "for bob"))
    hidden = await town.absent(eve, ReadConversation(sent.message.channel_id))
    absent = await town.absent(eve, ReadConversation(ABSENT))
    assert str(hidden) == str(absent)
    assert texts(await town.do(eve, ReadConversation(user_id=ann.id))) == ""


@pytest.mark.parametrize("kind", ["private", "text", "kicked", "direct", "closed to guests"])
async def test_a_channel_that_one_does_not_see_is_as_one_that_is_not_there(
    town: Town, kind: str
) -> None:
    ann, bob, eve = await town.person(), await town.person(), await town.person()
    reader = await town.guest() if kind == "closed to guests" else eve
    if kind == "text":
        there = (await town.server(ann)).channels[0].channel.id
    elif kind == "direct":
        there = (await town.do(ann, SendDirect(bob.id, "hi"))).message.channel_id
    else:
        is_private = kind != "closed to guests"
        there = (await town.do(ann, CreateGroup("room", private=is_private))).channel.id
    if kind == "kicked":
        await town.do(ann, AddMember(there, eve.id))
        await town.do(ann, RemoveMember(there, eve.id))
    hidden = await town.absent(reader, ReadConversation(there))
    assert str(hidden) == str(await town.absent(reader, ReadConversation(ABSENT)))


async def test_who_is_not_in_an_open_group_is_asked_to_join_it(town: Town) -> None:
    ann, eve = await town.person(), await town.person()
    there = (await town.do(ann, CreateGroup("room"))).channel.id
    await town.forbidden(eve, ReadConversation(there))


async def test_the_lobby_is_everybodys_and_of_no_number_of_people(town: Town) -> None:
    ann, vera = await town.person(), await town.guest()
    await town.say(ann, LOBBY, "hello")
    found = await town.do(vera, ReadConversation(LOBBY))
    assert (texts(found), found.member_count) == ("hello", 0)
    root = await town.world.write(town.store.accounts.update_user(ann.id, is_admin=True))
    await town.do(root, RemoveMember(LOBBY, vera.id, ban=True))
    await town.absent(vera, ReadConversation(LOBBY))
