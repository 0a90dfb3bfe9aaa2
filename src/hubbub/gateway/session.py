"""One connection: frame → request → reply. What it asks for is decided elsewhere."""

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from hubbub.gateway import tasks
from hubbub.gateway.outbox import SLOW, Outbox
from hubbub.model import connection_commands as own
from hubbub.model.caller import Caller
from hubbub.model.entities import User
from hubbub.model.errors import Code, Disconnect, Malformed, Refused, conflict, unauthorized
from hubbub.model.events import Event
from hubbub.model.ids import ChannelId, ServerId
from hubbub.ports.connection import Connection
from hubbub.ports.dialect import Codec, Dialect, Ready, Request
from hubbub.services.people import SIGNED_OUT

if TYPE_CHECKING:
    from hubbub.gateway.gateway import Gateway

log = structlog.get_logger("hubbub.gateway")

REVOKED: Final = 4006
EXPIRED: Final = 4001
MALFORMED: Final = Disconnect(4000, "too many malformed frames", reconnect=False)
FAREWELL: Final = Disconnect(1000, "goodbye", reconnect=True)
Admit = Callable[[Refused | None], None]
STRIKES: Final = 20  # malformed frames before the connection ends
IN_FLIGHT: Final = 512  # sends of one connection that wait for their commit; then its frames wait
WAITING_FRAMES: Final = 64  # frames kept while a command is under way; then reading stops
HELD_EVENTS: Final = 10_000  # events kept while the snapshot is read; then the client starts again


