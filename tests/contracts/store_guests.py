"""The part of the store contract about guests, and about to whom a message in a direct channel went."""

import asyncio

import pytest

from fakes.world import World, new_id, refused
from hubbub.model.entities import Account, Channel, Kind, Sent, Status, User
from hubbub.model.errors import ASK_FIRST, NO_GUESTS, Code, Refused
from hubbub.model.ids import LOBBY, ChannelId, UserId
from hubbub.ports.store import Opened


async def guest(world: World, name: str | None = None) -> User:
    number = new_id()
    name = name or f"guest{number}"
    user = User(UserId(number), name, name, 1, is_guest=True)
    return await world.write(world.store.accounts.add_guest(user))


async def room(world: World, owner: User, *, guests: bool, private: bool = False) -> ChannelId:
    made = Channel(ChannelId(new_id()), Kind.GROUP, "room", "", owner.id, private, 1, guests=guests)
    await world.write(world.store.channels.add_group(made, [owner.id], unique=False))
    return made.id


async def direct(world: World, one: User, other: User, *, only_known: bool = False) -> Opened:
    made = Channel(ChannelId(new_id()), Kind.DIRECT, "", "", None, True, 1)
    pair = one.id, other.id
    return await world.write(world.store.channels.open_direct(made, pair, only_known=only_known))


class GuestContract:
    """Names, groups that admit them, and who may begin a chat."""

    async def test_guest_is_kept_as_one_without_a_password_and_in_the_lobby(
        self, world: World
    ) -> None:
        vera = await guest(world, "Vera")
        accounts = world.store.accounts
        assert await world.store.read(accounts.get_user(vera.id)) == vera
        assert await world.store.read(accounts.get_account("vera")) == Account(vera, None, None)
        ids = await world.store.read(world.store.channels.list_ids(vera.id))
        assert ids == [(LOBBY, Kind.LOBBY)]
        assert (await world.send(LOBBY, vera)).message.author == vera

    @pytest.mark.parametrize("other", ["vera", "VERA", "\uff36era", "Ve\u200dra"])
    async def test_guest_takes_no_name_and_loses_none(self, world: World, other: str) -> None:
        vera = await guest(world, "Vera")
        assert (await refused(guest(world, other))).code is Code.CONFLICT
        assert (await refused(world.person(other))).code is Code.CONFLICT
        bot = User(UserId(new_id()), other, other, 1)
        adding = world.write(world.store.programs.add_bot(bot, (await world.person()).id))
        assert (await refused(adding)).code is Code.CONFLICT
        found = await world.store.read(world.store.accounts.get_account(other))
        assert found is not None
        assert found.user == vera

    async def test_guests_of_one_name_at_once_are_made_once(self, world: World) -> None:
        results = await asyncio.gather(
            *(guest(world, "vera") for _ in range(10)), return_exceptions=True
        )
        assert sum(isinstance(found, User) for found in results) == 1
        refusals = [found.code for found in results if isinstance(found, Refused)]
        assert refusals == [Code.CONFLICT] * 9

    @pytest.mark.parametrize("status", [Status.ACTIVE, Status.PENDING])
    async def test_guest_comes_only_into_groups_that_admit_them(
        self, world: World, status: Status
    ) -> None:
        ann, vera = await world.person(), await guest(world)
        closed = await room(world, ann, guests=False)
        found = await refused(world.put(closed, vera, status))
        assert (found.code, found.message) == (Code.FORBIDDEN, NO_GUESTS)
        opened = await room(world, ann, guests=True)
        assert (await world.put(opened, vera, status)).status is status
        for there in (closed, opened):
            assert (await world.put(there, vera, Status.BANNED)).status is Status.BANNED

    async def test_guests_are_counted_that_are_in_a_group_or_ask_to_be(self, world: World) -> None:
        ann, bob = await world.person(), await world.person()
        there = await room(world, ann, guests=True)
        await world.put(there, bob, Status.ACTIVE)
        for status in Status:
            await world.put(there, await guest(world), status)
        assert await world.store.read(world.store.channels.count_guests(there)) == 2

    async def test_whether_a_group_admits_guests_is_kept_and_changed(self, world: World) -> None:
        ann = await world.person()
        there = await room(world, ann, guests=True)
        assert (await world.view(ann, there)).channel.guests
        changed = await world.write(world.store.channels.update_channel(there, {"guests": False}))
        assert not changed.guests
        assert not (await world.view(ann, there)).channel.guests

    async def test_guests_find_only_groups_that_admit_them(self, world: World) -> None:
        ann, vera = await world.person(), await guest(world)
        closed, opened = [await room(world, ann, guests=g) for g in (False, True)]
        hidden = await room(world, ann, guests=True, private=True)
        find = world.store.channels.find_groups
        everything = await world.store.read(find(vera.id, "ro"))
        assert {closed, opened} <= {c.id for c in everything}
        found = {c.id for c in await world.store.read(find(vera.id, "ro", guests=True))}
        assert opened in found
        assert found.isdisjoint({closed, hidden})

    async def test_only_a_known_person_is_written_to_where_that_is_asked(
        self, world: World
    ) -> None:
        ann, vera = await world.person(), await guest(world)
        found = await refused(direct(world, vera, ann, only_known=True))
        assert (found.code, found.message) == (Code.FORBIDDEN, ASK_FIRST)
        find = world.store.channels.find_direct
        assert await world.store.read(find(ann.id, vera.id)) is None
        channel, _, is_new = await direct(world, ann, vera)
        again, _, was_new = await direct(world, vera, ann, only_known=True)
        assert (is_new, was_new, again.id) == (True, False, channel.id)
        for pair in ((ann.id, vera.id), (vera.id, ann.id)):
            known = await world.store.read(find(*pair))
            assert known is not None
            assert known.id == channel.id


