"""Seed 001's socket side."""

import math
from typing import Final

from hubbub.dialects.mew import errors, render
from hubbub.dialects.mew.codec import MewCodec
from hubbub.model import events as e
from hubbub.model.entities import Kind
from hubbub.model.errors import Refused
from hubbub.model.ids import UserId
from hubbub.model.server_events import RoleCreated, RoleDeleted, RoleUpdated
from hubbub.ports.dialect import Dialect
from hubbub.wire import socketio


class MewDialect(Dialect):
    """Hears the channels of its user's servers that they see, their direct channels and their groups. Engine.IO looks
    after silence."""

    name = "mew"
    follows = frozenset((Kind.TEXT, Kind.DIRECT, Kind.GROUP))
    heartbeat_seconds = math.inf
    spares = True
    hints = frozenset((RoleCreated, RoleUpdated, RoleDeleted))

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace
        self._head: Final = socketio.message(socketio.EVENT, namespace)

    def codec(self) -> MewCodec:
        """A fresh connection's codec."""
        return MewCodec(self._namespace)

    def turned_away(self, refusal: Refused | None) -> str:
        """What `connect_error` says; None: there was no token."""
        return errors.turned_away(refusal)

    def actor(self, event: e.Event) -> UserId | None:
        """Who sent a message that their client knows by a nonce, and who is no longer in a group."""
        if isinstance(event, e.MessageSent) and event.nonce is not None:
            return event.message.author.id
        return event.member.user_id if isinstance(event, e.MemberLeft) else None

    def render(self, event: e.Event) -> bytes | tuple[bytes, ...] | None:
        """The packets, as Engine.IO messages."""
        return tuple([self._head + data for data in render.render(event)]) or None
