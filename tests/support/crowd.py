"""Everybody in a storm, and what one waits for."""

import asyncio
import contextlib
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Generic, Protocol, Self, TypeVar

from support.checker import Entry, Tape
from support.server import FACTOR, RunningServer


class Sending(Protocol):
    """Ends when `ending` was set and all is acked."""

    ending: bool

    async def run(self) -> None: ...


class Hearing(Protocol):
    """Runs until cancelled."""

    async def run(self) -> None: ...

    def stands(self, channel: str) -> int | None:
        """How many messages of a channel it knows; None: it does not hear it."""
        ...


S = TypeVar("S", bound=Sending)
L = TypeVar("L", bound=Hearing)


class Crowd(ABC, Generic[S, L]):
    """Senders and listeners on one server. `async with` starts and stops them."""

    def __init__(self, server: RunningServer, channels: Sequence[str]) -> None:
        self.server = server
        self.channels = channels
        self.tape = Tape()
        self.senders: list[S] = []
        self.listeners: list[L] = []
        self._tasks: list[asyncio.Task[None]] = []

    @abstractmethod
    def _history(self, channel: str) -> list[dict[str, Any]]:
        """Native messages, oldest first."""

    async def __aenter__(self) -> Self:
        runs = [x.run() for x in self.listeners] + [x.run() for x in self.senders]
        self._tasks = [asyncio.create_task(run) for run in runs]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def adopt(self, listener: L) -> None:
        """One more listener."""
        self.listeners.append(listener)
        self._tasks.insert(0, asyncio.create_task(listener.run()))

    async def until(self, wanted: int, seconds: float = 30) -> None:
        """Returns when so many messages are acked altogether."""
        await self.when(lambda: len(self.tape.acked) >= wanted, seconds, f"{wanted} acks")

    async def heal(self, seconds: float = 30) -> None:
        """Ends the sending, and returns when all is acked and every listener stands at the end."""
        for sender in self.senders:
            sender.ending = True
        async with asyncio.timeout(seconds * FACTOR):
            await asyncio.gather(*self._tasks[len(self.listeners) :])
        for channel in self.channels:
            stored = await asyncio.to_thread(self._history, channel)
            entries = [Entry(m["seq"], m["id"], m["content"]) for m in stored]
            self.tape.finals[channel] = {"0": entries}
        with contextlib.suppress(TimeoutError):  # the checker says who stands where
            await self.when(self._all_there, seconds, "")

    def _all_there(self) -> bool:
        ends = [(channel, len(nodes["0"])) for channel, nodes in self.tape.finals.items()]
        return all(
            x.stands(channel) in (None, end) for x in self.listeners for channel, end in ends
        )

    async def when(self, is_true: Callable[[], bool], seconds: float, what: str) -> None:
        """Looks every 5 ms: what happens here has no single event."""
        deadline = time.monotonic() + seconds * FACTOR
        while not is_true():
            for task in self._tasks:
                if task.done() and task.exception() is not None:
                    task.result()
            if time.monotonic() > deadline:
                raise TimeoutError(f"no {what} within {seconds} s")
            await asyncio.sleep(0.005)
