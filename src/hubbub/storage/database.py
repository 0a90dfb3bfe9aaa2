"""SQLite through apsw: one writer thread, a few readers.

apsw brings its own SQLite: the system's may have the WAL-reset bug and lacks features. Transactions are
generators (ports/store.py); here they are run.
"""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import apsw
import structlog

from hubbub.model.errors import Refused, unavailable
from hubbub.ports.store import Row
from hubbub.storage.sql import Query
from hubbub.storage.transactions import Steps

T = TypeVar("T")
Unit = Generator[Query, list[Row], object]
Outcome = object  # a unit's result, or the exception it ended with

READERS = 2
# Another process may hold the lock this long. Whoever waits behind that commit does not wait again: a send is
# refused within 5 s (G14).
BUSY_MS = 4_000
_ENVIRONMENT = (
    apsw.FullError,
    apsw.IOError,
    apsw.BusyError,
    apsw.LockedError,
    apsw.ReadOnlyError,
    apsw.CantOpenError,
    apsw.ConnectionClosedError,
    apsw.CorruptError,
    apsw.NotADBError,
)

log = structlog.get_logger("hubbub.storage")


def connect(path: Path, *, read_only: bool = False) -> apsw.Connection:
    """A connection on which a commit is on disk when it returns (guarantee G1)."""
    flags = apsw.SQLITE_OPEN_READONLY if read_only else apsw.SQLITE_OPEN_READWRITE
    connection = apsw.Connection(str(path), flags=flags | apsw.SQLITE_OPEN_NOMUTEX)
    connection.set_busy_timeout(BUSY_MS)
    # Without this, SQLite compiles a query on a partial index anew for every value (20 µs a nonce).
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
    if not read_only:
        connection.pragma("journal_mode", "wal")
        connection.pragma("synchronous", "FULL")
        connection.pragma("journal_size_limit", 64 * 1024 * 1024)
    connection.pragma("cache_size", -32 * 1024)
    connection.pragma("temp_store", "memory")
    return connection


def drive(connection: apsw.Connection, steps: Steps[T]) -> T:
    """Runs a transaction's statements; the caller begins and commits."""
    try:
        query = next(steps)
        while True:
            query = steps.send(_execute(connection, query))
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]  # the generator's return type, which StopIteration forgets


def _execute(connection: apsw.Connection, query: Query) -> list[Row]:
    if query.many is not None:
        connection.executemany(query.text, query.many)
        return []
    return connection.execute(query.text, query.params).fetchall()


