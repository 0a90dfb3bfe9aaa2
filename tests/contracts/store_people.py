"""The part of the store contract about people: members, positions, accounts, log-ins."""

import asyncio
import random

import msgspec

from fakes.world import World, new_id, refused
from hubbub.model.commands import ListMembers
from hubbub.model.entities import Account, Channel, Kind, Status, User
from hubbub.model.errors import Code, Refused
from hubbub.model.ids import LOBBY, ChannelId, UserId
from hubbub.model.limits import LOGINS_PER_USER


class ChannelContract:
    """Members, positions, direct channels, deletion."""

    async def test_member_versions_grow_with_the_channel_and_left_rows_stay(
        self, world: World
    ) -> None:
        ann, bob = await world.person(), await world.person()
        room = await world.group(ann)
        states = (Status.PENDING, Status.ACTIVE, Status.LEFT, Status.BANNED, Status.ACTIVE)
        versions = [(await world.put(room, bob, status)).version for status in states]
        assert versions == list(range(2, 7))
        assert (await world.page(room)).version == 6
        changed = await world.store.read(world.store.messages.changes(room, 5, 10))
        assert [(m.user_id, m.status, m.version) for m in changed.members] == [
            (bob.id, Status.ACTIVE, 6)
        ]

    async def test_only_current_members_are_loaded_and_listed(self, world: World) -> None:
        people = [await world.person() for _ in range(5)]
        room = await world.group(people[0])
        for user, status in zip(people[1:], Status, strict=True):
            await world.put(room, user, status)
        found = await world.store.read(world.store.channels.get_channel(room))
        assert found is not None
        assert {m.user_id for m in found[1]} == {u.id for u in people} - {people[4].id}
        for user, status in zip(people[1:], Status, strict=True):
            ids = await world.store.read(world.store.channels.list_ids(user.id))
            assert ((room, Kind.GROUP) in ids) == (status is Status.ACTIVE)
        active = await world.store.read(world.store.channels.list_members(ListMembers(room)))
        assert [u.id for _, u in active] == [people[0].id, people[1].id]

    async def test_members_come_in_pages_each_once_and_in_order(self, world: World) -> None:
        people = [await world.person() for _ in range(7)]
        room = await world.group(*people)
        found: list[UserId] = []
        while len(found) < 7:
            ask = ListMembers(room, after=found[-1] if found else None, limit=3)
            page = await world.store.read(world.store.channels.list_members(ask))
            assert 1 <= len(page) <= 3
            found += [user.id for _, user in page]
        assert found == [user.id for user in people]
        nobody = world.store.channels.list_members(ListMembers(room, after=UserId(1)))
        assert (await refused(world.store.read(nobody))).code is Code.INVALID

    async def test_some_people_are_active_ones_and_no_more_than_asked_for(
        self, world: World
    ) -> None:
        people = [await world.person() for _ in range(5)]
        room = await world.group(*people)
        await world.put(room, people[1], Status.LEFT)
        found = await world.store.read(world.store.channels.some_people(room, 3))
        assert found == [people[0], people[2], people[3]]

    async def test_who_joins_starts_at_the_end_also_after_coming_back(self, world: World) -> None:
        ann, bob = await world.person(), await world.person()
        room = await world.group(ann, bob)
        await world.send(room, ann)
        assert (await world.view(bob, room)).unread == 1
        await world.put(room, bob, Status.LEFT)
        await world.send(room, ann)
        member = await world.put(room, bob, Status.ACTIVE)
        assert (member.read_seq, member.delivered_seq) == (2, 2)
        assert (await world.view(bob, room)).unread == 0

    async def test_positions_only_move_forward_and_never_past_the_end(self, world: World) -> None:
        ann, bob = await world.person(), await world.person()
        room = await world.group(ann, bob)
        for _ in range(5):
            await world.send(room, ann)
        marks = (3, 2, 3, 10**15, 4)
        assert [await world.mark(room, bob, seq) for seq in marks] == [3, None, None, 5, None]
        await asyncio.gather(*(world.mark(room, ann, n) for n in random.sample(range(6), 6)))
        for user in (ann, bob):
            member = (await world.view(user, room)).member
            assert member is not None
            assert (member.read_seq, member.delivered_seq) == (5, 5)

    async def test_direct_channel_is_made_once_under_50_concurrent_requests(
        self, world: World
    ) -> None:
        ann, bob = await world.person(), await world.person()

        async def ask(n: int) -> tuple[ChannelId, bool]:
            made = Channel(
                ChannelId(new_id()), Kind.DIRECT, "", "", None, private=True, created_at=1
            )
            pair = (ann.id, bob.id) if n % 2 else (bob.id, ann.id)
            found = await world.write(world.store.channels.open_direct(made, pair))
            assert {m.user_id for m in found[1]} == {ann.id, bob.id}
            return found[0].id, found[2]

        found = await asyncio.gather(*(ask(n) for n in range(50)))
        assert len({channel for channel, _ in found}) == 1
        assert sum(is_new for _, is_new in found) == 1
        peers = [(await world.view(u, found[0][0])).peer for u in (ann, bob)]
        assert peers == [bob, ann]

    async def test_unique_name_is_taken_once_whatever_its_spelling(self, world: World) -> None:
        ann = await world.person()

        async def make(name: str) -> object:
            made = Channel(ChannelId(new_id()), Kind.GROUP, name, "", ann.id, False, 1)
            return await world.write(world.store.channels.add_group(made, [ann.id], unique=True))

        results = await asyncio.gather(
            *(make(name) for name in ("Book", "BOOK", "ｂook")), return_exceptions=True
        )
        assert [isinstance(r, Refused) and r.code for r in results] == [
            False,
            Code.CONFLICT,
            Code.CONFLICT,
        ]

    async def test_deleted_channel_leaves_no_row_and_other_channels_alone(
        self, world: World
    ) -> None:
        ann, bob = await world.person(), await world.person()
        room, other = await world.group(ann, bob), await world.group(ann, bob)
        sent = (await world.send(room, ann, mentions=(bob.id,))).message
        kept = (await world.send(other, ann, mentions=(bob.id,))).message
        version = await world.write(world.store.channels.delete_channel(room))
        assert version == sent.version + 1
        assert await world.store.read(world.store.channels.get_channel(room)) is None
        assert await world.store.read(world.store.messages.get_message(room, sent.id)) is None
        views = await world.store.read(world.store.channels.list_views(bob.id))
        assert [(v.channel.id, v.mentions) for v in views] == [(other, 1), (LOBBY, 0)]
        assert (await world.page(other)).messages == [kept]

    async def test_changed_channel_has_a_new_version_and_is_found_by_its_new_name(
        self, world: World
    ) -> None:
        ann, bob = await world.person(), await world.person()
        room = await world.group(ann, name="Old")
        changes = {"name": "Ｎew", "private": False, "description": "d"}
        made = await world.write(world.store.channels.update_channel(room, changes))
        assert (made.name, made.description, made.version) == ("Ｎew", "d", 2)
        find = world.store.channels.find_groups
        assert [c.id for c in await world.store.read(find(bob.id, "new"))] == [room]
        assert await world.store.read(find(bob.id, "old")) == []
        assert await world.store.read(find(ann.id, "new")) == []
        assert await world.store.read(find(bob.id, "EW")) == []
        assert [c.id for c in await world.store.read(find(bob.id, "EW", within=True))] == [room]
        assert await world.store.read(find(bob.id, "%", within=True)) == []


