"""Time that only moves when a test says so."""

START_MS = 1_700_000_000_000


class FakeClock:
    """Wall time and monotonic time, moved apart or together."""

    def __init__(self, now_ms: int = START_MS, monotonic: float = 1_000.0) -> None:
        self.wall_ms = now_ms
        self.seconds = monotonic

    def now_ms(self) -> int:
        return self.wall_ms

    def monotonic(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        """Both clocks go on."""
        self.seconds += seconds
        self.wall_ms += round(seconds * 1000)

    def jump(self, seconds: float) -> None:
        """Somebody sets the wall clock."""
        self.wall_ms += round(seconds * 1000)
