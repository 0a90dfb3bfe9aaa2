"""Blobs as files of the data folder.

By hand, because a library was tried (obstore 0.12) and does not wait for the disk: an image whose message
is acknowledged must be there after a power cut.
"""

import asyncio
import contextlib
import os
import re
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import structlog

from hubbub.model.errors import unavailable

T = TypeVar("T")

THREADS = 2
_KEY = re.compile(r"[a-z0-9_-]+(/[a-z0-9_-]+)*")

log = structlog.get_logger("hubbub.storage")


class FolderBlobs:
    """A file per key. A file is there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loop = asyncio.get_running_loop()
        self._threads = ThreadPoolExecutor(THREADS, "hubbub-blobs")

    async def put(self, key: str, content: bytes) -> None:
        """Written beside its place, flushed, and moved there."""
        path = self._path(key)
        await self._run(lambda: _write(self._folder, path, content))

    async def get(self, key: str) -> bytes | None:
        """The whole file."""
        path = self._path(key)
        return await self._run(lambda: _read(path))

    def drop(self, prefix: str) -> None:
        """A failure is logged: what nobody can ask for any more takes up room, and that is all."""
        self._threads.submit(_drop, self._path(prefix))

    async def close(self) -> None:
        """All that was begun."""
        await self._loop.run_in_executor(None, self._threads.shutdown)

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError(f"not a key: {key!r}")
        return self._folder / key

    async def _run(self, work: Callable[[], T]) -> T:
        try:
            return await self._loop.run_in_executor(self._threads, work)
        except OSError as error:
            log.error("blobs_failed", error=str(error))  # noqa: TRY400  # a full disk is no bug of ours
            raise unavailable(
                "Files can't be stored or read right now; try again later."
            ) from error


def _write(root: Path, path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".new")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
    # A new name is on disk when its folder is, and so is a new folder's.
    for folder in (path.parent, *path.parent.parents):
        _sync(folder)
        if folder == root.parent:
            break


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _drop(path: Path) -> None:
    try:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        log.error("blobs_failed", error=str(error))  # noqa: TRY400  # as above