class AccountContract:
    """Names, log-ins, refresh tokens."""

    async def test_name_and_email_are_taken_once_whatever_their_spelling(
        self, world: World
    ) -> None:
        ann = await world.person("Ann", "Ann@example.org")
        for name, email in (("ANN", None), ("ａnn", None), ("bob", "ann@EXAMPLE.org")):
            assert (await refused(world.person(name, email))).code is Code.CONFLICT
        for login in ("ann", "ANN", "ann@example.ORG"):
            found = await world.store.read(world.store.accounts.get_account(login))
            assert found == Account(ann, "Ann@example.org", "hash")
        results = await asyncio.gather(
            *(world.person("cy") for _ in range(9)), return_exceptions=True
        )
        assert sum(isinstance(r, User) for r in results) == 1

    async def test_new_people_are_in_the_lobby_with_nothing_unread(self, world: World) -> None:
        await world.send(LOBBY, await world.person())
        view = await world.view(await world.person(), LOBBY)
        assert (view.unread, view.channel.kind) == (0, Kind.LOBBY)

    async def test_search_finds_by_prefix_and_takes_wildcards_as_letters(
        self, world: World
    ) -> None:
        for name in ("ann", "Anna", "bob", "a%b", "a_b"):
            await world.person(name)

        find = world.store.accounts.search_users

        async def search(prefix: str, limit: int = 20, *, within: bool = False) -> list[str]:
            found = await world.store.read(find(prefix, limit, within=within))
            return [u.username for u in found]

        assert await search("AN") == ["ann", "Anna"]
        assert await search("a%") == ["a%b"]
        assert await search("a_") == ["a_b"]
        assert len(await search("", 3)) == 3
        assert await search("NN", within=True) == ["ann", "Anna"]
        assert await search("%", within=True) == ["a%b"]
        assert len(await search("", 3, within=True)) == 3

    async def test_search_finds_by_the_display_name_behind_those_by_the_user_name(
        self, world: World
    ) -> None:
        accounts = world.store.accounts
        for name, shown in (("bo", "小波"), ("小明", "Ming"), ("cy", "小波"), ("xiaobo", "Bo")):
            person = await world.person(name)
            await world.write(accounts.update_user(person.id, display_name=shown))
        made = User(UserId(new_id()), "dora", "Ｂob 小", 1)
        await world.write(accounts.add_user(Account(made, None, "hash")))

        async def search(prefix: str, limit: int = 20) -> list[str]:
            found = await world.store.read(accounts.search_users(prefix, limit, shown=True))
            return [u.username for u in found]

        assert await search("小") == ["小明", "bo", "cy"]
        assert await search("小", 2) == ["小明", "bo"]
        assert await search("小", 1) == ["小明"]
        assert await search("bO") == ["bo", "xiaobo", "dora"]
        assert await search("bob 小") == ["dora"]
        assert await search("%") == []
        assert [u.username for u in await world.store.read(accounts.search_users("小", 9))] == [
            "小明"
        ]

    async def test_s4_parallel_refresh_has_exactly_one_winner_and_ends_the_family(
        self, world: World
    ) -> None:
        ann = await world.person()
        login_id = await world.sign_in(ann, "first")
        rotate = world.store.accounts.rotate_refresh
        tries = (world.write(rotate("first", f"next{n}", 2, 10**15)) for n in range(50))
        results = await asyncio.gather(*tries)
        assert [r.login is not None for r in results].count(True) == 1
        assert [r.revoked for r in results if r.revoked] == [(login_id,)]
        assert await world.store.read(world.store.accounts.list_logins(ann.id)) == []
        for n in range(50):
            assert (await world.write(rotate(f"next{n}", "x", 3, 10**15))).login is None

    async def test_s4_reuse_of_a_used_token_revokes_its_family_and_no_other(
        self, world: World
    ) -> None:
        ann = await world.person()
        stolen, other = await world.sign_in(ann, "a1"), await world.sign_in(ann, "b1")
        rotate = world.store.accounts.rotate_refresh
        assert (await world.write(rotate("a1", "a2", 2, 10**15))).login is not None
        reused = await world.write(rotate("a1", "a3", 3, 10**15))
        assert (reused.login, reused.revoked, reused.reused_by) == (None, (stolen,), ann.id)
        assert (await world.write(rotate("a2", "a4", 4, 10**15))).login is None
        assert (await world.write(rotate("b1", "b2", 4, 10**15))).login is not None
        live = await world.store.read(world.store.accounts.list_logins(ann.id))
        assert [login.id for login in live] == [other]

    async def test_s4_same_change_again_is_answered_again_until_its_token_is_used(
        self, world: World
    ) -> None:
        ann = await world.person()
        login_id, other = await world.sign_in(ann, "a1"), await world.sign_in(ann, "b1")
        rotate = world.store.accounts.rotate_refresh
        for now in (2, 3):
            found = await world.write(rotate("a1", "a2", now, 10**15))
            assert found.login is not None
            assert found.login.id == login_id
        assert (await world.write(rotate("b1", "b2", 4, 10**15))).login is not None
        assert (await world.write(rotate("a2", "a3", 5, 10**15))).login is not None
        late = await world.write(rotate("a1", "a2", 6, 10**15))
        assert (late.login, late.revoked) == (None, (login_id,))
        # The token of another device is no answer to this one.
        stolen = await world.write(rotate("b1", "a3", 7, 10**15))
        assert (stolen.login, stolen.revoked) == (None, (other,))

    async def test_s4_unknown_expired_and_disabled_refresh_get_nothing(self, world: World) -> None:
        ann = await world.person()
        await world.sign_in(ann, "token")
        rotate = world.store.accounts.rotate_refresh
        assert (await world.write(rotate("none", "x", 2, 10**15))).login is None
        expired = await world.write(rotate("token", "x", 10**15, 10**16))
        assert (expired.login, expired.revoked) == (None, ())

    async def test_new_password_revokes_every_login_but_the_kept(self, world: World) -> None:
        ann, bob = await world.person("ann"), await world.person()
        keep, *ended = [await world.sign_in(ann, f"t{n}", used=n) for n in range(4)]
        await world.sign_in(bob, "bob's")
        found = await world.write(world.store.accounts.set_password(ann.id, "new", keep))
        assert set(found) == set(ended)
        live = await world.store.read(world.store.accounts.list_logins(ann.id))
        assert [login.id for login in live] == [keep]
        account = await world.store.read(world.store.accounts.get_account("ann"))
        assert account is not None
        assert account.password_hash == "new"
        assert len(await world.store.read(world.store.accounts.list_logins(bob.id))) == 1

    async def test_logins_beyond_the_cap_end_the_least_recently_used(self, world: World) -> None:
        ann = await world.person()
        first = await world.sign_in(ann, "first", used=1)
        for n in range(LOGINS_PER_USER):
            await world.sign_in(ann, f"t{n}", used=n + 2)
        live = await world.store.read(world.store.accounts.list_logins(ann.id))
        assert len(live) == LOGINS_PER_USER
        assert first not in {login.id for login in live}
        found = await world.store.read(world.store.accounts.get_login(first))
        assert found is not None
        assert (found[0].revoked, found[1]) == (True, ann)

    async def test_one_can_only_revoke_ones_own_logins(self, world: World) -> None:
        ann, bob = await world.person(), await world.person()
        login_id = await world.sign_in(ann, "t")
        revoke = world.store.accounts.revoke_logins
        assert await world.write(revoke(bob.id, (login_id,), None)) == ()
        assert await world.write(revoke(ann.id, (login_id,), None)) == (login_id,)
        assert await world.write(revoke(ann.id, (login_id,), None)) == ()

    async def test_profile_and_admin_change_only_what_is_given(self, world: World) -> None:
        ann = await world.person()
        update = world.store.accounts.update_user
        renamed = await world.write(update(ann.id, display_name="A"))
        assert renamed == msgspec.structs.replace(ann, display_name="A")
        assert await world.store.read(world.store.accounts.count_admins()) == 0
        await world.write(update(ann.id, is_admin=True))
        assert await world.store.read(world.store.accounts.count_admins()) == 1
        assert (await refused(world.write(update(UserId(404), is_admin=True)))).code
