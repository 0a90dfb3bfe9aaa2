"""Connection-state recovery (Socket.IO 4.6): a client whose connection was lost goes on where it was.

Each event has a number, and clients that take part get it with the event. Who comes back with the secret of
their lost connection and the last number they saw gets what was published since on their topics, in its order,
with memberships changing where they changed. What is kept is bounded: what can't be complete is not recovered,
and the client signs in and catches up as if it were new.
"""

from collections import deque
from itertools import takewhile
from typing import TYPE_CHECKING, Final

import msgspec

from hubbub.model.commands import Caller
from hubbub.model.events import (
    ChannelDeleted,
    Event,
    LoginRenewed,
    LoginsRevoked,
    MemberJoined,
    MemberLeft,
    MessageSent,
    Publication,
    TypingStarted,
    TypingStopped,
    UserUpdated,
)
from hubbub.model.ids import UserId
from hubbub.model.topics import channel_topic
from hubbub.ports.clock import Clock
from hubbub.ports.dialect import Codec, Dialect
from hubbub.ports.ids import IdSource

if TYPE_CHECKING:
    from hubbub.gateway.session import Session

SECONDS: Final = 120.0  # as long as Socket.IO's own
EVENTS: Final = 20_000
CHARS: Final = 8_000_000  # of their content
KEPT: Final = 10_000  # lost connections


class Kept(msgspec.Struct):
    """A lost connection. `seen` is a number up to which it needs nothing."""

    caller: Caller
    dialect: Dialect
    codec: Codec
    topics: set[str]
    seen: int
    until: float
    missed: list[Event]


class Recovery:
    """The events of the last minutes, as long as anybody could come back for them."""

    def __init__(self, clock: Clock, ids: IdSource) -> None:
        self._clock = clock
        self._ids = ids
        self._events: deque[tuple[int, str, Event]] = deque()
        self._numbers: dict[
            int, int
        ] = {}  # by the event's identity: it lives as long as it is in _events
        self._number = 0
        self._forgotten = 0  # the last number that is no longer there
        self._chars = 0
        self._live: dict[str, Session] = {}
        self._kept: dict[str, Kept] = {}

    # -- numbers ------------------------------------------------------------------------------------

    def note(self, publication: Publication) -> None:
        """Gives an event its number; costs nothing while nobody could come back."""
        if not self._live and not self._kept:
            return
        event = publication.event
        if isinstance(event, LoginsRevoked):
            self._revoke(event)
        elif isinstance(event, UserUpdated) and event.user.disabled:
            self._shut_out(event.user.id)
        if id(event) not in self._numbers:
            self._number += 1
            self._numbers[id(event)] = self._number
        self._events.append((self._numbers[id(event)], publication.topic, event))
        self._chars += _size(event)
        while len(self._events) > EVENTS or self._chars > CHARS:
            self._forget_oldest()

    def offset(self, event: Event) -> int:
        """The number that a client is told. An event that is no longer there had none after `_forgotten`."""
        return self._numbers.get(id(event), self._forgotten)

    def _forget_oldest(self) -> None:
        self._forgotten, _, event = self._events.popleft()
        self._chars -= _size(event)
        self._numbers.pop(id(event), None)

    # -- connections --------------------------------------------------------------------------------

    def watch(self, session: "Session") -> str:
        """A connection that may be recovered; returns its secret."""
        session.pid = session.pid or self._ids.secret()
        session.seen = self._number
        self._live[session.pid] = session
        return session.pid

    def live(self, pid: str) -> "Session | None":
        """Who bears a secret just now: its client may have noticed first that the connection is lost."""
        return self._live.get(pid)

    def caught_up(self, session: "Session", sent: list[Event]) -> None:
        """The session is live; `sent` is what happened while its snapshot was read."""
        session.seen = self.offset(sent[0]) - 1 if sent else self._number

    def let_go(self, session: "Session") -> None:
        """A connection that shall not be recovered when it ends."""
        self._live.pop(session.pid, None)
        session.pid = ""

    def keep(self, session: "Session", *, for_good: bool) -> None:
        """A watched connection has ended."""
        self._live.pop(session.pid, None)
        if for_good or session.is_held or session.caller.user is None or len(self._kept) >= KEPT:
            self.sweep()
            return
        until = self._clock.monotonic() + SECONDS
        self._kept[session.pid] = Kept(
            session.caller,
            session.dialect,
            session.codec,
            set(session.topics),
            session.seen,
            until,
            [],
        )

    def take(self, pid: str, offset: str | None, now_ms: int) -> Kept | None:
        """A lost connection with what it missed, once; None where that would not be complete."""
        self.sweep()
        kept = self._kept.pop(pid, None)
        if kept is None or kept.caller.expires_at <= now_ms:
            return None
        told = kept.seen if offset is None else _number(offset)
        if told is None:
            return None
        seen = max(kept.seen, told)
        if not self._forgotten <= seen <= self._number:
            return None
        for number, topic, event in self._events:
            if number > seen:
                _replay(kept, topic, event)
        kept.seen = seen
        return kept

    def forget(self) -> None:
        """What was published may not be what is stored."""
        self._kept.clear()

    def _revoke(self, event: LoginsRevoked) -> None:
        ended = [p for p, kept in self._kept.items() if kept.caller.login_id in event.login_ids]
        for pid in ended:
            del self._kept[pid]

    def _shut_out(self, user_id: UserId) -> None:
        """Also where no device has ended: guests have none, and bots keep theirs."""
        for pid in [p for p, kept in self._kept.items() if kept.caller.user_id == user_id]:
            del self._kept[pid]

    def sweep(self) -> None:
        """Forgets those who did not come back."""
        now = self._clock.monotonic()
        # They stand in the order in which their time runs out.
        for pid, _ in [*takewhile(lambda item: item[1].until <= now, self._kept.items())]:
            del self._kept[pid]
        if not self._live and not self._kept:
            while self._events:
                self._forget_oldest()

    def sizes(self) -> dict[str, int]:
        """What must settle (T44)."""
        return {"recoverable": len(self._live), "events": len(self._events)}


def _number(offset: str) -> int | None:
    """A client's offset; None for what is none."""
    is_one = offset.isascii() and offset.isdigit() and len(offset) <= 16
    return int(offset) if is_one else None


def _size(event: Event) -> int:
    return len(event.message.content) if isinstance(event, MessageSent) else 100


def _replay(kept: Kept, topic: str, event: Event) -> None:
    """One event, as it would have come: who may hear changes exactly where it stands."""
    user_id = kept.caller.user_id
    if isinstance(event, MemberJoined) and event.member.user_id == user_id:
        kept.topics.add(channel_topic(event.channel_id))
    if topic in kept.topics and not isinstance(event, TypingStarted | TypingStopped):
        kept.missed.append(event)
    match event:
        case MemberLeft() if event.member.user_id == user_id:
            kept.topics.discard(channel_topic(event.channel_id))
        case ChannelDeleted():
            kept.topics.discard(topic)
        case UserUpdated() if event.user.id == user_id:
            kept.caller = msgspec.structs.replace(kept.caller, user=event.user)
        case LoginRenewed() if event.login_id == kept.caller.login_id:
            kept.caller = msgspec.structs.replace(kept.caller, expires_at=event.expires_at)
        case _:
            pass
