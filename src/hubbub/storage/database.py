"""SQLite through apsw: one writer thread, a few readers.

apsw brings its own SQLite: the system's may have the WAL-reset bug and lacks features. Transactions are
generators (ports/store.py); here they are run.
"""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable, Generator
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
_Read = tuple[Unit, "asyncio.Future[object]"]

READERS = 2
READS_AT_ONCE = 8  # more would make the first of them wait for the last
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


def _read(connection: apsw.Connection, steps: Steps[T]) -> T:
    connection.execute("begin")
    try:
        return drive(connection, steps)
    finally:
        connection.execute("rollback")


def _settle_reads(done: list[tuple["asyncio.Future[object]", Outcome]]) -> None:
    for future, outcome in done:
        if future.done():
            continue  # whoever asked has gone
        if isinstance(outcome, BaseException):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)


class Database:
    """The file's writer thread and its readers."""

    def __init__(self, path: Path, on_doubt: Callable[[], None]) -> None:
        self._path = path
        self._on_doubt = on_doubt
        self._loop = asyncio.get_running_loop()
        self._inbox: queue.SimpleQueue[tuple[list[Unit], Callable[[list[Outcome]], None]] | None]
        self._inbox = queue.SimpleQueue()
        self._reads: queue.SimpleQueue[_Read | None] = queue.SimpleQueue()
        self._is_locked = False
        self._in_doubt = False
        self._failures = 0
        self._reported_at = -1.0
        self._connection: apsw.Connection | None = connect(path)
        self._readers = [
            threading.Thread(target=self._read_forever, name=f"hubbub-reader-{n}")
            for n in range(READERS)
        ]
        self._writer = threading.Thread(target=self._write_forever, name="hubbub-writer")
        for thread in (*self._readers, self._writer):
            thread.start()

    def submit(self, units: list[Unit], done: Callable[[list[Outcome]], None]) -> None:
        """Run `units` in one transaction and one fsync, then call `done` on the loop."""
        self._inbox.put((units, done))

    async def read(self, steps: Steps[T]) -> T:
        """Runs a transaction on a reader, against one snapshot."""
        future: asyncio.Future[object] = self._loop.create_future()
        self._reads.put((steps, future))
        try:
            return await future  # type: ignore[return-value]  # what the steps return
        except _ENVIRONMENT as error:
            raise _refusal(error) from error

    def close(self) -> None:
        """Waits for what was submitted, then closes the file."""
        self._inbox.put(None)
        self._writer.join()
        for _ in self._readers:
            self._reads.put(None)
        for thread in self._readers:
            thread.join()
        if self._connection is not None:
            self._connection.close()

    # -- reader threads -----------------------------------------------------------------------------

    def _read_forever(self) -> None:
        """Takes what waits and answers it together: each way between threads costs as much as a read."""
        connection: apsw.Connection | None = None
        while reads := self._take_reads():
            done: list[tuple[asyncio.Future[object], Outcome]] = []
            for steps, future in reads:
                try:
                    connection = connection or connect(self._path, read_only=True)
                    done.append((future, _read(connection, steps)))
                except Exception as error:  # noqa: BLE001  # handed to whoever asked
                    done.append((future, error))
            self._loop.call_soon_threadsafe(_settle_reads, done)
        if connection is not None:
            connection.close()

    def _take_reads(self) -> list[_Read]:
        """What waits, at least one; nothing at the end."""
        item = self._reads.get()
        found: list[_Read] = []
        with contextlib.suppress(queue.Empty):
            while item is not None:
                found.append(item)
                if len(found) == READS_AT_ONCE:
                    return found
                item = self._reads.get_nowait()
            if found:
                self._reads.put(None)  # the end, seen while there was something to do
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
