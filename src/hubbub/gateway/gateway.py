"""All live connections of this node: coming, signing in, going. What happens to them with time is upkeep.py."""

import asyncio
from collections import Counter
from collections.abc import Sequence

import msgspec
import structlog

from hubbub.gateway.catching_up import catch_up, ready
from hubbub.gateway.parts import Parts
from hubbub.gateway.replay import (
    NOTHING,
    behind,
    fresh,
    joined_since,
    snapshot,
    versions,
)
from hubbub.gateway.session import Session
from hubbub.model.commands import AddMember, Caller, Command, Connect, EnterChannel
from hubbub.model.entities import Status
from hubbub.model.errors import Code, Disconnect, Refused, forbidden, unauthorized, unavailable
from hubbub.model.ids import LOBBY, ChannelId, UserId
from hubbub.model.limits import PRESENCE_MEMBERS
from hubbub.model.topics import channel_topic, user_topic
from hubbub.ports.connection import Connection
from hubbub.ports.dialect import Dialect, Entered, Ready
from hubbub.services.visibility import visible

log = structlog.get_logger("hubbub.gateway")

UNKNOWN_PER_ADDRESS = 20  # sockets of one address that have not signed in (G18)
SESSIONS_PER_USER = 100
REPLACED = Disconnect(1000, "the client has come back on another connection", reconnect=True)
ANOTHER = Disconnect(1000, "another person has signed in; connect again", reconnect=True)


