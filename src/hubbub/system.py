"""Time, chance and memory, as this machine has them."""

import os
import random
import secrets
import time
from pathlib import Path

from hubbub.model.ids import IdSequence


def memory_bytes() -> int:
    """What this process has in memory; 0 where the system does not say it as Linux does."""
    try:
        pages = Path("/proc/self/statm").read_text().split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


class SystemClock:
    """The machine's clocks."""

    def now_ms(self) -> int:
        """Wall time."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        """The loop's time is the same clock."""
        return time.monotonic()


class SystemIds:
    """Ids of this node, and unguessable secrets."""

    def __init__(self, clock: SystemClock, node: int) -> None:
        self._sequence = IdSequence(node)
        self._clock = clock

    def next_id(self) -> int:
        """Larger than every earlier one."""
        return self._sequence.next(self._clock.now_ms())

    def secret(self) -> str:
        """256 bits."""
        return secrets.token_urlsafe(32)

    def jitter(self) -> float:
        """Not a secret."""
        return random.random()  # noqa: S311  # only spreads reconnects
