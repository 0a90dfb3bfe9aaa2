"""Notes of who did what in a server; they are stored with the change itself."""

from collections.abc import Mapping

from hubbub.model.commands import Caller
from hubbub.model.ids import ServerId
from hubbub.model.servers import AuditEntry
from hubbub.ports.clock import Clock
from hubbub.ports.ids import IdSource
from hubbub.services.content import check_reason

Note = tuple[AuditEntry, ...]


class Journal:
    """Where notes get their ids and times."""

    def __init__(self, clock: Clock, ids: IdSource) -> None:
        self._clock = clock
        self._ids = ids

    def note(
        self,
        caller: Caller,
        server_id: ServerId,
        action: str,
        target_id: int = 0,
        reason: str = "",
        changes: Mapping[str, object] | None = None,
    ) -> Note:
        """One note; `changes` are the new values as JSON has them, ids as decimal strings."""
        told = dict(changes or {})
        entry_id, now = self._ids.next_id(), self._clock.now_ms()
        why = check_reason(reason)
        return (AuditEntry(entry_id, server_id, caller.known, action, target_id, why, now, told),)
