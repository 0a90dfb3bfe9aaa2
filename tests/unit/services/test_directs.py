"""Messages to people: who may write to whom first, one channel for two, and to whom each message went."""

import asyncio

import pytest

from fakes.town import Town
from hubbub.model.commands import (
    AddReaction,
    AnswerFriend,
    Block,
    Caller,
    EditMessage,
    GetMessage,
    History,
    ListChannels,
    ListUnread,
    OpenDirect,
    RecallMessage,
    RemoveFriend,
    RequestFriend,
    SendDirect,
    SendMessage,
    Unblock,
)
from hubbub.model.entities import Kind, Message, User
from hubbub.model.errors import ASK_FIRST, Code
from hubbub.model.events import MessageEdited, MessageRecalled, MessageSent, ReactionAdded
from hubbub.model.ids import LOBBY, MAX_ID, SYSTEM, ChannelId, MessageId, UserId


async def say(town: Town, one: User, other: User, text: str = "hi", **more: object) -> Message:
    found: Message = (await town.do(one, SendDirect(other.id, text, **more))).message  # type: ignore[arg-type]  # any fields
    return found


async def directs(town: Town, user: User) -> list[ChannelId]:
    views = await town.do(user, ListChannels())
    return [v.channel.id for v in views if v.channel.kind is Kind.DIRECT]


# -- one channel for two --------------------------------------------------------------------------------


async def test_messages_to_each_other_are_in_one_channel(town: Town) -> None:
    ann, bob = await town.person(), await town.person()
    sent = [await say(town, ann, bob), await say(town, bob, ann), await say(town, ann, bob)]
    assert len({message.channel_id for message in sent}) == 1
    assert [message.seq for message in sent] == [1, 2, 3]
    assert await directs(town, ann) == await directs(town, bob) == [sent[0].channel_id]


async def test_first_messages_at_once_both_ways_make_one_channel(town: Town) -> None:
    ann, bob = await town.person(), await town.person()
    pairs = [(ann, bob), (bob, ann)] * 10
    sent = await asyncio.gather(*(say(town, *pair, nonce=f"{n}") for n, pair in enumerate(pairs)))
    assert len({message.channel_id for message in sent}) == 1
    assert sorted(message.seq for message in sent) == list(range(1, 21))


async def test_a_nonce_is_known_again_also_while_the_channel_is_made(town: Town) -> None:
    ann, bob = await town.person(), await town.person()
    twice = await asyncio.gather(*(say(town, ann, bob, nonce="n") for _ in range(5)))
    assert len({message.id for message in twice}) == 1
    assert (await say(town, ann, bob, "other", nonce="n")).id == twice[0].id


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (SendDirect(UserId(1), ""), Code.INVALID),
        (SendDirect(UserId(1), "x" * 5001), Code.INVALID),
        (SendDirect(UserId(1), "hi", "n" * 65), Code.INVALID),
        (SendDirect(UserId(1), "hi", None, MessageId(404)), Code.INVALID),
    ],
)
async def test_what_cannot_be_sent_opens_no_channel(
    town: Town, command: SendDirect, code: Code
) -> None:
    ann, bob = await town.person(), await town.person()
    wanted = SendDirect(bob.id, command.content, command.nonce, command.reply_to)
    await town.refused(ann, wanted, code)
    assert await directs(town, ann) == await directs(town, bob) == []


async def test_a_reply_stands_in_the_channel_of_what_it_answers(town: Town) -> None:
    ann, bob = await town.person(), await town.person()
    lobby = await town.say(ann, LOBBY)
    first = await say(town, ann, bob)
    assert (await say(town, bob, ann, reply_to=first.id)).reply_to == first.id
    elsewhere = SendDirect(bob.id, "hi", None, lobby.message.id)
    await town.refused(ann, elsewhere, Code.INVALID)


async def test_nobody_writes_to_oneself_or_to_nobody(town: Town) -> None:
    ann = await town.person()
    await town.refused(ann, SendDirect(ann.id, "hi"), Code.INVALID)
    for nobody in (SYSTEM, UserId(404), UserId(-1)):
        await town.absent(ann, SendDirect(nobody, "hi"))


async def test_a_known_channel_is_written_to_without_looking_for_it(town: Town) -> None:
    ann, bob, caller = await town.person(), await town.person(), Caller("192.0.2.1")
    command = SendDirect(bob.id, "hi", "n")
    as_ann = Caller(caller.address, ann)
    assert town.dispatch.resolved(as_ann, command) is command
    channel = (await say(town, ann, bob)).channel_id
    resolved = town.dispatch.resolved(as_ann, command)
    assert resolved == SendMessage(channel, "hi", "n")
    assert town.dispatch.row(resolved).pipelined
    # The other direction is remembered when it is used, and nobody else's is.
    assert town.dispatch.resolved(Caller(caller.address, bob), SendDirect(ann.id, "hi")) == (
        SendDirect(ann.id, "hi")
    )


