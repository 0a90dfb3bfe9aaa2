"""Group commit: everything that waits now becomes one transaction and one fsync (docs/design.md, decision 1).

While one commit is being flushed, what arrives queues for the next. One message per commit is limited by
the disk's fsync; 64 waiting cost hardly more than one.

What is decided, is decided when the transaction forms: then no other is under way, and memory says exactly
what is committed. A change that may take somebody's permission away ends its transaction, so that nothing
behind it is admitted by what was true before it.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

import structlog

from hubbub.model.entities import Draft, Sent
from hubbub.model.errors import Refused
from hubbub.model.events import Publication
from hubbub.ports.store import Announce
from hubbub.storage import drafts as draft_steps
from hubbub.storage.database import Database, Outcome, Unit
from hubbub.storage.transactions import Steps

Publish = Callable[[Sequence[Publication]], None]

BATCH = 1_024  # more would make the first of them wait for the last

log = structlog.get_logger("hubbub.storage")


class _Append:
    """A draft that waits for its transaction."""

    __slots__ = ("admit", "announce", "changes", "draft", "future")

    def __init__(
        self,
        draft: Draft,
        admit: Callable[[], object],
        announce: Announce[Sent],
        changes: int,
        future: "asyncio.Future[Sent]",
    ) -> None:
        self.draft = draft
        self.admit = admit
        self.announce: Announce[Sent] = announce
        self.changes = changes
        self.future = future


class _Write:
    """Any other write that waits for its transaction."""

    __slots__ = ("announce", "future", "prepare")

    def __init__(
        self,
        prepare: Callable[[], Steps[object]],
        announce: Announce[object],
        future: "asyncio.Future[object]",
    ) -> None:
        self.prepare = prepare
        self.announce: Announce[object] = announce
        self.future = future


_Job = _Append | _Write


class Appender:
    """The one queue of everything that is written."""

    def __init__(self, database: Database, publish: Publish) -> None:
        self._database = database
        self._publish = publish
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[tuple[_Job, bool]] = deque()
        self._busy = False
        self._changes = 0
        self._has_barrier = False
        self.commits = 0
        self.committed = 0
        self._in_flight = False
        self._published: list[asyncio.Future[None]] = []
        self._idle = asyncio.Event()
        self._idle.set()

    def append(
        self, draft: Draft, admit: Callable[[], object], announce: Announce[Sent]
    ) -> asyncio.Future[Sent]:
        """Queues a draft that has been admitted by what memory says now."""
        future: asyncio.Future[Sent] = self._loop.create_future()
        self._enqueue(_Append(draft, admit, announce, self._changes, future), barrier=False)
        return future

    def write(
        self,
        prepare: Callable[[], Steps[object]],
        announce: Announce[object],
        *,
        barrier: bool,
    ) -> asyncio.Future[object]:
        """Queues a write. `barrier`: it may change what somebody is allowed to do."""
        future: asyncio.Future[object] = self._loop.create_future()
        self._enqueue(_Write(prepare, announce, future), barrier=barrier)
        return future

    @property
    def depth(self) -> int:
        """How many wait."""
        return len(self._waiting)

    async def published(self) -> None:
        """Returns when everything has been published that a read before this call can have seen.

        A commit is visible to readers before its publications have been made. There is one at a time, so
        it is enough to wait for the one that is under way.
        """
        if self._in_flight:
            future = self._loop.create_future()
            self._published.append(future)
            await future

    async def drain(self) -> None:
        """Returns when all that was queued is committed and published."""
        await self._idle.wait()

    def _enqueue(self, job: _Job, *, barrier: bool) -> None:
        self._waiting.append((job, barrier))
        if not self._busy:
            # Not at once: whatever else this turn of the loop brings shares the transaction.
            self._busy = True
            self._idle.clear()
            self._loop.call_soon(self._next)

    def _next(self) -> None:
        jobs, units = self._form()
        if units:
            self._in_flight = True
            self._database.submit(units, lambda outcomes: self._committed(jobs, outcomes))
        elif self._waiting:
            self._loop.call_soon(self._next)
        else:
            self._busy = False
            self._idle.set()

    # -- forming a transaction ----------------------------------------------------------------------

    def _form(self) -> tuple[list[list[_Append] | _Write], list[Unit]]:
        """Takes what waits, up to a barrier. Neighbouring drafts become one unit."""
        jobs: list[list[_Append] | _Write] = []
        units: list[Unit] = []
        drafts: list[_Append] = []
        for _ in range(min(len(self._waiting), BATCH)):
            job, barrier = self._waiting.popleft()
            if isinstance(job, _Append):
                if self._admitted(job):
                    drafts.append(job)
                continue
            self._close_drafts(drafts, jobs, units)
            drafts = []
            unit = self._prepared(job)
            if unit is not None:
                jobs.append(job)
                units.append(unit)
                if barrier:
                    self._has_barrier = True
                    break
        self._close_drafts(drafts, jobs, units)
        return jobs, units

    def _close_drafts(
        self, drafts: list[_Append], jobs: list[list[_Append] | _Write], units: list[Unit]
    ) -> None:
        if drafts:
            jobs.append(drafts)
            units.append(draft_steps.append([job.draft for job in drafts]))

    def _admitted(self, job: _Append) -> bool:
        if job.changes == self._changes:
            return True
        try:
            job.admit()
        except Refused as refusal:
            _fail(job.future, refusal)
            return False
        return True

    def _prepared(self, job: _Write) -> Unit | None:
        try:
            return job.prepare()
        except Exception as error:  # noqa: BLE001  # handed to whoever asked
            _fail(job.future, error)
            return None

    # -- after the commit ---------------------------------------------------------------------------

    def _committed(self, jobs: list[list[_Append] | _Write], outcomes: Sequence[Outcome]) -> None:
        publications: list[Publication] = []
        self.commits += 1
        for job, outcome in zip(jobs, outcomes, strict=True):
            if isinstance(job, list):
                self._settle_drafts(job, outcome, publications)
            else:
                self._settle(job, outcome, publications)
        # The futures' callbacks stand in the loop's queue before this: acks leave before echoes (decision 8).
        self._loop.call_soon(self._announce, publications)

    def _settle_drafts(
        self, jobs: list[_Append], outcome: Outcome, publications: list[Publication]
    ) -> None:
        results = outcome if isinstance(outcome, list) else [outcome] * len(jobs)
        for job, result in zip(jobs, results, strict=True):
            self._settle(job, result, publications)

    def _settle(self, job: _Job, outcome: Outcome, publications: list[Publication]) -> None:
        if isinstance(outcome, Exception):
            # What is remembered may have been thrown away (Database._recover): ask again who may what.
            self._changes += 1
            _fail(job.future, outcome)
            return
        if not job.future.done():
            job.future.set_result(outcome)  # type: ignore[arg-type]  # the unit's result is the job's
        self.committed += 1
        publications.extend(job.announce(outcome))  # type: ignore[arg-type]  # as above

    def _announce(self, publications: list[Publication]) -> None:
        if publications:
            self._publish(publications)
        if self._has_barrier:
            # Only now does memory know. Who was admitted while the barrier was flushed is asked again too.
            self._has_barrier = False
            self._changes += 1
        self._in_flight = False
        waiting, self._published = self._published, []
        for future in waiting:
            if not future.done():
                future.set_result(None)
        # Not at once: what came in during a long fan-out is read first and shares the next transaction.
        self._loop.call_soon(self._next)


def _fail(future: "asyncio.Future[Sent] | asyncio.Future[object]", error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