class Database:
    """The file's writer thread and its readers."""

    def __init__(self, path: Path, on_doubt: Callable[[], None]) -> None:
        self._path = path
        self._on_doubt = on_doubt
        self._loop = asyncio.get_running_loop()
        self._inbox: queue.SimpleQueue[tuple[list[Unit], Callable[[list[Outcome]], None]] | None]
        self._inbox = queue.SimpleQueue()
        self._local = threading.local()
        self._is_locked = False
        self._in_doubt = False
        self._failures = 0
        self._reported_at = -1.0
        self._opened: list[apsw.Connection] = []
        self._connection: apsw.Connection | None = connect(path)
        self._readers = ThreadPoolExecutor(READERS, "hubbub-reader")
        self._writer = threading.Thread(target=self._write_forever, name="hubbub-writer")
        self._writer.start()

    def submit(self, units: list[Unit], done: Callable[[list[Outcome]], None]) -> None:
        """Run `units` in one transaction and one fsync, then call `done` on the loop."""
        self._inbox.put((units, done))

    async def read(self, steps: Steps[T]) -> T:
        """Runs a transaction on a reader, against one snapshot."""
        try:
            return await self._loop.run_in_executor(self._readers, self._read, steps)
        except _ENVIRONMENT as error:
            raise _refusal(error) from error

    def close(self) -> None:
        """Waits for what was submitted, then closes the file."""
        self._inbox.put(None)
        self._writer.join()
        self._readers.shutdown()
        for connection in self._opened:
            connection.close()
        if self._connection is not None:
            self._connection.close()

    # -- reader threads -----------------------------------------------------------------------------

    def _read(self, steps: Steps[T]) -> T:
        connection = self._reader()
        connection.execute("begin")
        try:
            return drive(connection, steps)
        finally:
            connection.execute("rollback")

    def _reader(self) -> apsw.Connection:
        found = getattr(self._local, "connection", None)
        if found is None:
            found = self._local.connection = connect(self._path, read_only=True)
            self._opened.append(found)
        return found

    # -- writer thread ------------------------------------------------------------------------------

    def _write_forever(self) -> None:
        while (item := self._inbox.get()) is not None:
            units, done = item
            self._loop.call_soon_threadsafe(done, self._commit(units))

    def _commit(self, units: list[Unit]) -> list[Outcome]:
        """Every unit gets an outcome, whatever happens: this thread must never end."""
        try:
            return self._commit_together(units)
        except _ENVIRONMENT as error:
            self._report(error)
            self._recover(error)
            return [_refusal(error)] * len(units)
        except Exception as error:  # noqa: BLE001  # see above
            self._recover(error)
            return [error] * len(units)

    def _commit_together(self, units: list[Unit]) -> list[Outcome]:
        connection = self._connection or self._reopen()
        connection.execute("begin immediate")
        if self._is_locked:
            self._is_locked = False
            connection.set_busy_timeout(BUSY_MS)
        outcomes = [self._run(connection, unit) for unit in units]
        connection.execute("commit")
        return outcomes

    def _run(self, connection: apsw.Connection, unit: Unit) -> Outcome:
        """A unit that fails leaves nothing behind, and the others of its transaction stand."""
        connection.execute("savepoint unit")
        result: Outcome
        try:
            result = drive(connection, unit)
        except _ENVIRONMENT:
            raise
        except Exception as error:  # noqa: BLE001  # a refusal or a bug, handed to whoever asked
            connection.execute("rollback to unit")
            result = error
        connection.execute("release unit")
        return result

    def _report(self, error: apsw.Error) -> None:
        """A line a second at the most, with how many failures it stands for."""
        self._failures += 1
        now = self._loop.time()
        if now - self._reported_at >= 1:
            name = type(error).__name__
            log.error("commits_failed", count=self._failures, error=name, detail=str(error))
            self._failures, self._reported_at = 0, now

    def _recover(self, error: Exception) -> None:
        """After a failed write nothing is trusted that was not read back (test T05).

        A full disk, a failed write or a lock leave what is committed as it was. After any other I/O error,
        a failed fsync above all, nobody knows: the handle is opened anew, and memory and clients start
        again from what the file really holds.
        """
        try:
            if self._connection is not None and self._connection.in_transaction:
                self._connection.execute("rollback")
            if isinstance(error, apsw.BusyError) and self._connection is not None:
                self._is_locked = True
                self._connection.set_busy_timeout(0)
        except apsw.Error as again:
            error = again
        if _is_doubtful(error):
            self._forget_handle()

    def _forget_handle(self) -> None:
        """The next commit opens the file anew, and so does each after it until that works."""
        connection, self._connection = self._connection, None
        with contextlib.suppress(apsw.Error):
            if connection is not None:
                connection.close(True)
        self._in_doubt = True

    def _reopen(self) -> apsw.Connection:
        self._connection = connect(self._path)
        if self._in_doubt:
            self._in_doubt = False
            self._loop.call_soon_threadsafe(self._on_doubt)
        return self._connection


def _is_doubtful(error: Exception) -> bool:
    if isinstance(error, apsw.ConnectionClosedError):
        return True
    code = getattr(error, "extendedresult", None)
    return isinstance(error, apsw.IOError) and code != apsw.SQLITE_IOERR_WRITE


def _refusal(error: BaseException) -> Refused:
    if isinstance(error, apsw.FullError):
        return unavailable("The server's disk is full; nothing was stored. Try again later.")
    if isinstance(error, apsw.BusyError | apsw.LockedError):
        return unavailable("The database is locked by another process. Try again.")
    return unavailable("The database does not answer; the outcome is unknown. Try again.")
