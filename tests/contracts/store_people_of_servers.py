"""The part of the store contract about people in servers: how they come and go, what waits for them."""

import asyncio
import random

import msgspec
import pytest

from contracts.store_servers import hidden
from fakes.community import Community, community
from fakes.world import World, refused
from hubbub.model.entities import Channel, Extra, Message, User
from hubbub.model.errors import Code, Refused
from hubbub.model.ids import ServerId
from hubbub.model.limits import INVITES
from hubbub.model.servers import Ban, Invite, InvitePreview, Notify, ServerMember


async def positions(world: World, user: User, channel: Channel) -> tuple[int, int]:
    """Read and delivered."""
    member = (await world.view(user, channel.id)).member
    assert member is not None
    return member.read_seq, member.delivered_seq


class ServerPeopleContract:
    """Joining, leaving, bans, invites, positions, unread, mentions."""

    async def test_who_joins_is_a_member_with_nothing_unread(
        self, world: World, place: Community
    ) -> None:
        spoken, silent = await place.channel(), await place.channel()
        for _ in range(3):
            await place.say(spoken, place.owner, place.everyone)
        bob = await world.person()
        before = await place.version()
        joined = await place.enter(bob)
        assert joined.joined == (ServerMember(place.id, bob.id, 5), bob)
        assert joined.version == joined.view.server.version == before + 1
        assert joined.view == await place.view(bob)
        assert joined.view.member_count == 2
        assert [(v.unread, v.mentions) for v in joined.view.channels] == [(0, 0), (0, 0)]
        assert await positions(world, bob, spoken) == (3, 3)
        assert await positions(world, bob, silent) == (0, 0)
        await place.say(silent, place.owner)
        assert await place.waiting(bob, silent) == (1, 0)

    async def test_member_who_joins_again_changes_nothing_and_uses_nothing_up(
        self, world: World, place: Community
    ) -> None:
        channel = await place.channel()
        bob = await place.newcomer()
        await place.say(channel, place.owner)
        await place.invite("old", expires_at=2)
        await place.invite("one", max_uses=1)
        before = await place.version()
        for code in (None, "old", "one"):
            again = await place.enter(bob, code)
            assert (again.joined, again.version) == (None, before)
            assert again.view == await place.view(bob)
        assert [i.uses for i in await world.store.read(place.tables.list_invites(place.id))] == [
            0,
            0,
        ]
        assert await place.waiting(bob, channel) == (1, 0)

    async def test_who_leaves_loses_positions_and_comes_back_at_the_end(
        self, world: World, place: Community
    ) -> None:
        channel = await place.channel()
        other = await community(world, place.owner)
        elsewhere = await other.channel()
        bob = await place.newcomer()
        await other.enter(bob)
        for room in (channel, elsewhere):
            await place.say(room, place.owner)
            await world.mark(room.id, bob, 1)
            await place.say(room, place.owner)
        assert await place.waiting(bob, channel) == (1, 0)
        assert (await place.remove(bob))[:2] == (bob, True)
        read = world.store.read
        assert await read(world.store.channels.get_view(bob.id, channel.id)) is None
        assert (await refused(world.mark(channel.id, bob, 2))).code is Code.NOT_FOUND
        assert (await place.view(place.owner)).member_count == 1
        assert await other.waiting(bob, elsewhere) == (1, 0)
        await place.say(channel, place.owner)
        await place.enter(bob)
        assert await positions(world, bob, channel) == (3, 3)

    async def test_who_is_no_member_is_removed_without_a_change(
        self, world: World, place: Community
    ) -> None:
        eve, before = await world.person(), await place.version()
        assert await place.remove(eve) == (eve, False, before)
        assert await place.version() == before
        nobody = msgspec.structs.replace(eve, id=404)
        assert (await refused(place.remove(nobody))).code is Code.NOT_FOUND

    async def test_ban_keeps_out_who_is_in_and_who_never_was(
        self, world: World, place: Community
    ) -> None:
        bob, eve = await place.newcomer(), await world.person()
        await place.invite("code")
        assert (await place.remove(bob, ban=True))[:2] == (bob, True)
        assert (await place.remove(eve, ban=True))[:2] == (eve, False)
        await place.remove(eve, ban=True)
        expected = [Ban(place.id, user, place.owner.id, "rude", 8) for user in (bob, eve)]
        assert await world.store.read(place.tables.list_bans(place.id)) == expected
        assert (await place.view(place.owner)).member_count == 1
        for user in (bob, eve):
            for code in (None, "code"):
                assert (await refused(place.enter(user, code))).code is Code.NOT_FOUND
        unknown = await refused(place.enter(bob, "unknown"))
        assert (await refused(place.enter(bob, "code"))).message == unknown.message
        await world.write(place.tables.unban(place.id, bob.id))
        assert (await place.enter(bob, "code")).joined is not None
        again = place.tables.unban(place.id, bob.id)
        assert (await refused(world.write(again))).code is Code.NOT_FOUND

    async def test_member_row_is_replaced_but_for_the_time_of_joining(
        self, world: World, place: Community
    ) -> None:
        role, bob = await place.role(), await place.newcomer()
        wanted = ServerMember(place.id, bob.id, 99, "Bobby", (role.id,), Notify.MENTIONS)
        stored = msgspec.structs.replace(wanted, joined_at=5)
        found = await world.write(place.tables.put_member(wanted))
        assert found[:2] == (stored, bob)
        assert (await place.view(bob)).member == stored
        assert stored in (await place.rows()).members
        eve = await world.person()
        lost = place.tables.put_member(ServerMember(place.id, eve.id, 1))
        assert (await refused(world.write(lost))).code is Code.NOT_FOUND

    # -- invites ------------------------------------------------------------------------------------

    async def test_invite_of_ten_uses_lets_exactly_ten_of_a_hundred_in(
        self, world: World, place: Community
    ) -> None:
        await place.invite("ten", max_uses=10)
        people = [await world.person() for _ in range(100)]
        came = await asyncio.gather(
            *(place.enter(user, "ten") for user in people), return_exceptions=True
        )
        refusals = [r for r in came if isinstance(r, Refused)]
        assert len(came) - len(refusals) == 10
        assert {r.code for r in refusals} == {Code.FORBIDDEN}
        preview = await world.store.read(place.tables.get_invite("ten"))
        assert preview is not None
        assert (preview.invite.uses, preview.member_count) == (10, 11)
        assert len((await place.rows()).members) == 11

    async def test_invite_is_good_until_the_moment_it_expires(
        self, world: World, place: Community
    ) -> None:
        invite = await place.invite("code", expires_at=10)
        ann, bob = await world.person(), await world.person()
        assert (await place.enter(ann, "code", now=9)).joined is not None
        assert (await refused(place.enter(bob, "code", now=10))).code is Code.FORBIDDEN
        assert (await refused(place.enter(bob, "Code", now=1))).code is Code.NOT_FOUND
        used = msgspec.structs.replace(invite, uses=1)
        rows = await place.rows()
        preview = InvitePreview(used, rows.server, 2)
        assert await world.store.read(place.tables.get_invite("code")) == preview
        assert await world.store.read(place.tables.get_invite("other")) is None
        await world.write(place.tables.delete_invite("code"))
        assert await world.store.read(place.tables.list_invites(place.id)) == []
        assert (await refused(place.enter(bob, "code", now=1))).code is Code.NOT_FOUND
        again = place.tables.delete_invite("code")
        assert (await refused(world.write(again))).code is Code.NOT_FOUND

    async def test_invites_past_the_cap_are_refused_unless_some_have_ended(
        self, world: World, place: Community
    ) -> None:
        await place.invite("expired", expires_at=2)
        await place.invite("used", max_uses=1)
        await place.enter(await world.person(), "used", now=1)
        await asyncio.gather(*(place.invite(f"code{n}") for n in range(INVITES - 2)))
        listed = await world.store.read(place.tables.list_invites(place.id))
        assert {"expired", "used"} < {i.code for i in listed}
        for code in ("last", "very last"):
            await place.invite(code, created_at=2)
        listed = await world.store.read(place.tables.list_invites(place.id))
        assert len(listed) == INVITES
        assert [i.code for i in listed[-2:]] == ["last", "very last"]
        assert (await refused(place.invite("more"))).code is Code.CONFLICT
        other = await community(world)
        assert await other.invite("more") == Invite("more", other.id, other.owner.id, 1, None, 0)

    async def test_who_joins_nothing_is_told_so(self, world: World, place: Community) -> None:
        bob = await world.person()
        nowhere = ServerMember(ServerId(404), bob.id, 1)
        assert (
            await refused(world.write(place.tables.join(nowhere, None, 1)))
        ).code is Code.NOT_FOUND
        nobody = msgspec.structs.replace(bob, id=404)
        assert (await refused(place.enter(nobody))).code is Code.NOT_FOUND

    # -- what waits ---------------------------------------------------------------------------------

    async def test_position_in_a_text_channel_only_moves_forward(
        self, world: World, place: Community
    ) -> None:
        channel = await place.channel()
        bob = await place.newcomer()
        assert await world.mark(channel.id, bob, 5) is None, "there is nothing to read"
        sent = [await place.say(channel, place.owner) for _ in range(5)]
        move = world.store.channels.mark
        assert await world.write(move(channel.id, bob.id, "delivered_seq", 4)) == (4, sent[3].id)
        assert await positions(world, bob, channel) == (0, 4)
        marks = (3, 2, 3, 10**15, 4)
        assert [await world.mark(channel.id, bob, seq) for seq in marks] == [3, None, None, 5, None]
        assert await positions(world, bob, channel) == (5, 5)
        owner = place.owner
        await asyncio.gather(
            *(world.mark(channel.id, owner, n) for n in random.sample(range(6), 6))
        )
        assert await positions(world, owner, channel) == (5, 5)
        eve = await world.person()
        assert (await refused(world.mark(channel.id, eve, 1))).code is Code.NOT_FOUND

    async def test_details_have_the_latest_message_and_the_one_at_the_position(
        self, world: World, place: Community
    ) -> None:
        spoken, silent = await place.channel(), await place.channel()
        bob = await place.newcomer()
        sent = [await place.say(spoken, place.owner) for _ in range(3)]
        first, second = await place.details(bob)
        assert (first.latest, first.read_id) == (sent[2], None)
        assert (second.latest, second.read_id) == (None, None)
        await world.mark(spoken.id, bob, 2)
        first, second = await place.details(bob)
        assert (first.latest, first.read_id, first.people) == (sent[2], sent[1].id, [])
        assert (second.view.channel.id, first.view.unread) == (silent.id, 1)
        assert first.view == (await place.view(bob)).channels[0]

    async def test_read_id_of_a_group_is_the_message_at_the_position(self, world: World) -> None:
        ann, bob = await world.person(), await world.person()
        room = await world.group(ann, bob)
        sent = [(await world.send(room, ann)).message for _ in range(3)]
        for seq, read_id in ((0, None), (2, sent[1].id), (3, sent[2].id)):
            await world.mark(room, bob, seq)
            detail = world.store.channels.detail(await world.view(bob, room), 10)
            assert (await world.store.read(detail)).read_id == read_id

    async def test_mention_of_a_role_waits_for_its_bearers_alone(
        self, world: World, place: Community
    ) -> None:
        role, other = await place.role(), await place.role()
        bearer, both, none = (
            await place.newcomer(role),
            await place.newcomer(role, other),
            await place.newcomer(),
        )
        channel = await place.channel()
        beside = await place.channel()
        first = await place.say(channel, place.owner, role.id, other.id, mentions=(both.id,))
        assert first.extra == Extra(mention_roles=(role.id, other.id))
        await place.say(channel, place.owner, place.everyone)
        await place.say(channel, place.owner)
        people = (bearer, both, none, place.owner)
        waiting = [await place.waiting(user, channel) for user in people]
        assert waiting == [(3, 2), (3, 2), (3, 1), (0, 0)]
        assert [await place.waiting(user, beside) for user in people] == [(0, 0)] * 4
        await world.mark(channel.id, bearer, 1)
        assert await place.waiting(bearer, channel) == (2, 1)
        await place.give(none, other)
        assert await place.waiting(none, channel) == (3, 2)
        found = (await world.page(channel.id)).messages[-1]
        assert found == first

    async def test_mention_of_here_waits_for_those_who_were_there(
        self, world: World, place: Community
    ) -> None:
        channel = await place.channel()
        there, named, away = [await place.newcomer() for _ in range(3)]
        notified = (there.id, named.id, place.owner.id)
        more = {"extra": Extra(here=True), "notified": notified, "mentions": (named.id,)}
        sent = await place.say(channel, place.owner, **more)
        assert (sent.mentions, sent.extra) == ((named.id,), Extra(here=True))
        people = (there, named, away, place.owner)
        waiting = [await place.waiting(user, channel) for user in people]
        assert waiting == [(1, 1), (1, 1), (1, 0), (0, 0)]

    @pytest.mark.parametrize("how", ["edit", "recall"])
    async def test_edit_and_recall_take_every_mention_away(
        self, world: World, place: Community, how: str
    ) -> None:
        channel = await place.channel()
        role = await place.role()
        people = [await place.newcomer(role), *[await place.newcomer() for _ in range(3)]]
        bob, eve = people[1], people[2]
        extra = Extra(mention_roles=(role.id, place.everyone), here=True)
        more = {"extra": extra, "notified": (eve.id,), "mentions": (bob.id,)}
        sent = await place.say(channel, place.owner, **more)
        kept = await place.say(channel, place.owner, mentions=(bob.id,))
        assert {(await place.waiting(user, channel))[1] for user in people} == {1, 2}
        if how == "edit":
            changed = await world.edit(sent, "new")
        else:
            changed, _ = await world.recall(sent, place.owner)
        assert (changed.mentions, changed.extra) == ((), None)
        assert (await world.page(channel.id)).messages == [kept, changed]
        assert [(await place.waiting(user, channel))[1] for user in people] == [0, 1, 0, 0]

    async def test_edit_keeps_of_what_is_extra_all_but_mentions(
        self, world: World, place: Community
    ) -> None:
        channel = await place.channel()
        extra = Extra("poll", msgspec.Raw(b'{"of":[1,2]}'), mention_roles=(place.everyone,))
        sent = await place.say(channel, place.owner, extra=extra)
        assert (await world.page(channel.id)).messages == [sent]
        edited = await world.edit(sent, "new")
        assert edited.extra == Extra("poll", msgspec.Raw(b'{"of":[1,2]}'))
        assert (await world.page(channel.id)).messages == [edited]

    async def test_unread_and_mentions_of_a_text_channel_equal_a_recount(
        self, world: World, place: Community
    ) -> None:
        chance = random.Random(16)
        role = await place.role()
        people = [await place.newcomer(role), await place.newcomer(), place.owner]
        channel = await place.channel()

        async def act() -> None:
            me = chance.choice(people)
            sent = (await world.page(channel.id, limit=100)).messages
            match chance.randrange(5):
                case 0:
                    await world.mark(channel.id, me, chance.randrange(len(sent) + 1))
                case 1 if sent:
                    await world.recall(chance.choice(sent), me)
                case _:
                    roles = chance.choice([(), (role.id,), (place.everyone, role.id)])
                    named = chance.choice(people).id
                    await place.say(channel, me, *roles, mentions=(named,))

        for _ in range(8):
            await asyncio.gather(*(act() for _ in range(10)))
            messages = (await world.page(channel.id, limit=100)).messages
            for user in people:
                held = {user.id, place.everyone} | ({role.id} if user is people[0] else set())
                read, _ = await positions(world, user, channel)
                new = [m for m in messages if m.seq > read and m.author.id != user.id]
                live = [m for m in new if m.recalled_at is None]
                expected = len(live), sum(not held.isdisjoint(_targets(m)) for m in live)
                assert await place.waiting(user, channel) == expected

    async def test_unread_messages_of_a_text_channel_come_as_those_of_a_group(
        self, world: World, place: Community
    ) -> None:
        channel = await place.channel()
        bob = await place.newcomer()
        sent = [await place.say(channel, user) for user in (place.owner, bob, place.owner)]
        gone = await place.say(channel, place.owner)
        await world.recall(gone, place.owner)
        member = (await world.view(bob, channel.id)).member
        assert member is not None
        ask = world.store.messages.unread
        assert await world.store.read(ask(member, None, 10)) == [sent[2], sent[0]]
        assert await world.store.read(ask(member, sent[0].id, 10)) == [sent[2]]

    async def test_hidden_channel_is_there_again_with_its_position(
        self, world: World, place: Community
    ) -> None:
        channel = await place.channel()
        bob = await place.newcomer()
        for _ in range(3):
            await place.say(channel, place.owner)
        await world.mark(channel.id, bob, 2)
        for overrides, views in (((hidden(place.everyone),), 0), ((), 1)):
            await world.write(place.tables.update_text(channel.id, {"overrides": overrides}))
            assert len((await place.view(bob)).channels) == views
            assert len(await place.details(bob)) == views
        assert await positions(world, bob, channel) == (2, 2)


def _targets(message: Message) -> set[int]:
    roles = message.extra.mention_roles if message.extra is not None else ()
    return {*message.mentions, *roles}
