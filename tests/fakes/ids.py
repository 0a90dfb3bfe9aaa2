"""Ids that a test can foretell."""


class SequentialIds:
    """1, 2, 3 … and secrets that say which one they are."""

    def __init__(self, first: int = 1) -> None:
        self._next = first
        self._secrets = 0

    def next_id(self) -> int:
        self._next += 1
        return self._next - 1

    def secret(self) -> str:
        self._secrets += 1
        return f"secret-{self._secrets:015d}-{self._secrets:020d}"  # both ends tell which

    def jitter(self) -> float:
        return 0.5
