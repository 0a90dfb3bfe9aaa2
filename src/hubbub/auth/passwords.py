"""argon2id in a bounded executor: a flood of log-ins must stop neither the loop nor the machine."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hubbub.model.errors import unavailable

T = TypeVar("T")

# OWASP: m=19 MiB, t=2, p=1. 19 ms each on one core here.
MEMORY_KIB = 19_456
THREADS = 2
WAITING = 32


class Argon2Passwords:
    """At most `THREADS` at work and `WAITING` in line; more are told to come back."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=MEMORY_KIB, parallelism=1)
        self._threads = ThreadPoolExecutor(THREADS, "hubbub-argon2")
        self._waiting = 0
        # Verified against for names that do not exist, so that both cost the same (threat S6).
        self._dummy = self._hasher.hash("nobody's password")

    async def hash(self, password: str) -> str:
        """An encoded hash."""
        return await self._run(lambda: self._hasher.hash(password))

    async def verify(self, encoded: str | None, password: str) -> bool:
        """Whether it fits."""
        fits = await self._run(lambda: self._fits(encoded or self._dummy, password))
        return fits and encoded is not None

    def close(self) -> None:
        """Ends the threads."""
        self._threads.shutdown(cancel_futures=True)

    def _fits(self, encoded: str, password: str) -> bool:
        try:
            return self._hasher.verify(encoded, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[[], T]) -> T:
        if self._waiting >= THREADS + WAITING:
            raise unavailable("Too many people are signing in; try again.", retry_after=2)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1
