"""The part of the store contract about servers: what they are made of, and what goes when a part goes."""

from collections.abc import Callable

import msgspec

from fakes.community import Community, community, entry
from fakes.world import World, new_id, refused
from hubbub.model.entities import Channel, ChannelView, GroupRole, Kind, Member, Override, Status
from hubbub.model.errors import Code
from hubbub.model.ids import CategoryId, ChannelId, RoleId, ServerId, UserId
from hubbub.model.limits import SERVERS
from hubbub.model.permissions import (
    ADMINISTRATOR,
    ALL,
    EVERYONE,
    MANAGE_MESSAGES,
    SEND_MESSAGES,
    VIEW_CHANNEL,
)
from hubbub.model.servers import AuditEntry, Category, Role, Server, ServerMember, ServerView
from hubbub.ports.transaction import Transaction


def hidden(target: int, *, is_role: bool = True) -> Override:
    return Override(target, is_role, 0, VIEW_CHANNEL)


def shown(target: int, *, is_role: bool = True) -> Override:
    return Override(target, is_role, VIEW_CHANNEL, 0)


class ServerContract:
    """Servers, categories, channels, roles, the audit log."""

    async def test_new_server_has_what_it_was_made_with(self, world: World) -> None:
        ann = await world.person()
        server = Server(ServerId(new_id()), "here", "icon", ann.id, RoleId(new_id()), 3)
        everyone = Role(server.everyone_role_id, server.id, "everyone", 0, 0, EVERYONE)
        ops = Role(RoleId(new_id()), server.id, "ops", 7, 1, ALL)
        owner = ServerMember(server.id, ann.id, 3, role_ids=(ops.id,))
        channel = Channel(
            ChannelId(new_id()), Kind.TEXT, "general", "", None, False, 3, server_id=server.id
        )
        tables = world.store.servers
        made = await world.write(tables.add_server(server, [everyone, ops], owner, [channel]))
        server = msgspec.structs.replace(server, version=1)
        channel = msgspec.structs.replace(channel, version=1)
        standing = Member(channel.id, ann.id, GroupRole.MEMBER, Status.ACTIVE, 0, 3)
        assert made == ServerView(
            server,
            owner,
            (everyone, ops),
            (),
            (ChannelView(channel, standing, 0, 0, None, ALL),),
            1,
            ALL,
        )
        assert await world.store.read(tables.get_view(ann.id, server.id)) == made
        assert await world.store.read(tables.list_views(ann.id)) == [made]
        assert await world.store.read(tables.list_ids(ann.id)) == [server.id]
        assert await world.store.read(tables.count_owned(ann.id)) == 1
        rows = await world.store.read(tables.load(server.id))
        assert rows is not None
        assert (rows.server, rows.roles, rows.channels) == (server, [everyone, ops], [channel])
        assert (rows.members, rows.categories) == ([owner], [])

    async def test_nothing_is_there_for_strangers_and_unknown_servers(
        self, world: World, place: Community
    ) -> None:
        channel = await place.channel()
        eve = await world.person()
        read, tables = world.store.read, world.store.servers
        assert await read(tables.get_view(eve.id, place.id)) is None
        assert await read(tables.list_views(eve.id)) == []
        assert await read(tables.list_details(eve.id, place.id)) == []
        assert await read(tables.get_member(place.id, eve.id)) is None
        assert await read(world.store.channels.get_view(eve.id, channel.id)) is None
        assert await read(tables.load(ServerId(404))) is None
        assert await read(tables.get_view(place.owner.id, ServerId(404))) is None
        for work in (
            tables.update_server(ServerId(404), {"name": "x"}),
            tables.delete_server(ServerId(404)),
        ):
            assert (await refused(world.write(work))).code is Code.NOT_FOUND

    async def test_server_beyond_the_cap_of_one_person_is_a_conflict(self, world: World) -> None:
        ann = await world.person()
        places = [await community(world, ann) for _ in range(SERVERS)]
        place = places[-1]
        assert await world.store.read(place.tables.count_owned(ann.id)) == SERVERS
        assert (await refused(community(world, ann))).code is Code.CONFLICT
        other = await community(world)
        assert (await refused(other.enter(ann))).code is Code.CONFLICT
        await place.remove(ann)
        assert (await other.enter(ann)).joined is not None
        views = await world.store.read(place.tables.list_views(ann.id))
        assert views[-1].server.id == other.id, "in the order in which they came"

    async def test_update_changes_only_what_is_given_under_a_new_version(
        self, world: World, place: Community
    ) -> None:
        bob = await place.newcomer()
        before = await place.version()
        changed = await world.write(place.tables.update_server(place.id, {"icon": "new"}))
        assert (changed.icon, changed.name, changed.version) == ("new", "here", before + 1)
        changes = {"name": "there", "owner_id": bob.id}
        changed = await world.write(place.tables.update_server(place.id, changes))
        assert (changed.name, changed.owner_id, changed.icon) == ("there", bob.id, "new")
        assert (await place.rows()).server == changed
        assert (await place.view(bob)).permissions == ALL
        assert (await place.view(place.owner)).permissions == EVERYONE

    async def test_every_change_of_a_server_has_a_version_of_its_own(
        self, world: World, place: Community
    ) -> None:
        tables, start = place.tables, await place.version()
        category = Category(CategoryId(new_id()), place.id, "heading", 0)
        made = [Role(RoleId(new_id()), place.id, name, 0, n, 0) for n, name in enumerate("abc", 1)]
        bob = await world.person()
        assert await world.write(tables.put_category(category)) == (category, start + 1)
        assert await world.write(tables.put_roles(place.id, made)) == [
            start + 2,
            start + 3,
            start + 4,
        ]
        assert (await place.enter(bob)).version == start + 5
        assert (await world.write(tables.put_member(ServerMember(place.id, bob.id, 0))))[2] == (
            start + 6
        )
        assert (await place.remove(bob, ban=True))[1:] == (True, start + 7)
        assert await world.write(tables.unban(place.id, bob.id)) == start + 8
        assert await world.write(tables.delete_role(place.id, made[0].id)) == start + 9
        assert await world.write(tables.delete_category(category)) == start + 10
        await place.channel()
        assert await place.version() == start + 10, "a channel's changes are its own"

    async def test_delete_server_takes_everything_with_it(
        self, world: World, place: Community
    ) -> None:
        other = await community(world, place.owner)
        kept = await other.channel()
        await other.say(kept, place.owner)
        rooms = [await place.channel(), await place.channel()]
        role = await place.role()
        bob = await place.newcomer(role)
        await other.enter(bob)
        await place.category()
        await place.invite("gone")
        hook = await place.webhook(rooms[0])
        for room in (*rooms, kept):
            await place.say(room, place.owner, role.id, mentions=(bob.id,))
            await world.mark(room.id, bob, 1)
        version = await place.version()
        gone = await world.write(place.tables.delete_server(place.id))
        assert (gone[0], set(gone[1])) == (version + 1, {room.id for room in rooms})
        read, tables = world.store.read, world.store.servers
        assert await read(tables.load(place.id)) is None
        assert await read(tables.get_invite("gone")) is None
        assert await read(world.store.programs.get_webhook(hook.id)) is None
        assert await read(tables.list_audit(place.id, None, 10)) == []
        for room in rooms:
            assert await read(world.store.channels.get_channel(room.id)) is None
            assert (await refused(world.page(room.id))).code is Code.NOT_FOUND
        for user in (place.owner, bob):
            assert await read(tables.list_ids(user.id)) == [other.id]
        assert await other.waiting(bob, kept) == (1, 1)
        assert len((await world.page(kept.id)).messages) == 2

    # -- channels and categories --------------------------------------------------------------------

    async def test_text_channel_is_loaded_without_people(
        self, world: World, place: Community
    ) -> None:
        category = await place.category()
        override = Override(place.everyone, True, 1, 2)
        more = {"category_id": category.id, "slow_mode": 30}
        channel = await place.channel("general", override, **more)
        assert (channel.version, channel.overrides) == (1, (override,))
        found = await world.store.read(world.store.channels.get_channel(channel.id))
        assert found == (channel, [], frozenset())
        assert (await place.rows()).channels == [channel]
        ids = await world.store.read(world.store.channels.list_ids(place.owner.id))
        assert channel.id not in {channel_id for channel_id, _ in ids}
        mine = await world.store.read(world.store.channels.list_views(place.owner.id))
        assert channel.id not in {view.channel.id for view in mine}
        for view in (await place.view(place.owner)).channels:
            detail = await world.store.read(world.store.channels.detail(view, 10))
            assert (detail.people, detail.latest, detail.read_id) == ([], None, None)

    async def test_channels_are_listed_by_position_then_by_age(
        self, world: World, place: Community
    ) -> None:
        made = [await place.channel(str(n), position=p) for n, p in enumerate((5, 2, 5, 0))]
        order = [made[3], made[1], made[0], made[2]]
        assert [view.channel for view in (await place.view(place.owner)).channels] == order
        assert (await place.rows()).channels == order
        assert [d.view.channel for d in await place.details(place.owner)] == order

    async def test_text_channel_changes_under_its_own_version(
        self, world: World, place: Community
    ) -> None:
        channel = await place.channel()
        await place.say(channel, place.owner)
        category = await place.category()
        override = Override(place.owner.id, False, SEND_MESSAGES, 0)
        values = {
            "name": "news",
            "description": "topic",
            "category_id": category.id,
            "position": 9,
            "slow_mode": 5,
            "overrides": (override,),
        }
        before = await place.version()
        changed = await world.write(place.tables.update_text(channel.id, values))
        assert changed == msgspec.structs.replace(channel, **values, version=3, last_seq=1)
        cleared = {"overrides": (), "category_id": None}
        changed = await world.write(place.tables.update_text(channel.id, cleared))
        assert (changed.version, changed.overrides, changed.category_id) == (4, (), None)
        assert (changed.name, (await place.rows()).channels) == ("news", [changed])
        assert await place.version() == before
        lost = place.tables.update_text(ChannelId(404), {"name": "x"})
        assert (await refused(world.write(lost))).code is Code.NOT_FOUND

    async def test_deleted_category_leaves_its_channels_under_none_at_their_version(
        self, world: World, place: Community
    ) -> None:
        first, second = await place.category("a", 1), await place.category("b", 0)
        assert (await place.rows()).categories == [second, first]
        inside = await place.channel(category_id=first.id)
        beside = await place.channel(category_id=second.id)
        await world.write(place.tables.delete_category(first))
        moved = msgspec.structs.replace(inside, category_id=None)
        assert (await place.rows()).channels == [moved, beside]
        renamed = msgspec.structs.replace(second, name="c", position=3)
        await world.write(place.tables.put_category(renamed))
        assert (await place.rows()).categories == [renamed]
        read = world.store.read
        assert await read(place.tables.get_category(second.id)) == renamed
        assert await read(place.tables.get_category(first.id)) is None
        again = place.tables.delete_category(first)
        assert (await refused(world.write(again))).code is Code.NOT_FOUND

    async def test_deleted_text_channel_takes_its_positions_webhooks_and_preferences(
        self, world: World, place: Community
    ) -> None:
        channel, other = await place.channel(), await place.channel()
        bob = await place.newcomer()
        hook = await place.webhook(channel)
        for room in (channel, other):
            await place.say(room, place.owner, mentions=(bob.id,))
            await world.mark(room.id, bob, 1)
            await world.write(world.store.preferences.set_preference(bob.id, room.id, "all"))
        assert await world.write(world.store.channels.delete_channel(channel.id)) == 3
        read = world.store.read
        assert await read(world.store.programs.get_webhook(hook.id)) is None
        assert await read(world.store.preferences.list_preferences(bob.id)) == {other.id: "all"}
        assert await place.waiting(bob, other) == (0, 0)
        assert [v.channel.id for v in (await place.view(bob)).channels] == [other.id]
        # One of the same id starts anew: nothing of the old one is left.
        await world.write(place.tables.add_channel(channel))
        await place.say(channel, place.owner)
        assert await place.waiting(bob, channel) == (1, 0)

    # -- permissions --------------------------------------------------------------------------------

    async def test_views_show_what_one_may_see_and_do(self, world: World, place: Community) -> None:
        mods = await place.role(MANAGE_MESSAGES)
        bob, mod = await place.newcomer(), await place.newcomer(mods)
        everyone = place.everyone
        rooms = [
            await place.channel("open"),
            await place.channel("mods", hidden(everyone), shown(mods.id)),
            await place.channel("bob", hidden(everyone), shown(bob.id, is_role=False)),
            await place.channel("quiet", Override(everyone, True, 0, SEND_MESSAGES)),
        ]
        quiet = EVERYONE & ~SEND_MESSAGES
        expected = {
            place.owner: [("open", ALL), ("mods", ALL), ("bob", ALL), ("quiet", ALL)],
            bob: [("open", EVERYONE), ("bob", EVERYONE), ("quiet", quiet)],
            mod: [
                ("open", EVERYONE | MANAGE_MESSAGES),
                ("mods", EVERYONE | MANAGE_MESSAGES),
                ("quiet", quiet | MANAGE_MESSAGES),
            ],
        }
        for user, seen in expected.items():
            views = (await place.view(user)).channels
            assert [(v.channel.name, v.permissions) for v in views] == seen
            for room in rooms:
                one = await world.store.read(world.store.channels.get_view(user.id, room.id))
                assert one == next((v for v in views if v.channel.id == room.id), None)
        assert (await place.view(mod)).permissions == EVERYONE | MANAGE_MESSAGES
        chief = await place.newcomer(await place.role(ADMINISTRATOR, 2))
        assert [v.permissions for v in (await place.view(chief)).channels] == [ALL] * 4

    async def test_roles_are_replaced_and_listed_by_position(
        self, world: World, place: Community
    ) -> None:
        low, high = await place.role(position=1), await place.role(position=2)
        swapped = [
            msgspec.structs.replace(low, position=2, name="high"),
            msgspec.structs.replace(high, position=1, permissions=7, color=9),
        ]
        await world.write(place.tables.put_roles(place.id, swapped))
        assert (await place.rows()).roles[1:] == swapped[::-1]
        assert (await place.view(place.owner)).roles[1:] == tuple(swapped[::-1])

    async def test_deleted_role_is_gone_from_members_overrides_and_mentions(
        self, world: World, place: Community
    ) -> None:
        role, other = await place.role(), await place.role()
        both, one, none = (
            await place.newcomer(other, role),
            await place.newcomer(role),
            await place.newcomer(other),
        )
        named = await place.channel("named", shown(role.id), shown(other.id))
        alone = await place.channel("alone", Override(role.id, True, 1, 0))
        plain = await place.channel("plain", shown(other.id))
        await place.say(plain, place.owner, role.id)
        assert await place.waiting(both, plain) == (1, 1)
        await world.write(place.tables.delete_role(place.id, role.id))
        rows = await place.rows()
        assert {m.user_id: m.role_ids for m in rows.members} == {
            place.owner.id: (),
            both.id: (other.id,),
            one.id: (),
            none.id: (other.id,),
        }
        assert rows.channels == [
            msgspec.structs.replace(named, overrides=(shown(other.id),)),
            msgspec.structs.replace(alone, overrides=()),
            msgspec.structs.replace(plain, last_seq=1, version=2),
        ]
        assert role.id not in {r.id for r in rows.roles}
        await place.give(one, role)  # who bears a role that is none any more has nothing of it
        assert await place.waiting(one, plain) == (1, 0)
        assert (await place.view(one)).permissions == EVERYONE
        again = place.tables.delete_role(place.id, role.id)
        assert (await refused(world.write(again))).code is Code.NOT_FOUND

    # -- the audit log ------------------------------------------------------------------------------

    async def test_audit_entries_come_with_their_change_newest_first(
        self, world: World, place: Community
    ) -> None:
        ann, tables = place.owner, place.tables
        bob = await place.newcomer()
        channel, category = await place.channel(), await place.category()
        role = await place.role()
        invite = await place.invite("code")
        hook = await place.webhook(channel)
        programs = world.store.programs
        made = [entry(place.id, ann, str(n)) for n in range(13)]
        works: tuple[Callable[[list[AuditEntry]], Transaction[object]], ...] = (
            lambda a: tables.update_server(place.id, {"name": "x"}, a),
            lambda a: tables.put_category(category, a),
            lambda a: tables.delete_category(category, a),
            lambda a: tables.update_text(channel.id, {"name": "x"}, a),
            lambda a: tables.put_roles(place.id, [role], a),
            lambda a: tables.delete_role(place.id, role.id, a),
            lambda a: tables.put_member(ServerMember(place.id, bob.id, 0), a),
            lambda a: tables.remove_member(place.id, bob.id, None, a),
            lambda a: tables.join(ServerMember(ServerId(0), bob.id, 0), "code", 5, a),
            lambda a: tables.delete_invite(invite.code, a),
            lambda a: programs.update_webhook(hook, None, a),
            lambda a: programs.delete_webhook(hook, a),
            lambda a: tables.add_channel(_another(channel), a),
        )
        for work, told in zip(works, made, strict=True):
            await world.write(work([told]))
        newest = made[::-1]
        read = world.store.read
        assert await read(tables.list_audit(place.id, None, 100)) == newest
        assert await read(tables.list_audit(place.id, None, 4)) == newest[:4]
        assert await read(tables.list_audit(place.id, newest[3].id, 4)) == newest[4:8]
        lost = tables.delete_role(place.id, role.id, [entry(place.id, ann)])
        await refused(world.write(lost))
        assert await read(tables.list_audit(place.id, None, 100)) == newest
        assert await read(tables.list_audit((await community(world)).id, None, 9)) == []

    async def test_members_are_listed_by_id_page_by_page(
        self, world: World, place: Community
    ) -> None:
        people = [place.owner, *[await place.newcomer() for _ in range(4)]]
        tables, read = place.tables, world.store.read
        pages, after = [], None
        while page := await read(tables.list_members(place.id, after, 2)):
            pages.append([user for _, user in page])
            after = UserId(page[-1][1].id)
        assert pages == [people[:2], people[2:4], people[4:]]
        found = await read(tables.get_member(place.id, people[3].id))
        assert found == (ServerMember(place.id, people[3].id, 5), people[3])
        assert (await place.view(people[1])).member_count == len(people)


def _another(channel: Channel) -> Channel:
    return msgspec.structs.replace(channel, id=ChannelId(new_id()))
