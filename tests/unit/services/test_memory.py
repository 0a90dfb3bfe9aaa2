"""What happens while something is being read into memory."""

import asyncio

import pytest

from hubbub.model.entities import Channel, Kind
from hubbub.model.errors import Refused, not_found
from hubbub.model.events import ChannelDeleted, ChannelUpdated, Event
from hubbub.model.ids import ChannelId
from hubbub.services.memory import Memory

HERE = ChannelId(1)


class _Thing:
    """Remembers what it heard."""

    def __init__(self, stored: str) -> None:
        self.stored = stored
        self.heard: list[Event] = []
        self.gone = False

    def apply(self, event: Event) -> None:
        self.heard.append(event)
        self.gone |= isinstance(event, ChannelDeleted)


class _Slow(Memory[ChannelId, _Thing]):
    """Each read waits for `answer`."""

    def __init__(self) -> None:
        super().__init__()
        self.reads: list[asyncio.Future[str]] = []

    async def read(self, key: ChannelId) -> _Thing:
        self.reads.append(asyncio.get_running_loop().create_future())
        found = await self.reads[-1]
        if not found:
            raise not_found("channel")
        return _Thing(found)

    def begin(self, thing: _Thing) -> None:
        """As a server that has just been made."""
        self._young[HERE] = thing

    async def answer(self, found: str) -> None:
        """The read that was begun last."""
        await _turns()
        self.reads[-1].set_result(found)
        await _turns()


@pytest.fixture
def memory() -> _Slow:
    return _Slow()


async def _turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def _renamed(name: str) -> ChannelUpdated:
    return ChannelUpdated(HERE, 2, Channel(HERE, Kind.TEXT, name, "", None, False, 0, version=2))


async def test_all_who_ask_wait_for_one_read_and_miss_nothing(memory: _Slow) -> None:
    asking = [asyncio.ensure_future(memory.get(HERE)) for _ in range(3)]
    await _turns()
    event = _renamed("new")
    memory.hear(HERE, event)
    await memory.answer("row")
    first, *others = await asyncio.gather(*asking)
    assert first.heard == [event]
    assert all(other is first for other in others)
    assert len(memory.reads) == 1


async def test_doubt_during_a_read_reads_again(memory: _Slow) -> None:
    asking = asyncio.ensure_future(memory.get(HERE))
    await _turns()
    memory.forget()
    await memory.answer("before")
    await memory.answer("after")
    assert (await asking).stored == "after"
    known = memory.known(HERE)
    assert known is not None
    assert known.stored == "after"


async def test_what_ends_during_its_read_is_not_there(memory: _Slow) -> None:
    asking = asyncio.ensure_future(memory.get(HERE))
    await _turns()
    memory.hear(HERE, ChannelDeleted(HERE, 3))
    await memory.answer("row")
    await memory.answer("")
    with pytest.raises(Refused):
        await asking
    assert memory.size() == 0


async def test_what_begins_during_its_read_stays_the_one_that_hears(memory: _Slow) -> None:
    asking = asyncio.ensure_future(memory.get(HERE))
    await _turns()
    begun = _Thing("begun")
    memory.begin(begun)
    await memory.answer("row")
    assert await asking is begun
    memory.hear(HERE, _renamed("new"))
    assert len(begun.heard) == 1
