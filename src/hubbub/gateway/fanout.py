"""Publications of one commit → frames → sessions: one write per subscriber (decision 2).

Between two sockets of one publication there is no `await`.
"""

from collections.abc import Collection, Iterable, Sequence

from hubbub.gateway.audience import Audience, Hears
from hubbub.gateway.hub import Hub
from hubbub.gateway.receipts import Receipts
from hubbub.gateway.recovery import Recovery
from hubbub.gateway.redelivery import Redelivery
from hubbub.gateway.session import Session
from hubbub.model.events import (
    BlocksChanged,
    ChannelCreated,
    ChannelDeleted,
    Event,
    LoginRenewed,
    LoginsRevoked,
    MemberJoined,
    MemberLeft,
    MessageEdited,
    MessagePinned,
    MessageUnpinned,
    OverridesUpdated,
    Publication,
    ReactionAdded,
    ReactionRemoved,
    UserUpdated,
)
from hubbub.model.ids import LoginId
from hubbub.model.server_events import (
    RoleDeleted,
    RoleUpdated,
    ServerCreated,
    ServerDeleted,
    ServerMemberLeft,
    ServerMemberUpdated,
    ServerUpdated,
)
from hubbub.model.topics import channel_topic
from hubbub.ports.dialect import Dialect, rendered
from hubbub.services.states import ServerStates
from hubbub.wire.websocket import text_frame

# Looked up for every message: a set takes 0.04 µs, `isinstance` of six 0.35.
_CONTROL = (LoginsRevoked, LoginRenewed, BlocksChanged)
_PERMISSIONS = (ServerMemberUpdated, RoleUpdated, RoleDeleted, ServerUpdated)
_FIRST = (MemberJoined, ChannelCreated, OverridesUpdated)
_ENDS = (MemberLeft, ServerMemberLeft, ServerDeleted, ChannelDeleted)
_THEN = (ServerCreated, UserUpdated, *_ENDS, *_PERMISSIONS)
_REWIRES = frozenset((*_FIRST, *_THEN, *_CONTROL))
# What the hints of one commit have said so far, by topic and dialect (`Dialect.hints`).
_Hinted = set[tuple[str, Dialect, bytes]]
# They tell a message whole that may have been said long before.
_RETELLING = (MessageEdited, MessagePinned, MessageUnpinned, ReactionAdded, ReactionRemoved)
_RETELLS = frozenset(_RETELLING)


