"""Which connections hear a server and which of its channels: in step with who may see them (decision 11).

Called where the change stands in the order of commits, with memory that knows it already. What somebody loses is
lost at once; what they gain they are told whole.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final

from hubbub.gateway.hub import Hub
from hubbub.model.entities import Kind, Message
from hubbub.model.errors import Disconnect, Refused
from hubbub.model.events import Event
from hubbub.model.ids import ChannelId, ServerId, UserId
from hubbub.model.server_events import (
    ChannelHidden,
    ChannelShown,
    ServerDeleted,
    ServerMemberLeft,
)
from hubbub.model.servers import Server
from hubbub.model.topics import channel_topic, server_topic
from hubbub.services.states import ServerState, ServerStates

if TYPE_CHECKING:
    from hubbub.gateway.session import Session

Tell = Callable[["Session", Event], None]
Hears = Callable[["Session"], bool]
NOTHING: Final[frozenset[ChannelId]] = frozenset()
# Should memory not have what a session needs, the session starts again: it resumes, nothing is skipped.
AGAIN: Final = Disconnect(1012, "your servers have changed; reconnect and resume", reconnect=True)


class Audience:
    """`tell` brings an event to one session, or keeps it for one that is catching up."""

    def __init__(self, hub: Hub, states: ServerStates, tell: Tell) -> None:
        self._hub = hub
        self._states = states
        self._tell = tell

    def join(self, session: "Session", state: ServerState) -> None:
        """A session hears a server from now on, and the channels that its person sees."""
        server_id = state.server.id
        self._hub.subscribe(session, server_topic(server_id))
        for channel_id in self._look(session, state):
            self._hub.subscribe(session, channel_topic(channel_id))

    async def load(self, session: "Session", server_id: ServerId) -> None:
        """As `join`, with what may not be in memory yet."""
        with contextlib.suppress(Refused):  # it has been deleted since
            state = await self._states.get(server_id)
            if session.caller.user_id in state.members and not session.closed:
                self.join(session, state)

    def came(self, server_id: ServerId, user_id: UserId) -> None:
        """Who has a server now hears all that follows, their coming too."""
        theirs = self._hub.of_user(user_id)
        following = [s for s in theirs if Kind.TEXT in s.dialect.follows]
        for session, state in self._informed(server_id, following):
            self.join(session, state)

    def went(self, event: ServerMemberLeft) -> None:
        """After the event has gone out."""
        for session in self._hub.of_user(event.user.id):
            self._leave(session, event.server_id)
        self._turn_out(event.server_id)

    def ended(self, event: ServerDeleted) -> None:
        """After a server's end has gone out."""
        for session in self._sessions(event.server_id):
            self._leave(session, event.server_id)
        for channel_id in event.channel_ids:
            for session in self._hub.entered(channel_topic(channel_id)):
                self._hide(session, event, channel_id)

    def opened(self, server_id: ServerId, channel_id: ChannelId) -> None:
        """Before a new channel's event goes out: who may see it hears it."""
        for session, state in self._informed(server_id, self._sessions(server_id)):
            if channel_id in self._look(session, state):
                self._hub.subscribe(session, channel_topic(channel_id))

    def closed(self, server_id: ServerId) -> None:
        """After a channel's end has gone out: nobody shall be told again that they no longer see it."""
        for session, state in self._informed(server_id, self._sessions(server_id)):
            self._look(session, state)

    def rewire(self, server_id: ServerId, user_id: UserId | None = None) -> None:
        """Permissions may have changed, of all or of one: each session loses and gains what its person does."""
        hearing = self._sessions(server_id)
        if user_id is not None:
            hearing = [s for s in self._hub.of_user(user_id) if server_id in s.shown]
        for session, state in self._informed(server_id, hearing):
            self._adjust(session, state)
        self._turn_out(server_id)

    def readers(self, message: Message) -> Hears | None:
        """Who may be told again, whole, what was said before: its author, and who may read the history. None:
        whoever hears the channel."""
        if message.server_id is None:
            return None
        state = self._states.known(message.server_id)

        def hears(session: "Session") -> bool:
            user_id = session.caller.user_id
            if state is None or user_id == message.author.id:
                return state is not None
            return message.channel_id in state.readable_channels(user_id)

        return hears

    # -- one session --------------------------------------------------------------------------------

    def _look(self, session: "Session", state: ServerState) -> frozenset[ChannelId]:
        """What a session is taken to know from now on; returns what it sees."""
        server_id, user_id = state.server.id, session.caller.user_id
        session.readable[server_id] = state.readable_channels(user_id)
        session.shown[server_id] = state.visible_channels(user_id)
        return session.shown[server_id]

    def _adjust(self, session: "Session", state: ServerState) -> None:
        server = state.server
        before = session.shown.get(server.id, NOTHING)
        known = session.readable.get(server.id, NOTHING)
        now = self._look(session, state)
        readable = session.readable[server.id]
        if now is before and readable is known:
            return
        for channel_id in before - now:
            self._hide(session, server, channel_id)
        # Of a channel that one could not read, or no longer can, changes have been or will be missed: it begins anew.
        for channel_id in (now - before) | ((readable ^ known) & now):
            self._show(session, state, channel_id)

    def _show(self, session: "Session", state: ServerState, channel_id: ChannelId) -> None:
        self._hub.subscribe(session, channel_topic(channel_id))
        server, channel = state.server, state.channels[channel_id]
        self._tell(session, ChannelShown(server.id, server.version, channel))

    def _hide(self, session: "Session", why: Server | ServerDeleted, channel_id: ChannelId) -> None:
        session.lose(channel_id)
        server_id = why.id if isinstance(why, Server) else why.server_id
        self._tell(session, ChannelHidden(server_id, why.version, channel_id))

    def _leave(self, session: "Session", server_id: ServerId) -> None:
        self._hub.unsubscribe(session, server_topic(server_id))
        session.readable.pop(server_id, None)
        for channel_id in session.shown.pop(server_id, NOTHING):
            session.lose(channel_id)

    def _turn_out(self, server_id: ServerId) -> None:
        """Connections that have entered a channel by themselves and may no longer be there."""
        state = self._states.known(server_id)
        if state is None:
            return
        for channel_id in tuple(state.channels):
            for session in self._hub.entered(channel_topic(channel_id)):
                if channel_id not in state.visible_channels(session.caller.user_id):
                    self._hide(session, state.server, channel_id)

    # -- who ----------------------------------------------------------------------------------------

    def _sessions(self, server_id: ServerId) -> list["Session"]:
        return self._hub.listening(server_topic(server_id))

    def _informed(
        self, server_id: ServerId, sessions: Iterable["Session"]
    ) -> Iterator[tuple["Session", ServerState]]:
        """With what memory has of the server; where it has nothing, they start again."""
        state = self._states.known(server_id)
        for session in sessions:
            if state is None:
                session.close(AGAIN)
            else:
                yield session, state
