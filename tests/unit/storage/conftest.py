"""A database of its own, with one channel and one author."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from hubbub.model.entities import Account, Channel, Kind, User
from hubbub.model.events import Publication
from hubbub.model.ids import ChannelId, UserId
from hubbub.ports.store import nothing
from hubbub.storage.store import SqliteStore

ROOM = ChannelId(500)
ANN = User(UserId(1), "ann", "Ann", 0)


class Opened:
    """The store, and what it published, commit by commit."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.commits: list[list[Publication]] = []
        self.order: list[str] = []
        self.store = SqliteStore(path, self._publish, lambda: None)

    def _publish(self, publications: Sequence[Publication]) -> None:
        self.commits.append(list(publications))
        self.order.append("published")


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Opened]:
    made = Opened(tmp_path / "hubbub.db")
    store = made.store
    channel = Channel(ROOM, Kind.GROUP, "room", "", ANN.id, private=False, created_at=0)
    await store.write(lambda: store.accounts.add_user(Account(ANN, None, None)), nothing)
    await store.write(lambda: store.channels.add_group(channel, [ANN.id], unique=False), nothing)
    await asyncio.sleep(0)
    yield made
    await store.close()