class Session:
    """Everything the gateway knows of one connection. `is_idle`: so long silent that nobody counts it as presence.

    Pipelined commands (a send, a mark) run beside each other; any other command runs alone.
    """

    __slots__ = (
        "__weakref__",
        "_busy",
        "_candidates",
        "_confirm",
        "_connection",
        "_gateway",
        "_held",
        "_in_flight",
        "_inbox",
        "_next",
        "_outbox",
        "_strikes",
        "caller",
        "closed",
        "codec",
        "dialect",
        "is_held",
        "is_idle",
        "last_seen",
        "missed",
        "opened_at",
        "pid",
        "readable",
        "seen",
        "shown",
        "topics",
        "turned_away",
        "write",
    )

    def __init__(
        self,
        gateway: "Gateway",
        connection: Connection,
        dialects: Sequence[Dialect],
        now: float,
    ) -> None:
        self._gateway = gateway
        self._connection = connection
        self._candidates: Sequence[Dialect] = dialects if len(dialects) > 1 else ()
        self._speak(dialects[0])
        self._outbox = Outbox(connection)
        # What fan-out calls: the socket's own method, as long as nothing waits here. Three calls of ours
        # less for each delivery; 1,000 receivers, one message in flight: see docs/adr/0005.
        self.write: Callable[[bytes], object] = connection.write
        self.caller = Caller(connection.address)
        self.topics: set[str] = set()
        self.shown: dict[ServerId, frozenset[ChannelId]] = {}  # see gateway/audience.py
        self.readable: dict[ServerId, frozenset[ChannelId]] = {}  # as above
        self.is_held = False
        self._held: list[Event] = []
        self._inbox: deque[bytes] | None = None
        self._busy = False
        self._in_flight = 0
        self._next: Request | None = None
        self._strikes = 0
        self._confirm = False
        self.turned_away = self.is_idle = self.closed = False
        self.pid = ""  # see gateway/recovery.py, as for `seen` and `missed`
        self.seen = 0
        self.missed: Sequence[Event] = ()
        self.opened_at = self.last_seen = now

    def _speak(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.codec: Codec = dialect.codec()

    def sign_in(self, token: str, admit: Admit | None = None) -> None:
        """With a token that came before any frame. `admit` hears the outcome first: None, or why not, when this has
        ended. Without it nothing is answered, and `connect` may still follow once."""
        self._confirm = admit is None
        self._busy = True
        done = self._signed_in if admit is None else partial(self._admitted, admit)
        tasks.run(self._gateway.connect(self, own.Connect(token)), done)

    def _signed_in(self, result: object, error: BaseException | None) -> None:
        if isinstance(error, Refused) and error.code is not Code.UNAUTHORIZED:
            self.close(Disconnect(1013, error.message, reconnect=True))
        elif error is not None:
            self.close(Disconnect(EXPIRED, "unauthenticated", reconnect=False))
        elif isinstance(result, Ready):
            self._gateway.release(self, result)
        self._busy = False
        self._go_on()

    def _admitted(self, admit: Admit, result: object, error: BaseException | None) -> None:
        request = Request(own.Connect(""))
        if error is None:
            admit(None)
            self._ended(request, result, None)
        else:
            refusal = self._gateway.reason(request.command, error)
            self._gateway.refused(refusal)
            self.leave(clean=True)
            admit(refusal)

    # -- in -----------------------------------------------------------------------------------------

    def receive(self, payload: bytes, now: float) -> None:
        """One message from the client. It waits behind a command that must be finished first."""
        self.last_seen = now
        if not self._busy and self._in_flight < IN_FLIGHT and not self._inbox:
            self._handle(payload)
            return
        if self._inbox is None:
            self._inbox = deque()
        self._inbox.append(payload)
        if len(self._inbox) == WAITING_FRAMES:
            self._connection.pause_reading()

    def receive_binary(self, payload: bytes, now: float) -> None:
        """Here binary messages are JSON too."""
        self.receive(payload, now)

    def leave(self, *, clean: bool, for_good: bool = False) -> None:
        """The connection has gone. `clean`: by a close of the client's own; `for_good`: it said so."""
        self._gateway.leave(self, clean=clean, for_good=for_good)

    def _handle(self, payload: bytes) -> None:
        if self.closed:
            return
        if self._candidates:
            self._recognise(payload)
        try:
            request = self.codec.decode(payload)
        except Malformed as malformed:
            self._strike(malformed)
            return
        self._strikes = 0
        self._perform(request)

    def _recognise(self, payload: bytes) -> None:
        """A connection's first frame that is of one dialect only tells it (docs/design.md, paths)."""
        for dialect in self._candidates:
            if dialect.recognises(payload):
                self._candidates = ()
                if dialect is not self.dialect:
                    self._gateway.start_over(self)
                    self._confirm = False
                    self._speak(dialect)
                return
        if self.caller.user is not None:
            self._candidates = ()  # whom the handshake has signed in speaks what it was for

    def _perform(self, request: Request) -> None:
        command = request.command
        try:
            if isinstance(command, own.Heartbeat):
                self._reply(request, None)
            elif isinstance(command, own.OWN):
                self._perform_own(request, command)
            elif self.caller.user is None:
                self._refuse(request, unauthorized("Send `connect` first."))
            else:
                self._dispatch(request)
        except Refused as refusal:
            self._refuse(request, refusal)

    def _dispatch(self, request: Request) -> None:
        dispatch = self._gateway.dispatch
        command = dispatch.resolved(self.caller, request.command)
        if dispatch.row(command).pipelined:
            work = dispatch.handle(self.caller, command)
            self._in_flight += 1
            tasks.run(work, lambda result, error: self._landed(request, result, error))
        elif self._in_flight:
            # It may ask for what is being written: it waits until that is done, and so do later frames.
            self._busy, self._next = True, request
        else:
            self._alone(request, dispatch.handle(self.caller, command))

    def _perform_own(self, request: Request, command: own.Own) -> None:
        """What is of the connection itself."""
        if isinstance(command, own.Goodbye):
            self.close(FAREWELL)
        elif isinstance(command, own.Confirm):
            self._gateway.redelivery.confirmed(self, command.message_id)
        else:
            self._alone(request, self._own(command))

    def _own(self, command: own.Connect | own.EnterChannel) -> Awaitable[object]:
        if isinstance(command, own.EnterChannel):
            return self._gateway.enter(self, command)
        if self.caller.user is None:
            return self._gateway.connect(self, command)
        if self._confirm or self.dialect.reads_unread:
            self._confirm = False
            return self._gateway.confirm(self, command)
        raise conflict("This connection is signed in already.")

    def _alone(self, request: Request, work: Awaitable[object]) -> None:
        """A command that the connection's next frames wait for."""
        self._busy = True
        tasks.run(work, lambda result, error: self._ended(request, result, error))

    def _landed(self, request: Request, result: object, error: BaseException | None) -> None:
        self._in_flight -= 1
        self._answer(request, result, error)
        if self._next is not None and not self._in_flight:
            request, self._next = self._next, None
            self._busy = False
            self._perform(request)
        self._go_on()

    def _ended(self, request: Request, result: object, error: BaseException | None) -> None:
        self._answer(request, result, error)
        self._busy = False
        self._go_on()

    def _go_on(self) -> None:
        inbox = self._inbox
        while inbox and not self._busy and self._in_flight < IN_FLIGHT:
            if len(inbox) == WAITING_FRAMES:
                self._connection.resume_reading()
            self._handle(inbox.popleft())

    # -- out ----------------------------------------------------------------------------------------

    def _answer(self, request: Request, result: object, error: BaseException | None) -> None:
        if self.closed:
            return
        if error is None:
            self._reply(request, result)
            if isinstance(result, Ready):
                self._gateway.release(self, result)
                if self.dialect.confirms:
                    self._gateway.receipts.caught_up(self, result.unread)
        elif isinstance(error, Disconnect):
            self.close(error)
        else:
            self._refuse(request, self._gateway.reason(request.command, error))

    def _reply(self, request: Request, result: object) -> None:
        for payload in self.codec.reply(request, result):
            self._say(payload)

    def _refuse(self, request: Request | None, refusal: Refused) -> None:
        self._gateway.refused(refusal)
        if refusal.code is Code.UNAUTHORIZED and request is not None:
            self.turned_away |= isinstance(request.command, own.Connect)
        self._say(self.codec.refuse(request, refusal))
        end = self.codec.ends(request, refusal)
        if end is not None:
            self.close(end)

    def _strike(self, malformed: Malformed) -> None:
        self._strikes += 1
        if malformed.silent:
            self._gateway.refused(malformed)
        else:
            self._refuse(None, malformed)
        if self._strikes >= STRIKES:
            self.close(MALFORMED)

    def precede(self, frames: bytes) -> None:
        """Frames that leave with the first reply."""
        self._outbox.precede(frames)

    def _say(self, payload: bytes) -> None:
        if not self.closed and self._outbox.add(payload):
            self.write = self._write
            self._gateway.flush_soon(self)

    def flush(self) -> None:
        """Writes the replies that no publication has taken along."""
        if not self.closed and not self._outbox.flush():
            self.cut_off()
        self._choose_writer()

    def _write(self, frames: bytes) -> None:
        """`write` while something waits: behind the replies, and within bounds."""
        if not self.closed and not self._outbox.push(frames):
            self._gateway.cut_off_soon(self)

    def _choose_writer(self) -> None:
        is_clear = self._outbox.is_clear and not self.closed
        self.write = self._connection.write if is_clear else self._write

    def cut_off(self) -> None:
        """The client does not keep up; it can come back and resume."""
        self.close(SLOW)

    # -- catching up --------------------------------------------------------------------------------

    def hold(self, events: Sequence[Event]) -> None:
        """Keeps events until the snapshot has been read."""
        self._held.extend(events)
        if len(self._held) > HELD_EVENTS:
            self.cut_off()

    def take_held(self) -> list[Event]:
        """What happened meanwhile; from now on the session is live."""
        held, self._held, self.is_held = self._held, [], False
        return held

    # -- what happens to it -------------------------------------------------------------------------

    def lose(self, channel_id: ChannelId) -> None:
        """The person is no longer in a channel."""
        self._gateway.lose(self, channel_id)

    def revoke(self, reason: str) -> None:
        """The device was signed out."""
        self.close(Disconnect(REVOKED, reason, reconnect=False))

    def renew(self, expires_at: int) -> None:
        """The device has a fresh token."""
        self.caller = msgspec.structs.replace(self.caller, expires_at=expires_at)

    def rename(self, user: User) -> None:
        """The person's profile changed. Who is disabled is told what others are told whose device has ended."""
        self.caller = msgspec.structs.replace(self.caller, user=user)
        if user.disabled:
            self.revoke(SIGNED_OUT)
        elif self.dialect.for_admins and not user.is_admin:
            self.revoke("no longer an administrator")

    def pause(self) -> None:
        """The socket's buffer is full."""
        self._outbox.pause(self._gateway.now())
        self._choose_writer()

    def resume(self) -> None:
        """It has room again."""
        self._outbox.resume()
        self._choose_writer()

    def is_stale(self, now: float) -> bool:
        """Whether the client has not taken what was written for too long."""
        return self._outbox.is_stale(now)

    def close(self, why: Disconnect) -> None:
        """Ends the connection; the transport then calls the gateway's `closed`."""
        if not self.closed:
            last = self.codec.farewell(why)
            if last is not None:
                self._outbox.add(last)
            self._outbox.flush()
            self.closed = True
            self._choose_writer()
            self._gateway.closes[why.code] += 1
            self._gateway.leave(self, clean=why is FAREWELL)
            self._connection.close(why)

    @property
    def is_keeping_up(self) -> bool:
        """The client has taken all that was written."""
        return self._outbox.is_empty()

    @property
    def is_settled(self) -> bool:
        """Nothing under way and nothing unsent: a drain may close it."""
        return not self._busy and not self._in_flight and self.is_keeping_up
