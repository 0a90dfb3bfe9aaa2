"""A loop's time that only moves when a test says so."""

from collections.abc import Callable


class FakeTimer:
    """Something that will happen, unless it is cancelled."""

    def __init__(self, at: float, callback: Callable[[], object]) -> None:
        self.at = at
        self.callback = callback
        self.is_cancelled = False

    def cancel(self) -> None:
        self.is_cancelled = True


class FakeTimers:
    """`turn` ends a turn of the loop, `advance` lets seconds pass."""

    def __init__(self) -> None:
        self.now = 0.0
        self._timers: list[FakeTimer] = []
        self._soon: list[Callable[[], object]] = []

    def call_later(self, delay: float, callback: Callable[[], object], /) -> FakeTimer:
        timer = FakeTimer(self.now + delay, callback)
        self._timers.append(timer)
        return timer

    def call_soon(self, callback: Callable[[], object], /) -> None:
        self._soon.append(callback)

    def turn(self) -> None:
        """What was to be called soon is called."""
        soon, self._soon = self._soon, []
        for callback in soon:
            callback()

    def advance(self, seconds: float) -> None:
        """Timers fire in their order, each in a turn of its own."""
        end = self.now + seconds
        while due := [t for t in self._timers if not t.is_cancelled and t.at <= end]:
            timer = min(due, key=lambda t: t.at)
            self._timers.remove(timer)
            self.now = timer.at
            timer.callback()
            self.turn()
        self.now = end

    @property
    def waiting(self) -> int:
        """Timers that will fire."""
        return sum(not timer.is_cancelled for timer in self._timers)