class Gateway:
    """`capped` is off only where rate limits are: then one address may hold any number of sockets."""

    def __init__(self, parts: Parts, *, capped: bool) -> None:
        self._parts = parts
        self.hub = parts.hub
        self.dispatch = parts.dispatch
        self.receipts = parts.receipts
        self.redelivery = parts.redelivery
        self._capped = capped
        self._sessions: dict[Session, None] = {}
        self._unknown: Counter[str] = Counter()
        self._unflushed: list[Session] = []
        self.refusals: Counter[Code] = Counter()
        self.closes: Counter[int] = Counter()

    # -- coming and going ---------------------------------------------------------------------------

    def admits(self, address: str) -> bool:
        """Whether another socket of this address may open."""
        if self.dispatch.draining:
            return False
        return not self._capped or self._unknown[address] < UNKNOWN_PER_ADDRESS

    def open(self, connection: Connection, dialects: Sequence[Dialect]) -> Session:
        """A connection that will speak one of `dialects`."""
        session = Session(self, connection, dialects, self.now())
        self._sessions[session] = None
        self._unknown[connection.address] += 1
        return session

    def leave(self, session: Session, *, clean: bool, for_good: bool = False) -> None:
        """A connection has ended, by whichever side; a second call does nothing. `for_good`: it won't be
        recovered."""
        if session not in self._sessions:
            return
        del self._sessions[session]
        session.closed = True
        if session.pid:
            self._parts.recovery.keep(session, for_good=for_good)
        self.hub.drop(session)
        self.redelivery.left(session)
        user = session.caller.user
        log.debug(
            "disconnected", address=session.caller.address, user=user and user.id, clean=clean
        )
        if user is None:
            self._forget_unknown(session)
            return
        self._parts.viewers.leave(session, clean=clean)
        self._parts.presence.went(user.id, clean=clean)

    def _forget_unknown(self, session: Session) -> None:
        address = session.caller.address
        self._unknown[address] -= 1
        if self._unknown[address] <= 0:
            del self._unknown[address]

    def flush_soon(self, session: Session) -> None:
        """Its replies leave at the end of this turn of the loop, behind the publications of a commit."""
        self._unflushed.append(session)
        if len(self._unflushed) == 1:
            asyncio.get_running_loop().call_soon(self._flush)

    def cut_off_soon(self, session: Session) -> None:
        """A client that is too slow; later, since the tables of the hub may be walked through just now."""
        asyncio.get_running_loop().call_soon(session.cut_off)

    def _flush(self) -> None:
        sessions, self._unflushed = self._unflushed, []
        for session in sessions:
            session.flush()

    # -- signing in ---------------------------------------------------------------------------------

    async def connect(self, session: Session, command: Connect) -> Ready:
        """Subscribe first, hold what happens, read the snapshot (decision 4)."""
        parts = self._parts
        caller = await self._caller(session, command)
        if session.dialect.for_admins and not caller.known.is_admin:
            raise forbidden("This is for administrators.")
        if self._has_all(caller.user_id):
            raise forbidden(f"At most {SESSIONS_PER_USER} connections per user.")
        if session.closed:
            raise unauthorized("The connection has ended.")
        self._forget_unknown(session)
        session.caller = caller
        log.debug("connected", address=caller.address, user=caller.user_id, by=session.dialect.name)
        session.is_held = bool(session.dialect.follows)
        self.hub.add(session)
        self.hub.subscribe(session, user_topic(caller.user_id))
        parts.presence.came(caller.user_id)
        if not session.dialect.follows:
            return ready(session, NOTHING)
        return await catch_up(self._parts, session, command)

    async def _caller(self, session: Session, command: Connect) -> Caller:
        claimed, address = command.claimed_user_id, session.caller.address
        claims = command.guest is not None or claimed is not None
        if session.dialect.admits_guests and claims and not command.token:
            return await self._parts.guests.admit(address, command)
        caller = await self._parts.logins.authenticate(command.token, address)
        if claimed not in (None, caller.user_id):
            raise unauthorized("The token is another user's.")
        return caller

    async def confirm(self, session: Session, command: Connect) -> Ready:
        """`connect` on a connection that is signed in: the same person, or nobody."""
        parts, known = self._parts, session.caller
        caller = await parts.logins.authenticate(command.token, known.address)
        claimed = command.claimed_user_id
        if caller.user_id != known.user_id and session.dialect.reads_unread:
            # Or what this person says would go out in the other's name. The next connection is theirs alone.
            parts.recovery.let_go(session)
            raise ANOTHER
        if caller.user_id != known.user_id or claimed not in (None, caller.user_id):
            raise unauthorized("The token is another user's.")
        if not session.closed:
            self.hub.drop_login(session)
            session.caller = caller
            self.hub.add(session)
        if not session.dialect.reads_unread:
            return ready(session, NOTHING)
        found = await parts.store.read(snapshot(parts.store, caller.user_id, {}, unread=True))
        return ready(session, found)

    def start_over(self, session: Session) -> None:
        """A connection that turns out to speak another dialect than the one that signed it in: nobody yet."""
        user = session.caller.user
        if user is None:
            return
        address = session.caller.address
        self.hub.drop(session)
        session.caller = Caller(address)
        session.shown, session.readable = {}, {}
        session.opened_at = self.now()
        self._unknown[address] += 1
        self._parts.presence.went(user.id, clean=False)

    def recover(self, session: Session, pid: str, offset: str | None) -> bool:
        """Whether a new connection goes on where a lost one was: signed in, with all that it missed."""
        parts = self._parts
        lost = parts.recovery.live(pid)
        if lost is not None:
            lost.close(REPLACED)
        kept = parts.recovery.take(pid, offset, parts.clock.now_ms())
        if kept is None or kept.dialect is not session.dialect:
            return False
        if self._has_all(kept.caller.user_id):
            return False
        self._forget_unknown(session)
        address = session.caller.address
        session.caller = msgspec.structs.replace(kept.caller, address=address)
        session.codec, session.pid = kept.codec, pid
        self.hub.add(session)
        for topic in kept.topics:
            self.hub.subscribe(session, topic)
        parts.presence.came(session.caller.user_id)
        parts.recovery.watch(session)
        session.seen = kept.seen
        session.missed = kept.missed
        return True

    def _has_all(self, user_id: UserId) -> bool:
        """Whether a person has as many connections as one may."""
        return self._capped and len(self.hub.of_user(user_id)) >= SESSIONS_PER_USER

    def watch(self, session: Session) -> str:
        """The secret with which a connection may be recovered, should it be lost."""
        return self._parts.recovery.watch(session)

    def replay(self, session: Session) -> None:
        """What a recovered connection missed."""
        missed, session.missed = session.missed, ()
        self._parts.fanout.catch_up(session, missed)

    def knows(self, token: str) -> bool:
        """Whether a token is signed by us and has not expired; the log-in itself is looked up later."""
        return self._parts.logins.is_ours(token)

    def release(self, session: Session, ready: Ready) -> None:
        """The snapshot has been sent: now what happened since, then live."""
        if session.closed or not session.is_held:
            return
        known = versions(ready)
        held = session.take_held()
        kept = known.channels.keys() | joined_since(held, session.caller.user_id, known)
        kept |= {channel_id for seen in session.shown.values() for channel_id in seen}
        wanted = {channel_topic(channel_id) for channel_id in kept}
        for topic in tuple(session.topics):
            # Kicked after the list was read and before it was subscribed to: nothing said so since.
            if topic.startswith("channel:") and topic not in wanted:
                self.hub.unsubscribe(session, topic)
        self.hub.release(session)
        told = fresh(held, known)
        self._parts.recovery.caught_up(session, told)
        if session.dialect.redelivers:
            told = behind(ready.unread, told)
        self._parts.fanout.catch_up(session, told)
        if session.dialect.announces and channel_topic(LOBBY) in session.topics:
            self._parts.viewers.announce(session, LOBBY)

    # -- entering a channel -------------------------------------------------------------------------

    async def enter(self, session: Session, command: EnterChannel) -> Entered:
        """Opens a channel on this connection, joining it where that is allowed."""
        parts, channel_id = self._parts, command.channel_id
        caller = session.caller
        room = await parts.directory.room(channel_id)
        was_member = visible(room, caller.user_id)
        member = await parts.members.add(caller, AddMember(channel_id, caller.user_id))
        if member.status is Status.PENDING:
            raise forbidden("Your request to join is waiting for approval.")
        view = await parts.store.read(parts.store.channels.get_view(caller.user_id, channel_id))
        # Checked last, with nothing to wait for behind it: a kick may have come in between.
        if view is None or session.closed or not visible(room, caller.user_id):
            raise forbidden("You are no longer in this channel.")
        parts.viewers.enter(session, channel_id, announce=was_member)
        self.hub.subscribe(session, channel_topic(channel_id))
        return Entered(view, self._online(channel_id))

    def _online(self, channel_id: ChannelId) -> list[UserId]:
        room = self._parts.directory.known(channel_id)
        if room is None or room.is_larger_than(PRESENCE_MEMBERS):
            return [*self._parts.viewers.of(channel_id, PRESENCE_MEMBERS)]
        return [u for u in room.active() if self._parts.presence.is_shown(u)]

    def lose(self, session: Session, channel_id: ChannelId) -> None:
        """A person is no longer in a channel."""
        self.hub.unsubscribe(session, channel_topic(channel_id))
        self._parts.viewers.lose(session, channel_id)
        self.redelivery.lost(session, channel_id)

    # -- time ---------------------------------------------------------------------------------------

    def now(self) -> float:
        """Monotonic seconds."""
        return self._parts.clock.monotonic()

    def sessions(self) -> tuple[Session, ...]:
        """All of them, signed in or not."""
        return tuple(self._sessions)

    def attend(self, session: Session, silence: float) -> None:
        """Ends the presence of a connection that has been silent, in seconds, for longer than its dialect lets it,
        and brings it back when it has been heard again."""
        life, user = session.dialect.presence_seconds, session.caller.user
        is_idle = life is not None and silence > life
        if user is None or is_idle is session.is_idle:
            return
        session.is_idle = is_idle
        if is_idle:
            self._parts.presence.went(user.id, clean=True)
        else:
            self._parts.presence.came(user.id)

    # -- ending -------------------------------------------------------------------------------------

    def disconnect_all(self, why: Disconnect) -> None:
        """Everybody, with one reason: after doubt about the database they resume from what it holds."""
        self._parts.recovery.forget()
        for session in tuple(self._sessions):
            session.close(why)

    # -- what is counted ----------------------------------------------------------------------------

    def refused(self, refusal: Refused) -> None:
        """A client was told no."""
        self.refusals[refusal.code] += 1
        log.debug("refused", code=refusal.code.value)

    def reason(self, command: Command, error: BaseException) -> Refused:
        """What a client is told of an error. A bug is logged whole, and answered with nothing."""
        if isinstance(error, Refused):
            return error
        number = self._parts.ids.secret()[:8]
        log.error("incident", incident=number, command=type(command).__name__, exc_info=error)
        return unavailable("Something went wrong here; it was noted.")

    def sizes(self) -> dict[str, int]:
        """What must settle to zero when everybody has gone (T44)."""
        mine = {"sessions": len(self._sessions), "unknown": len(self._unknown)}
        return mine | self.hub.sizes() | self._parts.recovery.sizes() | self.redelivery.sizes()
