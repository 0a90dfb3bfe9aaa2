"""Seed 002's socket side."""

import math
from typing import Final

from hubbub.dialects.chatgroup.codec import ChatGroupCodec
from hubbub.dialects.chatgroup.render import render
from hubbub.model import events as e
from hubbub.model.entities import Kind
from hubbub.model.errors import Malformed
from hubbub.model.ids import UserId
from hubbub.ports.dialect import Dialect
from hubbub.wire import socketio


class ChatGroupDialect(Dialect):
    """Hears all chats that its user is in. Engine.IO looks after silence."""

    name = "chatgroup"
    follows = frozenset((Kind.GROUP, Kind.DIRECT))
    heartbeat_seconds = math.inf
    reads_unread = True
    spares = True
    confirms = True

    def __init__(self, namespace: str, *, recovers: bool) -> None:
        self.namespace = namespace
        self._prefix: Final = socketio.message(socketio.EVENT, namespace)
        self.recovers = recovers

    def codec(self) -> ChatGroupCodec:
        """A fresh connection's codec."""
        return ChatGroupCodec(self.namespace)

    def recognises(self, payload: bytes) -> bool:
        """By `authenticate`, also where the handshake had a token."""
        try:
            packet = socketio.parse(payload)
            return packet.type == socketio.EVENT and socketio.event(packet)[0] == "authenticate"
        except Malformed:
            return False

    def actor(self, event: e.Event) -> UserId | None:
        """Whose own connections may not get an event."""
        match event:
            case e.MessageSent():
                return event.message.author.id
            case e.TypingStarted() | e.TypingStopped():
                return event.user.id
            case e.ReadUpdated() | e.DeliveredUpdated():
                return event.user_id
            case _:
                return None

    def render(self, event: e.Event) -> bytes | None:
        """The packet, as an Engine.IO message."""
        data = render(event)
        return None if data is None else self._prefix + data


class ChatGroup:
    """The dialect in one namespace: with an offset in its events and without."""

    def __init__(self, namespace: str) -> None:
        self.recovering = ChatGroupDialect(namespace, recovers=True)
        self.plain = ChatGroupDialect(namespace, recovers=False)

    def sign_in(self, token: str) -> bytes:
        """The handshake's `auth.token` is an `authenticate` that nobody had to send."""
        return socketio.pack(
            socketio.EVENT, self.recovering.namespace, ("authenticate", {"token": token})
        )
