"""What every store must do, whatever database it stands on (ports/store.py).

Bind it in a test module: a subclass of `StoreContract` whose `store` fixture makes an empty one.
"""

import asyncio
import contextlib
import random
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence

import pytest

from contracts.store_administration import AdministrationContract, MomentContract
from contracts.store_guests import GuestContract, ReceiverContract
from contracts.store_people import AccountContract, ChannelContract
from contracts.store_people_of_servers import ServerPeopleContract
from contracts.store_programs import PinContract, PreferenceContract, ProgramContract
from contracts.store_relationships import RelationshipContract
from contracts.store_servers import ServerContract
from fakes.community import Community, community
from fakes.world import World, allow, contents, refused
from hubbub.model.commands import History
from hubbub.model.entities import Message, Sent, Status
from hubbub.model.errors import Code, Refused
from hubbub.model.ids import ChannelId, MessageId
from hubbub.ports.store import Edited, Store, Transaction


class MessageContract:
    """Order, idempotence, paging, edits, recalls."""

    async def test_seq_under_concurrency_is_dense_and_versions_grow(self, world: World) -> None:
        ann = await world.person()
        rooms = [await world.group(ann) for _ in range(3)]
        sends = [world.send(rooms[n % 3], ann, str(n)) for n in range(90)]
        sent = [s.message for s in await asyncio.gather(*sends)]
        for room in rooms:
            mine = [m for m in sent if m.channel_id == room]
            assert sorted(m.seq for m in mine) == list(range(1, 31))
            assert [m.seq for m in mine] == sorted(m.seq for m in mine), "in the order asked"
            assert [m.version for m in mine] == sorted({m.version for m in mine})
            page = await world.page(room, limit=100)
            assert page.messages == mine[::-1]
            assert page.version == mine[-1].version

    async def test_nonce_again_returns_the_first_inside_one_batch_and_later(
        self, world: World
    ) -> None:
        ann, bob = await world.person(), await world.person()
        room, other = await world.group(ann, bob), await world.group(ann)
        twice = [world.send(room, ann, str(n), nonce="n") for n in range(50)]
        sent = await asyncio.gather(*twice)
        sent.append(await world.send(room, ann, "late", nonce="n"))
        assert [s.duplicate for s in sent] == [False, *[True] * 50]
        assert {(s.message.id, s.message.seq, s.message.content) for s in sent} == {
            (sent[0].message.id, 1, "0")
        }
        assert not (await world.send(room, bob, nonce="n")).duplicate
        assert not (await world.send(other, ann, nonce="n")).duplicate
        assert not (await world.send(room, ann, nonce="N")).duplicate
        assert len((await world.page(room)).messages) == 3

    async def test_nonce_of_a_recalled_message_returns_its_tombstone(self, world: World) -> None:
        ann = await world.person()
        room = await world.group(ann)
        first = (await world.send(room, ann, nonce="n")).message
        await world.recall(first, ann)
        again = await world.send(room, ann, "anew", nonce="n")
        assert (again.duplicate, again.message.id, again.message.content) == (True, first.id, "")

    async def test_reply_to_nowhere_is_refused_alone(self, world: World) -> None:
        ann = await world.person()
        room, other = await world.group(ann), await world.group(ann)
        there = (await world.send(room, ann)).message.id
        elsewhere = (await world.send(other, ann)).message.id
        results = await asyncio.gather(
            *(world.send(room, ann, reply_to=r) for r in (there, elsewhere, 404, there)),
            return_exceptions=True,
        )
        assert [isinstance(r, Refused) for r in results] == [False, True, True, False]
        assert [r.message.seq for r in results if isinstance(r, Sent)] == [2, 3]
        assert (await world.page(room)).messages[0].reply_to == there

    async def test_send_to_no_channel_is_not_found_and_harms_no_neighbour(
        self, world: World
    ) -> None:
        ann = await world.person()
        room = await world.group(ann)
        lost, kept = await asyncio.gather(
            world.send(ChannelId(404), ann), world.send(room, ann), return_exceptions=True
        )
        assert isinstance(lost, Refused)
        assert lost.code is Code.NOT_FOUND
        assert isinstance(kept, Sent)

    @pytest.mark.parametrize(
        ("query", "found", "more"),
        [
            ({"limit": 3}, "987", True),
            ({"limit": 9}, "987654321", False),
            ({"limit": 8}, "98765432", True),
            ({"before": 4, "limit": 3}, "321", False),
            ({"before": 4, "limit": 2}, "32", True),
            ({"before": 1}, "", False),
            ({"after": 6, "limit": 3}, "987", False),
            ({"after": 5, "limit": 3}, "876", True),
            ({"after": 9}, "", False),
            ({"around": 5, "limit": 4}, "7654", True),
            ({"around": 1, "limit": 4}, "321", False),
            ({"around": 9, "limit": 4}, "9876", True),
            ({"around": 5, "limit": 1}, "5", True),
        ],
    )
    async def test_page_is_right_in_the_middle_and_at_both_ends(
        self, world: World, query: dict[str, int], found: str, more: bool
    ) -> None:
        ann = await world.person()
        room = await world.group(ann)
        ids = [(await world.send(room, ann, str(n))).message.id for n in range(1, 10)]
        asked = {k: v if k == "limit" else ids[v - 1] for k, v in query.items()}
        page = await world.page(room, **asked)
        assert ("".join(contents(page)), page.has_more) == (found, more)

    async def test_page_of_a_wrong_cursor_or_channel_is_refused(self, world: World) -> None:
        ann = await world.person()
        room, other = await world.group(ann), await world.group(ann)
        elsewhere = (await world.send(other, ann)).message.id
        for cursor in ("before", "after", "around"):
            refusal = await refused(world.page(room, **{cursor: elsewhere}))
            assert (refusal.code, refusal.field) == (Code.INVALID, cursor)
        assert (await refused(world.page(ChannelId(404)))).code is Code.NOT_FOUND

    @pytest.mark.parametrize(
        "text", ["😀👩‍👩‍👧", "𝔘𝔫𝔦", "汉字", "ا\u202eب", "a\u0301", "'; drop table users;--", "%_\\"]
    )
    async def test_content_of_any_script_comes_back_as_it_was(
        self, world: World, text: str
    ) -> None:
        ann = await world.person()
        room = await world.group(ann, name=text)
        sent = await world.send(room, ann, text, nonce=text)
        assert (await world.page(room)).messages == [sent.message]
        assert (await world.send(room, ann, nonce=text)).duplicate
        assert (await world.view(ann, room)).channel.name == text

    async def test_edit_changes_content_mentions_and_version_only(self, world: World) -> None:
        ann, bob = await world.person(), await world.person()
        room = await world.group(ann, bob)
        sent = (await world.send(room, ann, "old", mentions=(bob.id,))).message
        await world.send(room, ann, "behind")
        edited = await world.edit(sent, "new")
        assert (edited.id, edited.seq, edited.content, edited.mentions) == (sent.id, 1, "new", ())
        assert edited.version > sent.version + 1
        assert (await world.view(bob, room)).mentions == 0
        await world.edit(sent, "again", bob.id)
        assert (await world.view(bob, room)).mentions == 1
        assert contents(await world.page(room)) == ["behind", "again"]

    async def test_edit_of_what_is_not_there_or_not_allowed_changes_nothing(
        self, world: World
    ) -> None:
        ann = await world.person()
        room, other = await world.group(ann), await world.group(ann)
        sent = (await world.send(room, ann, "old")).message

        def forbid(_: Message) -> None:
            raise Refused(Code.FORBIDDEN, "no")

        def wrong(channel: ChannelId, message: MessageId) -> Edited:
            return Edited(channel, message, "new", (), 9)

        tables = world.store.messages
        for channel, message in ((room, MessageId(404)), (other, sent.id)):
            refusal = await refused(world.write(tables.edit(wrong(channel, message), allow)))
            assert refusal.code is Code.NOT_FOUND
        assert (await refused(world.write(tables.edit(wrong(room, sent.id), forbid)))).code
        assert (await world.page(room)).messages == [sent]
        assert (await world.view(ann, room)).channel.version == sent.version

    async def test_recall_empties_the_row_and_is_idempotent(self, world: World) -> None:
        ann, bob = await world.person(), await world.person()
        room = await world.group(ann, bob)
        sent = (await world.send(room, ann, "secret", mentions=(bob.id,))).message
        gone, is_new = await world.recall(sent, ann)
        assert (gone.content, gone.mentions, is_new) == ("", (), True)
        assert await world.recall(sent, bob) == (gone, False)
        assert (await world.page(room)).messages == [gone]
        assert gone.recalled_at == 9
        view = await world.view(bob, room)
        assert (view.unread, view.mentions, view.channel.version) == (0, 0, gone.version)

    async def test_changes_are_all_rows_newer_or_limited(self, world: World) -> None:
        ann, bob = await world.person(), await world.person()
        room = await world.group(ann)
        old = [(await world.send(room, ann, str(n))).message for n in range(3)]
        seen = old[-1].version
        await world.edit(old[0], "edited")
        await world.put(room, bob, Status.ACTIVE)
        await world.send(room, ann, "3")
        await world.recall(old[1], ann)
        ask = world.store.messages.changes
        found = await world.store.read(ask(room, seen, 10))
        assert [(m.seq, m.content) for m in found.messages] == [(1, "edited"), (2, ""), (4, "3")]
        assert [m.user_id for m in found.members] == [bob.id]
        assert (found.from_version, found.limited) == (seen, False)
        assert found.to_version == (await world.page(room)).version == seen + 4
        cut = await world.store.read(ask(room, seen, 2))
        assert (cut.limited, cut.messages, cut.members) == (True, [], [])
        assert (await world.store.read(ask(room, seen, 3))).limited is False
        same = await world.store.read(ask(room, found.to_version, 10))
        assert (same.messages, same.members, same.limited) == ([], [], False)
        refusal = await refused(world.store.read(ask(room, found.to_version + 1, 10)))
        assert refusal.code is Code.INVALID

    async def test_t15_unread_and_mentions_under_concurrency_equal_a_recount(
        self, world: World
    ) -> None:
        people = [await world.person() for _ in range(3)]
        room = await world.group(*people)
        chance = random.Random(15)

        async def act(n: int) -> None:
            me, named = chance.choice(people), chance.choice(people).id
            match chance.randrange(5):
                case 0:
                    await world.mark(room, me, chance.randrange(n + 2))
                case 1 if n > 9:
                    found = chance.choice((await world.page(room)).messages)
                    await world.recall(found, me)
                case 2 if n > 9:
                    found = chance.choice((await world.page(room)).messages)
                    with contextlib.suppress(Refused):  # recalled meanwhile
                        await world.edit(found, "edited", named)
                case _:
                    await world.send(room, me, mentions=(named,))

        for n in range(0, 80, 10):
            await asyncio.gather(*(act(n) for _ in range(10)))
            for user in people:
                view = await world.view(user, room)
                assert (view.unread, view.mentions) == await world.recount(user, room)

    async def test_reads_are_one_snapshot_while_writes_run(self, world: World) -> None:
        ann, bob = await world.person(), await world.person()
        room = await world.group(ann, bob)

        written = asyncio.Event()

        def read() -> Transaction[tuple[int, int, int]]:
            first = yield from world.store.messages.page(History(room, limit=100))
            view = yield from world.store.channels.get_view(bob.id, room)
            last = yield from world.store.messages.page(History(room, limit=100))
            assert view is not None
            return first.version, view.channel.version, last.version

        async def write() -> None:
            for _ in range(40):
                await world.send(room, ann)
            written.set()

        async def watch() -> Sequence[tuple[int, int, int]]:
            found = []
            while not written.is_set():
                found.append(await world.store.read(read()))
            return found

        _, seen, more = await asyncio.gather(write(), watch(), watch())
        assert all(len(set(versions)) == 1 for versions in (*seen, *more))
        assert len({v for v, _, _ in seen}) > 1, "the writes did not run meanwhile"


class StoreContract(
    AdministrationContract,
    MomentContract,
    MessageContract,
    ChannelContract,
    AccountContract,
    RelationshipContract,
    ServerContract,
    ServerPeopleContract,
    ProgramContract,
    PreferenceContract,
    PinContract,
    GuestContract,
    ReceiverContract,
    ABC,
):
    """All of it. `store` must be empty for every test."""

    @abstractmethod
    @pytest.fixture
    def store(self) -> AsyncIterator[Store]:
        """An empty store, closed after the test."""

    @pytest.fixture
    def world(self, store: Store) -> World:
        return World(store)

    @pytest.fixture
    async def place(self, world: World) -> Community:
        """A server without channels."""
        return await community(world)
