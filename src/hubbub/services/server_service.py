"""What all services for servers have in common: the server as memory has it, its notes and its news."""

from typing import TypeVar

from hubbub.model.commands import Caller
from hubbub.model.errors import Code, Refused, not_found
from hubbub.model.events import Publication
from hubbub.model.ids import ChannelId, ServerId
from hubbub.model.server_events import ServerEvent
from hubbub.model.topics import server_topic
from hubbub.ports.clock import Clock
from hubbub.ports.ids import IdSource
from hubbub.ports.store import Store, Transaction
from hubbub.services.audit import Journal
from hubbub.services.directory import Directory, Room
from hubbub.services.states import ServerState
from hubbub.services.visibility import require_member, require_visible

T = TypeVar("T")
V = TypeVar("V")


class ServerService:
    """Decisions are made as their transaction forms (`known`, `known_room`), from exactly what is committed;
    `load` and `load_room` bring into memory what they will ask for."""

    def __init__(self, store: Store, directory: Directory, clock: Clock, ids: IdSource) -> None:
        self._store = store
        self._directory = directory
        self._clock = clock
        self._ids = ids
        self._journal = Journal(clock, ids)

    async def load(self, caller: Caller, server_id: ServerId) -> ServerState:
        """A server of the caller's; raises `Refused(not_found)`."""
        state = await self._directory.states.get(server_id)
        require_member(state, caller)
        return state

    def known(self, caller: Caller, server_id: ServerId) -> ServerState:
        """The same, from memory alone."""
        state = self._directory.states.known(server_id)
        if state is None:
            raise not_found("server")
        require_member(state, caller)
        return state

    async def load_room(self, caller: Caller, channel_id: ChannelId) -> Room:
        """A channel in which the caller takes part; raises `Refused`."""
        room = await self._directory.room(channel_id)
        require_visible(room, caller)
        return room

    def known_room(self, caller: Caller, channel_id: ChannelId) -> Room:
        """The same, from memory alone."""
        room = self._directory.known(channel_id)
        if room is None:
            raise not_found("channel")
        require_visible(room, caller)
        return room


def text_server(room: Room) -> ServerState:
    """The server that a text channel is in; in other channels there is nothing of the kind."""
    if room.server is None:
        raise Refused(Code.NOT_FOUND, "Only a server's channel has that.")
    return room.server


def in_server(event: ServerEvent) -> Publication:
    """For all members."""
    return Publication(server_topic(event.server_id), event)


def beside(value: V, steps: Transaction[T]) -> Transaction[tuple[V, T]]:
    """A transaction's result together with what was decided before it."""
    result = yield from steps
    return value, result
