"""Seed 004's socket side: the first stage and the later ones are two dialects of one name, told by `user_id`."""

from hubbub.dialects.mutiperson.codec import MutiPersonCodec
from hubbub.dialects.mutiperson.fields import is_of_later, is_of_lobby
from hubbub.dialects.mutiperson.lobby import LobbyCodec
from hubbub.dialects.mutiperson.render import render, render_lobby
from hubbub.model import events as e
from hubbub.model.entities import Kind
from hubbub.model.ids import UserId
from hubbub.ports.dialect import Dialect

HEARTBEAT_SECONDS = 7.0  # clients send a PING every 5 s, and may be 2 s late


class MutiPersonDialect(Dialect):
    """The later stages: hears the lobby and all groups and people of its user. Those of the last confirm messages."""

    name = "mutiperson"
    follows = frozenset((Kind.LOBBY, Kind.GROUP, Kind.DIRECT))
    heartbeat_seconds = HEARTBEAT_SECONDS
    spares = True
    admits_guests = True
    redelivers = True

    def codec(self) -> MutiPersonCodec:
        """A fresh connection's codec."""
        return MutiPersonCodec()

    def recognises(self, payload: bytes) -> bool:
        """By the client's first frame."""
        return is_of_later(payload)

    def actor(self, event: e.Event) -> UserId | None:
        """Whose client may have a message already."""
        return event.message.author.id if isinstance(event, e.MessageSent) else None

    def render(self, event: e.Event) -> bytes | None:
        """The frame's text."""
        return render(event)


class LobbyDialect(Dialect):
    """The first stage: the lobby, live."""

    name = "mutiperson"
    follows = frozenset((Kind.LOBBY,))
    heartbeat_seconds = HEARTBEAT_SECONDS
    spares = True
    admits_guests = True
    announces = True

    def codec(self) -> LobbyCodec:
        """A fresh connection's codec."""
        return LobbyCodec()

    def recognises(self, payload: bytes) -> bool:
        """By the client's first frame."""
        return is_of_lobby(payload)

    def actor(self, event: e.Event) -> UserId | None:
        """Of whom a message or a notice tells."""
        match event:
            case e.MessageSent():
                return event.message.author.id
            case e.ChannelEntered():
                return event.user.id
            case _:
                return None

    def render(self, event: e.Event) -> bytes | None:
        """The frame's text."""
        return render_lobby(event)