class ReceiverContract:
    """`Message.receiver_id` stays with the message, whatever becomes of it."""

    async def test_receiver_is_kept_through_every_change_and_way_to_read(
        self, world: World
    ) -> None:
        ann, bob = await world.person(), await world.person()
        there = (await direct(world, ann, bob))[0].id
        ours = await world.send(there, ann, receiver_id=bob.id)
        theirs = await world.send(there, bob, receiver_id=ann.id)
        assert [sent.message.receiver_id for sent in (ours, theirs)] == [bob.id, ann.id]
        assert (await world.edit(ours.message, "new")).receiver_id == bob.id
        assert (await world.recall(theirs.message, bob))[0].receiver_id == ann.id
        page = await world.page(there)
        assert [m.receiver_id for m in page.messages] == [ann.id, bob.id]
        changes = await world.store.read(world.store.messages.changes(there, 0, 10))
        assert {m.id: m.receiver_id for m in changes.messages} == {
            ours.message.id: bob.id,
            theirs.message.id: ann.id,
        }

    async def test_receiver_comes_back_with_a_nonce_and_is_nobody_in_a_group(
        self, world: World
    ) -> None:
        ann, bob = await world.person(), await world.person()
        there = (await direct(world, ann, bob))[0].id
        sends = [world.send(there, ann, nonce="n", receiver_id=bob.id) for _ in range(3)]
        found: list[Sent] = await asyncio.gather(*sends)
        assert {(s.message.id, s.message.receiver_id) for s in found} == {
            (found[0].message.id, bob.id)
        }
        assert (await world.send(await world.group(ann), ann)).message.receiver_id is None

    async def test_pages_by_offset_leave_out_the_newest_and_say_how_many_there_are(
        self, world: World
    ) -> None:
        ann = await world.person()
        there = await world.group(ann)
        for n in range(1, 8):
            await world.send(there, ann, str(n))
        for offset, limit, wanted, more in (
            (0, 3, "765", True),
            (3, 3, "432", True),
            (6, 3, "1", False),
            (7, 3, "", False),
            (2**60, 3, "", False),
            (4, 3, "321", False),
        ):
            page = await world.page(there, offset=offset, limit=limit)
            assert "".join(m.content for m in page.messages) == wanted
            assert (page.has_more, page.last_seq) == (more, 7)