# -- guests ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("begin", [SendDirect, OpenDirect])
async def test_a_guest_writes_first_to_guests_only(town: Town, begin: type) -> None:
    vera, gast, ann = await town.guest(), await town.guest(), await town.person()
    extra = ("hi",) if begin is SendDirect else ()
    found = await town.forbidden(vera, begin(ann.id, *extra))
    assert found.message == ASK_FIRST
    assert await town.do(vera, begin(gast.id, *extra))
    assert await directs(town, ann) == []


async def test_a_guest_answers_who_wrote_first(town: Town) -> None:
    vera, ann = await town.guest(), await town.person()
    await say(town, ann, vera)
    assert (await say(town, vera, ann)).seq == 2


async def test_a_guest_writes_to_friends_also_when_they_are_none_any_more(town: Town) -> None:
    vera, ann = await town.guest(), await town.person()
    asked = await town.do(vera, RequestFriend(ann.id))
    await town.forbidden(vera, SendDirect(ann.id, "please"))
    await town.do(ann, AnswerFriend(asked.id, True))
    await say(town, vera, ann)
    await town.do(ann, RemoveFriend(vera.id))
    await say(town, vera, ann)  # a block ends that


async def test_a_friend_request_that_is_turned_down_opens_nothing(town: Town) -> None:
    vera, ann = await town.guest(), await town.person()
    asked = await town.do(vera, RequestFriend(ann.id))
    await town.do(ann, AnswerFriend(asked.id, False))
    await town.forbidden(vera, SendDirect(ann.id, "please"))


async def test_a_block_is_felt_by_a_guest_and_by_whom_they_block(town: Town) -> None:
    vera, gast, ann = await town.guest(), await town.guest(), await town.person()
    await town.do(gast, Block(vera.id))
    await town.forbidden(vera, SendDirect(gast.id, "hi"))
    await say(town, ann, vera)
    await say(town, vera, ann)  # memory knows the channel
    await town.do(ann, Block(vera.id))
    await town.forbidden(vera, SendDirect(ann.id, "hi"))
    await town.forbidden(ann, SendDirect(vera.id, "hi"))
    await town.do(ann, Unblock(vera.id))
    await say(town, vera, ann)


async def test_a_block_as_a_guest_writes_lets_nothing_through_after_it(town: Town) -> None:
    ann, vera = await town.person(), await town.guest()
    await say(town, ann, vera)
    results = await asyncio.gather(
        *(say(town, vera, ann, str(n)) for n in range(10)),
        town.do(ann, Block(vera.id)),
        *(say(town, vera, ann, str(n)) for n in range(10)),
        return_exceptions=True,
    )
    page = await town.do(ann, History(await _channel(town, ann), limit=100))
    assert len(page.messages) == 1 + sum(isinstance(found, Message) for found in results)
    await town.forbidden(vera, SendDirect(ann.id, "later"))


async def _channel(town: Town, user: User) -> ChannelId:
    (channel,) = await directs(town, user)
    return channel


# -- to whom --------------------------------------------------------------------------------------------


async def test_each_message_says_to_whom_it_went_live_and_later(town: Town) -> None:
    ann, bob = await town.person(), await town.person()
    there = (await town.do(ann, OpenDirect(bob.id)))[0].channel.id
    for one, other in ((ann, bob), (bob, ann)):
        await town.heard()
        message = await say(town, one, other)
        place = message.channel_id, message.id
        await town.do(one, EditMessage(*place, "changed"))
        await town.do(other, AddReaction(*place, "x"))
        for reader in (one, other):
            assert (await town.do(reader, GetMessage(*place))).receiver_id == other.id
        await town.do(one, RecallMessage(*place))
        events = [p.event for p in await town.heard()]
        told = [
            event.message.receiver_id
            for event in events
            if isinstance(event, MessageSent | MessageEdited | MessageRecalled)
        ]
        assert told == [other.id] * 3
        assert any(isinstance(event, ReactionAdded) for event in events)
    page = await town.do(ann, History(there))
    assert [m.receiver_id for m in page.messages] == [ann.id, bob.id]
    changes = await town.store.read(town.store.messages.changes(there, 0, 9))
    assert sorted(m.receiver_id or 0 for m in changes.messages) == sorted((ann.id, bob.id))


async def test_unread_messages_say_to_whom_they_went(town: Town) -> None:
    ann, bob = await town.person(), await town.person()
    message = await say(town, ann, bob)
    found = await town.do(bob, ListUnread())
    assert [m.receiver_id for m in found if m.id == message.id] == [bob.id]


async def test_a_message_into_the_channel_itself_says_it_too_and_one_elsewhere_nothing(
    town: Town,
) -> None:
    ann, bob = await town.person(), await town.person()
    view, _ = await town.do(ann, OpenDirect(bob.id))
    assert (await town.say(bob, view.channel.id)).message.receiver_id == ann.id
    assert (await town.say(ann, LOBBY)).message.receiver_id is None


async def test_an_offset_beyond_every_number_is_refused(town: Town) -> None:
    ann = await town.person()
    for offset in (-1, MAX_ID + 1, 10**30):
        await town.refused(ann, History(LOBBY, offset=offset), Code.INVALID)
    assert (await town.do(ann, History(LOBBY, offset=MAX_ID))).messages == []
