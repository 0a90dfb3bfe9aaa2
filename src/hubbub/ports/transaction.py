"""A *transaction* is a generator that yields statements and is sent their rows. It says what is read and
written, and in what order; it does no I/O. So the same transaction runs in SQLite's writer thread and on a
PostgreSQL connection.
"""

from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")
Row = tuple[object, ...]
Transaction = Generator[object, list[Row], T]
