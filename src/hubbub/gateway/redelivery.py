"""Messages to clients that say of each that they have received it: sent again until they do, kept until they have.

What is kept is `delivered_seq`, a person's position in a channel: what stands behind it comes with their next
connection. A confirmation moves it up to just below the oldest message of the channel that the same connection has
not confirmed. Of clients that never confirm, what their connection has taken counts as received.
"""

import asyncio
import contextlib
from collections import OrderedDict, deque
from collections.abc import Collection, Iterable
from functools import partial
from typing import TYPE_CHECKING, Final

from hubbub.gateway import tasks
from hubbub.model.commands import Caller, MarkDelivered
from hubbub.model.entities import Message
from hubbub.model.events import Event, MessageRecalled, MessageSent
from hubbub.model.ids import ChannelId, MessageId, UserId
from hubbub.model.topics import channel_topic
from hubbub.ports.clock import Clock
from hubbub.services.reads import Reads

if TYPE_CHECKING:
    from hubbub.gateway.session import Session

PAUSES: Final = (3.0, 6.0, 12.0, 24.0)  # before a message is sent again, each time
UNCONFIRMED: Final = 1_000  # messages of one connection; older ones wait for the next
TICK: Final = 0.2
MARKS: Final = 200  # positions that move in one tick; meanwhile the others move on


class _Copy:
    """A message that a connection has not confirmed; without a frame, it is not sent again."""

    __slots__ = ("channel_id", "due", "frame", "seq", "session")

    def __init__(self, session: "Session", message: Message, frame: bytes, due: float) -> None:
        self.session = session
        self.channel_id = message.channel_id
        self.seq = message.seq
        self.frame: bytes | None = frame
        self.due = due


class _Place:
    """What a connection has been sent of a channel. `floor`: the oldest that is no longer waited for."""

    __slots__ = ("floor", "marked", "top", "unconfirmed")

    def __init__(self, before: int) -> None:
        self.unconfirmed: OrderedDict[int, None] = OrderedDict()
        self.top = self.marked = before
        self.floor: int | None = None

    def position(self) -> int:
        """Up to here everything has been confirmed."""
        lowest = next(iter(self.unconfirmed), self.top + 1)
        return (lowest if self.floor is None else min(lowest, self.floor)) - 1


class _Client:
    """One connection, in the order in which messages were written to it."""

    __slots__ = ("places", "waiting")

    def __init__(self) -> None:
        self.waiting: OrderedDict[MessageId, _Copy] = OrderedDict()
        self.places: dict[ChannelId, _Place] = {}

    def add(self, message_id: MessageId, copy: _Copy) -> None:
        """Past UNCONFIRMED the oldest is no longer waited for; the position stays below it."""
        self.waiting[message_id] = copy
        place = self.places.get(copy.channel_id)
        if place is None:
            place = self.places[copy.channel_id] = _Place(copy.seq - 1)
        place.unconfirmed[copy.seq] = None
        place.top = copy.seq
        if len(self.waiting) > UNCONFIRMED:
            _, oldest = self.waiting.popitem(last=False)
            place = self._settle(oldest)
            place.floor = oldest.seq if place.floor is None else min(place.floor, oldest.seq)

    def remove(self, message_id: MessageId) -> tuple[ChannelId, _Place] | None:
        """The message's channel, if it was waited for."""
        copy = self.waiting.pop(message_id, None)
        return None if copy is None else (copy.channel_id, self._settle(copy))

    def drop(self, channel_id: ChannelId) -> None:
        """The channel is no longer the person's."""
        if self.places.pop(channel_id, None) is None:
            return
        for message_id, copy in [*self.waiting.items()]:
            if copy.channel_id == channel_id:
                copy.frame = None
                del self.waiting[message_id]

    def _settle(self, copy: _Copy) -> _Place:
        copy.frame = None
        place = self.places[copy.channel_id]
        place.unconfirmed.pop(copy.seq, None)
        return place


