"""What is asked for stays in memory and is kept current; what nobody asks for is let go."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from fakes.world import World
from hubbub.model.entities import GroupRole, Member, Status, User
from hubbub.model.errors import Refused
from hubbub.model.events import ChannelDeleted, ChannelUpdated, MemberJoined
from hubbub.model.ids import ChannelId, UserId
from hubbub.services.directory import Directory
from hubbub.services.states import ServerStates
from hubbub.storage.store import SqliteStore


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    store = SqliteStore(tmp_path / "hubbub.db", lambda _: None, lambda: None)
    yield World(store)
    await store.close()


@pytest.fixture
async def room(world: World) -> ChannelId:
    return await world.group(await world.person())


@pytest.fixture
def directory(world: World) -> Directory:
    return Directory(world.store, ServerStates(world.store))


async def test_a_room_that_nobody_asks_for_is_let_go_at_the_second_age(
    directory: Directory, room: ChannelId
) -> None:
    await directory.room(room)
    directory.age()
    assert directory.size() == 1
    directory.age()
    assert directory.size() == 0
    assert directory.known(room) is None


async def test_a_room_that_is_asked_for_stays_the_same(
    directory: Directory, room: ChannelId
) -> None:
    first = await directory.room(room)
    for _ in range(3):
        directory.age()
        assert directory.known(room) is first
    assert directory.size() == 1


async def test_an_old_room_still_hears_what_happens(directory: Directory, room: ChannelId) -> None:
    first = await directory.room(room)
    directory.age()
    newcomer = User(UserId(7), "newcomer", "Newcomer", 0)
    member = Member(room, newcomer.id, GroupRole.MEMBER, Status.ACTIVE, 99, 0)
    directory.apply(MemberJoined(room, 99, member, newcomer))
    renamed = msgspec.structs.replace(first.channel, name="renamed", version=100)
    directory.apply(ChannelUpdated(room, 100, renamed))
    again = await directory.room(room)
    assert newcomer.id in again.members
    assert again.channel.name == "renamed"


async def test_an_old_room_that_is_deleted_is_gone(directory: Directory, room: ChannelId) -> None:
    held = await directory.room(room)
    directory.age()
    directory.apply(ChannelDeleted(room, 100))
    assert held.gone
    assert directory.size() == 0


async def test_a_room_that_was_let_go_is_read_anew(
    directory: Directory, world: World, room: ChannelId
) -> None:
    await directory.room(room)
    directory.age()
    directory.age()
    late = await world.person()
    await world.put(room, late, Status.ACTIVE)
    assert late.id in (await directory.room(room)).members


async def test_doubt_forgets_the_old_as_well(directory: Directory, room: ChannelId) -> None:
    held = await directory.room(room)
    directory.age()
    directory.forget()
    assert held.gone
    assert directory.size() == 0
    with pytest.raises(Refused):
        await directory.room(ChannelId(1))
