"""The part of the store contract about what administrators do with everybody, and about moments in a history."""

import msgspec
import pytest

from contracts.store_guests import guest
from fakes.world import World, contents, new_id, refused
from hubbub.model.administration import ListPeople, PersonChange, Record
from hubbub.model.entities import Account, User
from hubbub.model.errors import Code, forbidden
from hubbub.model.ids import UserId


async def page(world: World, **query: object) -> list[Record]:
    ask = ListPeople(**query)  # type: ignore[arg-type]  # any fields
    return await world.store.read(world.store.people.list_people(ask))


def names(found: list[Record]) -> list[str]:
    return [record.user.username for record in found]


class AdministrationContract:
    """Pages of people, and what becomes of one of them."""

    async def test_people_come_in_pages_in_the_order_of_their_names(self, world: World) -> None:
        mark = f"p{new_id()}"
        people = [await world.person(f"{mark}-{name}") for name in ("c", "A", "d", "b")]
        first = await page(world, prefix=mark.upper(), limit=3)
        assert names(first) == [f"{mark}-{name}" for name in ("A", "b", "c")]
        rest = await page(world, prefix=mark, limit=3, after=first[-1].user.id)
        assert names(rest) == [f"{mark}-d"]
        assert await page(world, prefix=mark, after=people[2].id) == []
        unknown = world.store.people.list_people(ListPeople(after=UserId(3)))
        assert (await refused(world.store.read(unknown))).code is Code.INVALID

    async def test_people_are_found_by_their_e_mail_and_shown_with_it(self, world: World) -> None:
        mark = f"mail{new_id()}"
        ann = await world.person(None, f"{mark}@example.org")
        await world.sign_in(ann, f"hash{new_id()}", used=7)
        await world.sign_in(ann, f"hash{new_id()}", used=9)
        assert await page(world, prefix=f"{mark.upper()}@ex") == [
            Record(ann, f"{mark}@example.org", 9)
        ]
        assert await page(world, prefix=f"{mark}@example.com") == []
        never = await world.person()
        assert await world.store.read(world.store.people.get_person(never.id)) == Record(
            never, None, None
        )

    async def test_person_becomes_what_is_asked_and_keeps_the_rest(self, world: World) -> None:
        ann, bob = await world.person(), await world.person()
        login = await world.sign_in(bob, f"hash{new_id()}")
        seen: list[tuple[User | None, User]] = []

        async def govern(change: PersonChange, actor: UserId | None = ann.id) -> object:
            steps = world.store.people.govern(
                actor, bob.id, change, lambda by, user: seen.append((by, user))
            )
            return await world.write(steps)

        done = await govern(PersonChange(is_admin=True))
        ruler = msgspec.structs.replace(bob, is_admin=True)
        assert (done.user, done.changed, done.ended) == (ruler, True, ())  # type: ignore[attr-defined]
        done = await govern(PersonChange(disabled=True, signs_out=True), None)
        gone = msgspec.structs.replace(ruler, disabled=True)
        assert (done.user, done.changed, done.ended) == (gone, True, (login,))  # type: ignore[attr-defined]
        done = await govern(PersonChange(password_hash="other"))
        assert (done.user, done.changed, done.ended) == (gone, False, ())  # type: ignore[attr-defined]
        account = await world.store.read(world.store.accounts.get_account_by_id(bob.id))
        assert account == Account(gone, None, "other")
        assert seen == [(ann, bob), (None, ruler), (ann, gone)]

    async def test_nothing_becomes_of_whom_one_may_not_govern(self, world: World) -> None:
        ann, bob = await world.person(), await world.person()

        def never(_actor: User | None, _user: User) -> None:
            raise forbidden("No.")

        steps = world.store.people.govern(ann.id, bob.id, PersonChange(disabled=True), never)
        assert (await refused(world.write(steps))).code is Code.FORBIDDEN
        assert await world.store.read(world.store.accounts.get_user(bob.id)) == bob
        steps = world.store.people.govern(ann.id, UserId(3), PersonChange(disabled=True), never)
        assert (await refused(world.write(steps))).code is Code.NOT_FOUND

    async def test_disabled_people_and_pictures_are_what_is_read_everywhere(
        self, world: World
    ) -> None:
        ann, someone = await world.person(), await guest(world)
        room = await world.group(ann)
        await world.write(world.store.accounts.update_user(ann.id, avatar="abc"))
        await world.send(room, ann)
        assert (await world.page(room)).messages[0].author.avatar == "abc"
        change = PersonChange(disabled=True, signs_out=True)
        await world.write(
            world.store.people.govern(None, someone.id, change, lambda _by, _user: None)
        )
        ids = (someone.id, UserId(3), ann.id)
        found = await world.store.read(world.store.accounts.get_users(ids))
        assert {user.id: (user.disabled, user.avatar) for user in found} == {
            someone.id: (True, ""),
            ann.id: (False, "abc"),
        }

    async def test_counts_grow_with_what_there_is(self, world: World) -> None:
        before = await world.store.read(world.store.people.count_all())
        ann = await world.person()
        room = await world.group(ann)
        for _ in range(3):
            await world.send(room, ann)
        after = await world.store.read(world.store.people.count_all())
        assert (after.users, after.channels) == (before.users + 1, before.channels + 1)
        assert (after.messages, after.servers) == (before.messages + 3, before.servers)
        assert after.users == len(await page(world, limit=10_000)), "those that are listed"


class MomentContract:
    """A page around a moment."""

    @pytest.mark.parametrize(
        ("at", "found"),
        [
            (0, ["1", "0"]),
            (10, ["1", "0"]),
            (11, ["2", "1"]),
            (30, ["3", "2"]),
            (45, ["6", "5"]),
            (90, ["9", "8"]),
            (91, ["9", "8"]),
            (10**14, ["9", "8"]),
        ],
    )
    async def test_page_at_a_moment_is_around_the_first_message_since(
        self, world: World, at: int, found: list[str]
    ) -> None:
        ann = await world.person()
        room = await world.group(ann)
        # 40 twice: messages of one commit. Nine moments, ten messages.
        times = [10, 20, 30, 40, 40, 50, 60, 70, 80, 90]
        for n, time in enumerate(times):
            draft = msgspec.structs.replace(world.draft(room, ann, str(n)), created_at=time)
            await world.store.append(draft, lambda: None, lambda _: ())
        page = await world.page(room, at=at, limit=2)
        assert contents(page) == found
        assert page.has_more is (found != ["1", "0"])

    async def test_page_at_a_moment_is_empty_where_nothing_was_said(self, world: World) -> None:
        room = await world.group(await world.person())
        page = await world.page(room, at=5)
        assert (page.messages, page.has_more) == ([], False)
