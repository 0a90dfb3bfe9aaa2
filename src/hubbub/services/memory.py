"""What a node remembers of the store: loaded when first asked for, kept current by events, let go when nobody has
asked for long (decision 11)."""

import asyncio
from collections.abc import Collection, Hashable
from typing import Generic, Protocol, TypeVar

from hubbub.model.events import Event

AGE_SECONDS = 600.0


class Remembered(Protocol):
    """One thing of memory; `gone`: it is no longer, or no longer to be trusted."""

    gone: bool

    def apply(self, event: Event) -> None:
        """Brings a change in, once: an event that is known already does nothing."""
        ...


K = TypeVar("K", bound=Hashable)
V = TypeVar("V", bound=Remembered)


class Memory(Generic[K, V]):
    """Things by their id. Who inherits says how one is read."""

    def __init__(self) -> None:
        # Two generations: what is asked for is among the young, what nobody asks for ages and is let go.
        self._young: dict[K, V] = {}
        self._old: dict[K, V] = {}
        self._loading: dict[K, tuple[asyncio.Future[V], list[Event]]] = {}
        self._doubts = 0

    async def read(self, key: K) -> V:
        """From the store; raises `Refused(not_found)`."""
        raise NotImplementedError

    def known(self, key: K) -> V | None:
        """The thing, if it is in memory."""
        return self._young.get(key) or self._rejuvenate(key)

    async def get(self, key: K) -> V:
        """The thing; raises `Refused(not_found)`."""
        found = self.known(key)
        return found if found is not None else await self._load(key)

    def _rejuvenate(self, key: K) -> V | None:
        found = self._old.pop(key, None)
        if found is not None:
            self._young[key] = found
        return found

    def age(self, keep: Collection[K] = ()) -> None:
        """Lets go what nobody has asked for since the last call, but not `keep`. Called every AGE_SECONDS, far more
        than any command takes: nobody holds a thing that is let go, which events would no longer reach."""
        for key in keep:
            self._rejuvenate(key)
        kept = {key: self._young.pop(key) for key in keep if key in self._young}
        self._old, self._young = self._young, kept

    def all(self) -> list[V]:
        """All that is in memory."""
        return [*self._young.values(), *self._old.values()]

    def size(self) -> int:
        """How many things are in memory."""
        return len(self._young) + len(self._old)

    def hear(self, key: K, event: Event) -> None:
        """An event of one thing, if it is in memory or about to be."""
        found = self._young.get(key) or self._old.get(key)
        if found is not None:
            found.apply(event)
            if found.gone:
                self._young.pop(key, None)
                self._old.pop(key, None)
        elif key in self._loading:
            self._loading[key][1].append(event)

    def forget(self) -> None:
        """Memory may be wrong: whoever holds a thing finds it gone, and the next to ask reads it anew; so does who is
        reading it."""
        self._doubts += 1
        for things in (self._young, self._old):
            for thing in things.values():
                thing.gone = True
            things.clear()

    async def _load(self, key: K) -> V:
        """Reads a thing once, however many ask; what happens meanwhile is brought in after."""
        if key in self._loading:
            return await asyncio.shield(self._loading[key][0])
        future: asyncio.Future[V] = asyncio.get_running_loop().create_future()
        future.add_done_callback(_look_at)
        missed: list[Event] = []
        self._loading[key] = future, missed
        try:
            # What has come into memory by its first event meanwhile stays: somebody may hold it already.
            found = self._young.setdefault(key, await self._read(key, missed))
        except Exception as error:
            future.set_exception(error)
            raise
        else:
            future.set_result(found)
            return found
        finally:
            del self._loading[key]

    async def _read(self, key: K, missed: list[Event]) -> V:
        """Again, if it has ended while it was being read (then there is nothing) or memory was in doubt."""
        while True:
            doubts = self._doubts
            found = await self.read(key)
            for event in missed:
                found.apply(event)
            if doubts == self._doubts and not found.gone:
                return found


def _look_at(future: "asyncio.Future[V]") -> None:
    """Several may wait for a load, or nobody: then its failure is not an unread one."""
    if not future.cancelled():
        future.exception()
