"""Blobs in memory."""


class MemoryBlobs:
    """The same promises, except that nothing survives."""

    def __init__(self) -> None:
        self._found: dict[str, bytes] = {}

    async def put(self, key: str, content: bytes) -> None:
        self._found[key] = content

    async def get(self, key: str) -> bytes | None:
        return self._found.get(key)

    def drop(self, prefix: str) -> None:
        for key in list(self._found):
            if key == prefix or key.startswith(prefix + "/"):
                del self._found[key]

    async def close(self) -> None:
        pass