class Fanout:
    """Delivers in commit order. What changes who may hear takes effect exactly where it stands."""

    def __init__(
        self,
        hub: Hub,
        states: ServerStates,
        recovery: Recovery,
        receipts: Receipts,
        redelivery: Redelivery,
    ) -> None:
        self._hub = hub
        self.audience = Audience(hub, states, self._tell)
        self._recovery = recovery
        self._receipts = receipts
        self._redelivery = redelivery
        self.publications = 0
        self.deliveries = 0

    def deliver(self, publications: Sequence[Publication]) -> None:
        """All publications of one commit."""
        self.publications += len(publications)
        waiting: dict[str, list[Event]] = {}
        hinted: _Hinted = set()
        for publication in publications:
            self._recovery.note(publication)
            event = publication.event
            hears = self._readers(event) if type(event) in _RETELLS else None
            if hears is not None:
                self._flush(waiting, hinted)
                self._send(publication.topic, (event,), hinted, hears)
                continue
            if type(event) not in _REWIRES:
                waiting.setdefault(publication.topic, []).append(event)
                continue
            self._flush(waiting, hinted)
            self._let_in(event)
            if not isinstance(event, _CONTROL):
                self._send(publication.topic, (event,), hinted)
            self._rewire(event)
        self._flush(waiting, hinted)

    def _flush(self, waiting: dict[str, list[Event]], hinted: _Hinted) -> None:
        for topic, events in waiting.items():
            self._send(topic, events, hinted)
        waiting.clear()

    def _readers(self, event: Event) -> Hears | None:
        return self.audience.readers(event.message) if isinstance(event, _RETELLING) else None

    def _send(
        self, topic: str, events: Sequence[Event], hinted: _Hinted, hears: Hears | None = None
    ) -> None:
        for dialect, group in self._hub.live(topic).items():
            sessions = group if hears is None else {s: None for s in group if hears(s)}
            frames = self._frames(dialect, events, topic, hinted)
            if frames and sessions:
                blob = b"".join([frame for _, frame in frames])
                told = self._told_apart(dialect, sessions, frames) if dialect.spares else sessions
                _write(blob, told)
                self.deliveries += len(sessions) * len(frames)
                if dialect.confirms:
                    self._receipts.written(events, sessions)
                if dialect.redelivers:
                    self._redelivery.written(frames, sessions)
        for session in tuple(self._hub.held(topic)):
            if hears is None or hears(session):
                session.hold(events)

    def _frames(
        self, dialect: Dialect, events: Iterable[Event], topic: str, hinted: _Hinted
    ) -> list[tuple[Event, bytes]]:
        """Each event that the dialect has a word for, rendered once and framed."""
        found = [(e, payload) for e in events for payload in rendered(dialect, e)]
        if dialect.hints:
            found = list(_unhinted(dialect, found, topic, hinted))
        if dialect.recovers:
            offset = self._recovery.offset
            found = [(e, b'%s,"%d"]' % (payload[:-1], offset(e))) for e, payload in found]
        return [(e, text_frame(payload)) for e, payload in found]

    def _told_apart(
        self,
        dialect: Dialect,
        sessions: Collection[Session],
        frames: Sequence[tuple[Event, bytes]],
    ) -> Iterable[Session]:
        """Writes to those who do not get all of it, and returns the others."""
        apart = {
            session
            for event, _ in frames
            if (actor := dialect.actor(event)) is not None
            for session in self._hub.of_user(actor)
            if session in sessions and not session.codec.hears(event)
        }
        if not apart:
            return sessions
        for session in apart:
            _write(_own_frames(session, frames), (session,))
        return [session for session in sessions if session not in apart]

    def catch_up(self, session: Session, events: Sequence[Event]) -> None:
        """To one session, what it was held back from or has missed."""
        framed = self._frames(session.dialect, events, "", set())
        frames = _own_frames(session, framed)
        if frames:
            session.write(frames)
            if session.dialect.confirms:
                self._receipts.written(events, (session,))
            if session.dialect.redelivers:
                self._redelivery.written(framed, (session,))

    def _tell(self, session: Session, event: Event) -> None:
        """One session alone."""
        if session.is_held:
            session.hold((event,))
        else:
            self.catch_up(session, (event,))

    # -- who may hear -------------------------------------------------------------------------------

    def _let_in(self, event: Event) -> None:
        """Before it goes out: who hears of it because of it, and who no longer does."""
        match event:
            case MemberJoined():
                for session in self._hub.of_user(event.member.user_id):
                    if event.kind in session.dialect.follows:
                        self._hub.subscribe(session, channel_topic(event.channel_id))
            case ChannelCreated() if event.channel.server_id is not None:
                self.audience.opened(event.channel.server_id, event.channel_id)
            case OverridesUpdated() if event.channel.server_id is not None:
                self.audience.rewire(event.channel.server_id)
            case _:
                pass

    def _rewire(self, event: Event) -> None:
        match event:
            case MemberLeft():
                for session in self._hub.of_user(event.member.user_id):
                    session.lose(event.channel_id)
            case ChannelDeleted():
                self._empty(event)
            case UserUpdated():
                for session in self._hub.of_user(event.user.id):
                    session.rename(event.user)
            case LoginsRevoked():
                for login_id in event.login_ids:
                    self._revoke(login_id, event.reason)
            case LoginRenewed():
                for session in self._hub.of_login(event.login_id):
                    session.renew(event.expires_at)
            case _:
                self._rewire_server(event)

    def _rewire_server(self, event: Event) -> None:
        match event:
            case RoleUpdated() | RoleDeleted() | ServerUpdated():
                self.audience.rewire(event.server_id)
            case ServerCreated():
                self.audience.came(event.server_id, event.view.member.user_id)
            case ServerMemberUpdated():
                self.audience.rewire(event.server_id, event.member.user_id)
            case ServerMemberLeft():
                self.audience.went(event)
            case ServerDeleted():
                self.audience.ended(event)
            case _:
                pass

    def _revoke(self, login_id: LoginId, reason: str) -> None:
        for session in self._hub.of_login(login_id):
            session.revoke(reason)

    def _empty(self, event: ChannelDeleted) -> None:
        topic = channel_topic(event.channel_id)
        everyone = [s for group in self._hub.live(topic).values() for s in group]
        for session in (*everyone, *tuple(self._hub.held(topic))):
            session.lose(event.channel_id)
        if event.server_id is not None:
            self.audience.closed(event.server_id)


def _write(frames: bytes, sessions: Iterable[Session]) -> None:
    for session in sessions:
        try:
            session.write(frames)
        except RuntimeError:  # free unless raised; a lost socket must not stop the others
            continue


def _unhinted(
    dialect: Dialect, found: Iterable[tuple[Event, bytes]], topic: str, hinted: _Hinted
) -> Iterable[tuple[Event, bytes]]:
    """Without hints that have been given, and remembers the others."""
    for event, payload in found:
        if type(event) in dialect.hints:
            hint = topic, dialect, payload
            if hint in hinted:
                continue
            hinted.add(hint)
        yield event, payload


def _own_frames(session: Session, frames: Sequence[tuple[Event, bytes]]) -> bytes:
    """What one session gets of these, joined."""
    return b"".join([_own_frame(session, event, frame) for event, frame in frames])


def _own_frame(session: Session, event: Event, frame: bytes) -> bytes:
    dialect = session.dialect
    if dialect.actor(event) != session.caller.user_id or session.codec.hears(event):
        return frame
    return b"".join(map(text_frame, session.codec.mine(event)))
