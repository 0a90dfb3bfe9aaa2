"""What happens to connections with time: the dead, the slow and the expired end, and one day all of them."""

import asyncio

from hubbub.gateway.gateway import Gateway
from hubbub.gateway.outbox import SLOW
from hubbub.gateway.recovery import Recovery
from hubbub.gateway.session import EXPIRED, Session
from hubbub.model.errors import Disconnect
from hubbub.ports.clock import Clock
from hubbub.ports.ids import IdSource

SWEEP_SECONDS = 1.0
# At 10,000 a whole sweep took 15 ms of everybody's time; a fifth a second is soon enough for any limit.
SWEEP_PARTS = 5
SWEEP_AT_LEAST = 1_000
AUTH_SECONDS = 10.0
DRAIN_SECONDS = 5.0  # for outboxes to empty; the whole drain stays under 10 s (G11)
RETRY_SECONDS = 5.0  # clients of a draining node come back spread over this time


class Upkeep:
    """Of all connections of this node; no timer per connection."""

    def __init__(self, gateway: Gateway, recovery: Recovery, clock: Clock, ids: IdSource) -> None:
        self._gateway = gateway
        self._recovery = recovery
        self._clock = clock
        self._ids = ids
        self._unswept: list[Session] = []

    async def sweep_forever(self) -> None:
        """Ends connections that are silent, slow, or no longer signed in."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self.sweep()

    def sweep(self) -> None:
        """Over the next of all sessions."""
        self._recovery.sweep()
        now, now_ms = self._clock.monotonic(), self._clock.now_ms()
        sessions = self._gateway.sessions()
        if not self._unswept:
            self._unswept = list(sessions)
        count = max(SWEEP_AT_LEAST, len(sessions) // SWEEP_PARTS)
        turn = self._unswept[-count:]
        del self._unswept[-count:]
        for session in turn:
            if session.closed:
                continue  # gone since the list was made
            why = overdue(session, now, now_ms)
            if why is not None:
                session.close(why)
            elif session.dialect.presence_seconds is not None:
                self._gateway.attend(session, now - session.last_seen)

    async def drain(self) -> None:
        """Lets what is under way end and outboxes empty, then sends everybody elsewhere."""
        deadline = self._clock.monotonic() + DRAIN_SECONDS
        while self._clock.monotonic() < deadline and not self._is_settled():  # noqa: ASYNC110  # there is no event for it
            await asyncio.sleep(0.02)  # sockets tell nobody when they have become empty
        for session in self._gateway.sessions():
            hint = self._ids.jitter() * RETRY_SECONDS
            session.close(Disconnect(1001, f"draining; retry_after={hint:.2f}", reconnect=True))

    def _is_settled(self) -> bool:
        return all(session.is_settled for session in self._gateway.sessions())


def overdue(session: Session, now: float, now_ms: int) -> Disconnect | None:
    """Whether a connection has been silent, slow, or without valid sign-in for too long."""
    if session.caller.user is None:
        if now - session.opened_at > AUTH_SECONDS:
            # Who was turned away would come back with the same token, again and again.
            why = "sign in sooner after connecting"
            return Disconnect(4002, why, reconnect=not session.turned_away)
    elif session.caller.expires_at <= now_ms:
        return Disconnect(EXPIRED, "token expired; refresh it", reconnect=False)
    if now - session.last_seen > session.dialect.heartbeat_seconds:
        return Disconnect(4003, "no heartbeat", reconnect=True)
    return SLOW if session.is_stale(now) else None
