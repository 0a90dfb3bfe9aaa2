"""Guests and people they would like to write to; mentions that no text names; what waits for a person."""

from fakes.town import Town
from hubbub.model.commands import (
    AddContact,
    AddMember,
    AnswerFriend,
    Caller,
    CreateGroup,
    EnterAsGuest,
    FindGroups,
    GetMessage,
    ListChannels,
    ListRequests,
    MarkDelivered,
    RecallMessage,
    RequestFriend,
    SearchUsers,
    SendDirect,
    SendMessage,
)
from hubbub.model.entities import ChannelView, Message, User
from hubbub.model.errors import Code
from hubbub.model.ids import LOBBY, UserId
from hubbub.model.limits import GUEST_REQUESTS, SYNC_CHARS, UNREAD_MESSAGES
from hubbub.services.reads import undelivered_in


async def _guest(town: Town, name: str) -> User:
    found: User = await town.do(None, EnterAsGuest(name))
    return found


async def _waiting(town: Town, user: User) -> list[Message]:
    views = await town.do(user, ListChannels())
    return await town.store.read(undelivered_in(town.store, views))


async def test_guest_adds_a_guest_and_can_write_at_once(town: Town) -> None:
    ann, bob = await _guest(town, "ann"), await _guest(town, "bob")
    assert await town.do(ann, AddContact(bob.id)) is True
    assert await town.do(ann, AddContact(bob.id)) is True
    views: list[ChannelView] = await town.do(bob, ListChannels())
    assert [v.peer for v in views if v.peer is not None] == [ann]


async def test_guest_adds_a_person_who_is_asked_and_may_accept(town: Town) -> None:
    ann, eve = await _guest(town, "ann"), await town.person()
    assert await town.do(ann, AddContact(eve.id)) is False
    await town.forbidden(ann, SendDirect(eve.id, "hi"))
    (asked,) = await town.do(eve, ListRequests())
    await town.do(eve, AnswerFriend(asked.id, accept=True))
    assert await town.do(ann, AddContact(eve.id)) is True
    await town.do(ann, SendDirect(eve.id, "hi"))


async def test_guests_who_ask_leave_space_for_others(town: Town) -> None:
    eve, ann = await town.person(), await town.person()
    guests = [await town.guest() for _ in range(GUEST_REQUESTS + 1)]
    for guest in guests[:-1]:
        await town.do(guest, AddContact(eve.id))
    await town.refused(guests[-1], AddContact(eve.id), Code.CONFLICT)
    await town.do(ann, RequestFriend(eve.id))
    requests = await town.do(eve, ListRequests())
    await town.do(eve, AnswerFriend(requests[-1].id, accept=True))
    await town.do(guests[-1], AddContact(eve.id))


async def test_guest_adds_who_has_asked_them_already(town: Town) -> None:
    ann, eve = await _guest(town, "ann"), await town.person()
    assert await town.do(eve, AddContact(ann.id)) is True  # who has an account writes to guests
    assert await town.do(ann, AddContact(eve.id)) is True


async def test_nobody_adds_themselves_or_who_is_not_there(town: Town) -> None:
    ann = await _guest(town, "ann")
    await town.refused(ann, AddContact(ann.id), Code.INVALID)
    await town.absent(ann, AddContact(UserId(404)))


async def test_mention_beside_the_text_is_kept_if_the_person_sees_the_message(town: Town) -> None:
    ann, bob, eve = await town.person(), await town.person(), await town.person()
    view: ChannelView = await town.do(ann, CreateGroup("tea", user_ids=(bob.id,)))
    room = view.channel.id
    command = SendMessage(room, f"<@{ann.id}>", mentions=(bob.id, eve.id))
    sent = await town.do(ann, command)
    assert sent.message.mentions == (bob.id, ann.id)
    stored = await town.do(bob, GetMessage(room, sent.message.id))
    assert stored.mentions == (bob.id, ann.id)


async def test_visitor_finds_what_guests_may_see_and_is_nobody(town: Town) -> None:
    ann, eve = await _guest(town, "ann"), await town.person("Hannah")
    await town.do(eve, CreateGroup("tea of eve"))
    await town.do(ann, CreateGroup("green tea"))
    visitor = town.services.guests.visitor("192.0.2.1")
    assert visitor.user_id < 0
    found = await town.dispatch.handle(visitor, FindGroups("TEA", within=True))
    assert [group.name for group in found] == ["green tea"]  # type: ignore[attr-defined]  # a list of channels
    people = await town.dispatch.handle(visitor, SearchUsers("ANN", within=True))
    assert people == [ann, eve]
    assert visitor == town.services.guests.visitor("192.0.2.1")
    assert visitor.user_id != town.services.guests.visitor("192.0.2.2").user_id


async def test_what_waits_is_what_others_said_behind_the_delivered_position(town: Town) -> None:
    ann, bob = await _guest(town, "ann"), await _guest(town, "bob")
    view: ChannelView = await town.do(ann, CreateGroup("tea"))
    room = view.channel.id
    await town.do(bob, AddMember(room, bob.id))
    assert await _waiting(town, bob) == []
    first = (await town.do(ann, SendMessage(LOBBY, "one"))).message
    gone = (await town.do(ann, SendMessage(room, "two"))).message
    third = (await town.do(ann, SendDirect(bob.id, "three"))).message
    await town.do(bob, SendMessage(room, "my own"))
    await town.do(ann, RecallMessage(room, gone.id))
    assert [m.id for m in await _waiting(town, bob)] == [first.id, third.id]
    await town.do(bob, MarkDelivered(LOBBY, 1))
    assert [m.id for m in await _waiting(town, bob)] == [third.id]


async def test_what_waits_is_the_newest_of_too_much(town: Town) -> None:
    ann, bob = await town.person(), await town.person()
    caller = Caller("192.0.2.1", ann)
    for n in range(UNREAD_MESSAGES // 2 + 1):
        await town.dispatch.handle(caller, SendMessage(LOBBY, f"a{n}"))
        await town.dispatch.handle(caller, SendDirect(bob.id, f"b{n}"))
    found = await _waiting(town, bob)
    assert len(found) == UNREAD_MESSAGES
    assert found[-1].content == f"b{UNREAD_MESSAGES // 2}"
    assert [m.id for m in found] == sorted(m.id for m in found)


async def test_what_waits_from_a_person_stays_whatever_is_said_in_the_lobby(town: Town) -> None:
    ann, bob, eve = await town.person(), await town.person(), await town.person()
    first = (await town.do(ann, SendDirect(bob.id, "first"))).message
    second = (await town.do(ann, SendDirect(bob.id, "second"))).message
    flood = Caller("192.0.2.1", eve)
    for _ in range(SYNC_CHARS // 5_000 + 2):
        await town.dispatch.handle(flood, SendMessage(LOBBY, "x" * 5_000))
    found = await _waiting(town, bob)
    assert found[:2] == [first, second]
    assert SYNC_CHARS - 5_000 < sum(len(m.content) for m in found) <= SYNC_CHARS
    for _ in range(UNREAD_MESSAGES):
        await town.dispatch.handle(flood, SendMessage(LOBBY, "x"))
    found = await _waiting(town, bob)
    assert (found[:2], len(found)) == ([first, second], UNREAD_MESSAGES)
    assert found[-1].seq == found[2].seq + UNREAD_MESSAGES - 3