class Redelivery:
    """One timer for all connections of the node, and only while something waits."""

    def __init__(self, reads: Reads, clock: Clock) -> None:
        self._reads = reads
        self._clock = clock
        self._clients: dict[Session, _Client] = {}
        # One queue for each pause, so that each is in the order of its times.
        self._due: tuple[deque[_Copy], ...] = tuple(deque() for _ in PAUSES)
        # Of clients that never confirm: what was written, until the socket has nothing left of it.
        self._written: dict[UserId, dict[Session, dict[ChannelId, int]]] = {}
        self._marks: dict[UserId, dict[ChannelId, tuple[Caller, int]]] = {}
        self._writing: dict[UserId, set[asyncio.Future[None]]] = {}
        self._timer: asyncio.TimerHandle | None = None

    # -- what happens to messages -------------------------------------------------------------------

    def written(
        self, frames: Iterable[tuple[Event, bytes]], sessions: Collection["Session"]
    ) -> None:
        """Frames of events went to these."""
        for event, frame in frames:
            if isinstance(event, MessageSent):
                for session in sessions:
                    if event.message.author.id != session.caller.user_id:
                        self._note(session, event.message, frame)

    def _note(self, session: "Session", message: Message, frame: bytes) -> None:
        if session.closed:
            return
        if not session.codec.confirms():
            mine = self._written.setdefault(session.caller.user_id, {})
            mine.setdefault(session, {})[message.channel_id] = message.seq
            self._wake()
            return
        copy = _Copy(session, message, frame, self._clock.monotonic() + PAUSES[0])
        self._clients.setdefault(session, _Client()).add(message.id, copy)
        self._due[0].append(copy)
        self._wake()

    def confirmed(self, session: "Session", message_id: MessageId) -> None:
        """The client has it. One that nobody waits for changes nothing."""
        client = self._clients.get(session)
        found = None if client is None else client.remove(message_id)
        if found is None:
            return
        channel_id, place = found
        position = place.position()
        if position > place.marked:
            place.marked = position
            self._move(session.caller, channel_id, position)

    def apply(self, event: Event) -> None:
        """A recalled message is not sent again."""
        if isinstance(event, MessageRecalled):
            for session in [*self._clients]:
                self.confirmed(session, event.message.id)

    def lost(self, session: "Session", channel_id: ChannelId) -> None:
        """The person is no longer in a channel: nothing of it is sent again."""
        client = self._clients.get(session)
        if client is not None:
            client.drop(channel_id)

    def left(self, session: "Session") -> None:
        """The connection has ended; what it has not confirmed waits for the next."""
        client = self._clients.pop(session, None)
        if client is not None:
            for copy in client.waiting.values():
                copy.frame = None
        user = session.caller.user
        mine = self._written.get(user.id) if user is not None else None
        if user is not None and mine is not None and session in mine:
            self._take(user.id)
            mine.pop(session, None)
            if not mine:
                self._written.pop(user.id, None)

    # -- time ---------------------------------------------------------------------------------------

    def _wake(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(TICK, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self.resend()
        for user_id in [*self._written]:
            self._take(user_id)
        self._mark()
        if self._written or self._marks or any(self._due):
            self._wake()

    def resend(self) -> None:
        """What has waited long enough, again."""
        now = self._clock.monotonic()
        for turn, queue in enumerate(self._due):
            while queue and queue[0].due <= now:
                self._again(queue.popleft(), turn, now)

    def _again(self, copy: _Copy, turn: int, now: float) -> None:
        if copy.frame is None:
            return
        if channel_topic(copy.channel_id) not in copy.session.topics:
            # Lost while the connection was catching up: what it was told then is told once.
            self.lost(copy.session, copy.channel_id)
            return
        if copy.session.is_keeping_up:
            # A lost socket must not stop the others; its end is about to be told.
            with contextlib.suppress(RuntimeError):
                copy.session.write(copy.frame)
            turn += 1
        if turn < len(PAUSES):
            copy.due = now + PAUSES[turn]
            self._due[turn].append(copy)
        else:
            copy.frame = None

    # -- positions ----------------------------------------------------------------------------------

    def _take(self, user_id: UserId) -> None:
        """A client that is cut off with bytes of its own still here gets their messages again."""
        mine = self._written.get(user_id, {})
        for session in [session for session in mine if session.is_keeping_up]:
            for channel_id, seq in mine.pop(session).items():
                self._move(session.caller, channel_id, seq)
        if not mine:
            self._written.pop(user_id, None)

    def _move(self, caller: Caller, channel_id: ChannelId, seq: int) -> None:
        mine = self._marks.setdefault(caller.user_id, {})
        _, known = mine.get(channel_id, (caller, 0))
        mine[channel_id] = caller, max(known, seq)
        self._wake()

    def _mark(self) -> None:
        room = MARKS
        for user_id in [*self._marks]:
            room -= len(self._marks[user_id])
            self._write(user_id)
            if room <= 0:
                return

    def _write(self, user_id: UserId) -> None:
        """Starts to store all positions of a person."""
        self._take(user_id)
        loop = asyncio.get_running_loop()
        for channel_id, (caller, seq) in self._marks.pop(user_id, {}).items():
            done: asyncio.Future[None] = loop.create_future()
            self._writing.setdefault(user_id, set()).add(done)
            # Who may no longer see the channel has nothing to say about it.
            work = self._reads.mark_delivered(caller, MarkDelivered(channel_id, seq))
            tasks.run(work, partial(self._stored, user_id, done))

    def _stored(
        self,
        user_id: UserId,
        done: "asyncio.Future[None]",
        result: object,
        error: BaseException | None,
    ) -> None:
        """What could not be stored comes again with the next connection: twice, but not lost."""
        tasks.unheard(result, error)
        waiting = self._writing.get(user_id, set())
        waiting.discard(done)
        if not waiting:
            self._writing.pop(user_id, None)
        if not done.done():
            done.set_result(None)

    async def settle(self, user_id: UserId) -> None:
        """Returns when a person's positions are stored as they are now."""
        self._write(user_id)
        for done in tuple(self._writing.get(user_id, ())):
            await done

    async def close(self) -> None:
        """Stores what was confirmed; nothing more is sent."""
        if self._timer is not None:
            self._timer.cancel()
        for user_id in self._marks.keys() | self._written.keys():
            await self.settle(user_id)

    def sizes(self) -> dict[str, int]:
        """What must settle (T44)."""
        return {"confirming": len(self._clients), "written": len(self._written)}
