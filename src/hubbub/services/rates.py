"""Rate limits: how much one account, or one address, may ask for (guarantee G17).

The generic cell rate algorithm: one number per key, the time at which it would have paid for everything.
"""

import math
from typing import Final

import msgspec

from hubbub.model.errors import rate_limited
from hubbub.ports.clock import Clock


class Rate(msgspec.Struct, frozen=True):
    """`burst` at once, then `per_second`."""

    burst: int
    per_second: float


COMMANDS: Final = Rate(240, 20)
MESSAGES: Final = Rate(20, 5)
SIGN_INS: Final = Rate(10, 0.1)
SIGN_INS_OF_ADDRESS: Final = Rate(30, 0.5)
PROFILES: Final = Rate(10, 0.2)  # everybody who sees the person is told
REGISTRATIONS: Final = Rate(60, 0.2)  # a whole class signs up from one address

KEYS: Final = 100_000  # more keys than this and those that owe nothing are forgotten

Key = tuple[object, ...]


class Rates:
    """The limits of this node. The key says whose: an account's limit is shared by all its sockets."""

    def __init__(self, clock: Clock, *, enabled: bool) -> None:
        self._clock = clock
        self._enabled = enabled
        self._paid_until: dict[Key, int] = {}

    def take(self, rate: Rate, *key: object) -> None:
        """Counts one; raises `Refused(rate_limited)` with the time to wait."""
        if not self._enabled:
            return
        # Whole microseconds: sums of floats would cost a try now and then.
        now, cost = round(self._clock.monotonic() * 1e6), round(1e6 / rate.per_second)
        due = max(self._paid_until.get(key, now), now)
        wait = due - now - (rate.burst - 1) * cost
        if wait > 0:
            raise rate_limited(math.ceil(wait / 1000) / 1000)
        self._paid_until[key] = due + cost
        if len(self._paid_until) > KEYS:
            self._forget(now)

    def clear(self, *key: object) -> None:
        """Forgets what a key owes: a success makes up for failed tries."""
        self._paid_until.pop(key, None)

    def _forget(self, now: int) -> None:
        owing = {key: due for key, due in self._paid_until.items() if due > now}
        # An attacker with that many keys still owing gets a clean slate; memory stays bounded.
        self._paid_until = owing if len(owing) <= KEYS // 2 else {}
