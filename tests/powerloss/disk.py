"""What a disk holds after the power was cut: a recording (record.c), played back to any moment."""

import random
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
_ENTRY: Final = struct.Struct("=QIiQQ")


class Kind(IntEnum):
    """As in record.c."""

    OPEN = 1
    WRITE = 2
    TRUNCATE = 3
    SYNC = 4
    UNLINK = 5
    SYNC_FAILED = 6


@dataclass(frozen=True)
class Entry:
    """What a process did at a time, in ns of the monotonic clock."""

    time_ns: int
    kind: Kind
    name: str
    offset: int
    data: bytes


def build(folder: Path) -> Path:
    """The library for LD_PRELOAD."""
    library = folder / "record.so"
    source = str(HERE / "record.c")
    command = ["gcc", "-O1", "-Wall", "-shared", "-fPIC", "-o", str(library), source, "-ldl"]
    subprocess.run(command, check=True, timeout=60)
    return library


def read(recording: Path) -> list[Entry]:
    """All entries; a last one that was cut off is left out."""
    return list(_entries(recording.read_bytes()))


def _entries(data: bytes) -> Iterator[Entry]:
    names: dict[int, str] = {}
    at = 0
    while at + _ENTRY.size <= len(data):
        time_ns, kind, file, offset, length = _ENTRY.unpack_from(data, at)
        at += _ENTRY.size
        payload = data[at : at + length]
        if len(payload) < length:
            return
        at += length
        if kind in (Kind.OPEN, Kind.UNLINK):
            names[file] = Path(payload.decode()).name
        yield Entry(time_ns, Kind(kind), names[file], offset, payload)


class Disk:
    """Files as they stand for certain, and what was written to them but not synced."""

    def __init__(self) -> None:
        self._certain: dict[str, bytearray] = {}
        self._pending: dict[str, list[Entry]] = {}

    def do(self, entry: Entry) -> None:
        """One more thing has happened."""
        if entry.kind in (Kind.WRITE, Kind.TRUNCATE):
            self._pending.setdefault(entry.name, []).append(entry)
        elif entry.kind is Kind.UNLINK:
            self._certain.pop(entry.name, None)
            self._pending.pop(entry.name, None)
        elif entry.kind is Kind.SYNC_FAILED:
            # The worst that a kernel may do: it never writes this, and no later sync tells of it.
            self._pending.pop(entry.name, None)
        elif entry.kind is Kind.SYNC:
            content = self._certain.setdefault(entry.name, bytearray())
            for pending in self._pending.pop(entry.name, ()):
                _apply(content, pending)

    def write_to(self, folder: Path, rng: random.Random, *, kept: float) -> None:
        """What is found when the power comes back: of what was not synced, a share has reached the disk."""
        for name in self._certain.keys() | self._pending.keys():
            content = bytearray(self._certain.get(name, b""))
            for pending in self._pending.get(name, ()):
                if rng.random() < kept:
                    _apply(content, pending)
            (folder / name).write_bytes(content)


def _apply(content: bytearray, entry: Entry) -> None:
    end = entry.offset + len(entry.data)
    if len(content) < end:
        content.extend(bytes(end - len(content)))
    if entry.kind is Kind.TRUNCATE:
        del content[entry.offset :]
    else:
        content[entry.offset : end] = entry.data
