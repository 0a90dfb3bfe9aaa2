"""T01 with all dialects: senders and receivers of each in one group, and in the lobby those that have it."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any

from failure.scenarios import Outcome, kill_again_and_again
from failure.six_readers import READERS, Reader
from failure.six_senders import SENDERS
from grid.play import TALKERS, Room
from grid.talkers import Who
from support.checker import check
from support.crowd import Crowd
from support.rest import Person, history
from support.server import RunningServer
from support.storm import Listener, Pace, Sender

LOBBY = "0"
IN_LOBBY = ("native", "channelchat", "mutiperson")
PACE = Pace(burst=6, pause=0.2)


def _person(server: RunningServer, who: Who) -> Person:
    return Person(server.url, who.id, who.name, who.token, "", "")


class Six(Crowd[Sender, Listener | Reader]):
    """Two senders and a receiver of each dialect in the room, one of each in the lobby."""

    @classmethod
    async def gather(cls, server: RunningServer, rng: random.Random) -> "Six":
        """Everybody, on a fresh server."""
        room = Room(server)
        await room.make()
        six = cls(server, [room.id, LOBBY])
        for name, kind in TALKERS.items():
            rooms = [room.id, LOBBY] if name in IN_LOBBY else [room.id]
            # A person each: what one's devices have confirmed is the person's, and one's own is nobody's news.
            sending = [(await room.somebody(kind), at) for at in (room.id, *rooms)]
            six._add_senders(name, sending, rng)
            six._add_readers(name, [(await room.somebody(kind), at) for at in rooms])
        return six

    def _add_senders(
        self, name: str, places: Sequence[tuple[Who, str]], rng: random.Random
    ) -> None:
        for who, channel in places:
            own = random.Random(rng.random())
            person = _person(self.server, who)
            self.senders.append(SENDERS[name](self.server, self.tape, person, channel, own, PACE))

    def _add_readers(self, name: str, places: Sequence[tuple[Who, str]]) -> None:
        if name == "native":  # hears everything on one connection
            person = _person(self.server, places[0][0])
            self.listeners.append(Listener(self.server, self.tape, person, "native-reader"))
            return
        for who, channel in places:
            self.listeners.append(READERS[name](self.server, self.tape, who, channel))

    @property
    def _native(self) -> Listener:
        return next(x for x in self.listeners if isinstance(x, Listener))

    @property
    def readers(self) -> list[Reader]:
        return [x for x in self.listeners if isinstance(x, Reader)]

    def _history(self, channel: str) -> list[dict[str, Any]]:
        return history(self._native.person, channel)

    async def __aenter__(self) -> "Six":
        """Nobody sends before everybody hears."""
        runs = [x.run() for x in self.listeners]
        listening = [asyncio.create_task(run) for run in runs]
        self._tasks = listening
        await self.when(self._is_heard, 20, "everybody there")
        self._tasks = listening + [asyncio.create_task(x.run()) for x in self.senders]
        return self

    def _is_heard(self) -> bool:
        return all(reader.connections for reader in self.readers) and bool(self._native.seqs)

    async def heal(self, seconds: float = 30) -> None:
        await super().heal(seconds)
        for reader in self.readers:
            for channel in self.channels:
                if reader.stands(channel) is not None:
                    reader.tell(self.tape.finals[channel]["0"])


async def kill_six(
    server: RunningServer, rng: random.Random, *, kills: int, patience: float = 20
) -> Outcome:
    """`kill -9` under the load of all dialects."""
    async with await Six.gather(server, rng) as six:
        hit = await kill_again_and_again(six, rng, kills, lambda _: None)
        await six.until(len(six.tape.acked) + 50)
        await six.heal(patience)
        return Outcome(six.tape, check(six.tape), hit)
