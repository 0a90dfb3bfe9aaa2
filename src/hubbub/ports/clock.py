"""Time."""

from typing import Protocol


class Clock(Protocol):
    """Wall time says when something happened; only monotonic time measures how long something took."""

    def now_ms(self) -> int:
        """Milliseconds since 1970. May jump."""
        ...

    def monotonic(self) -> float:
        """Seconds since some moment. Never goes back."""
        ...
