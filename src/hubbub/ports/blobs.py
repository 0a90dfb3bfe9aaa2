"""Where the bytes of images are kept."""

from typing import Protocol


class Blobs(Protocol):
    """Bytes by key: names of `a-z`, `0-9`, `-` and `_`, joined by `/`. All raise `Refused(unavailable)`."""

    async def put(self, key: str, content: bytes) -> None:
        """Returns once they are on disk; replaces what was there."""
        ...

    async def get(self, key: str) -> bytes | None:
        """None where there are none."""
        ...

    def drop(self, prefix: str) -> None:
        """Forgets a key, or all that begin with `prefix` and a `/`, in the background."""
        ...

    async def close(self) -> None:
        """Waits for what was begun."""
        ...
