"""Seed 000's socket side."""

from hubbub.dialects.channelchat.codec import ChannelChatCodec, speaks
from hubbub.dialects.channelchat.render import render
from hubbub.model.entities import Kind
from hubbub.model.events import Event
from hubbub.ports.dialect import Dialect


class ChannelChatDialect(Dialect):
    """Hears the channels that this connection has joined. The original's limit of silence is 100 s."""

    name = "channelchat"
    follows: frozenset[Kind] = frozenset()

    def __init__(self, heartbeat_seconds: float = 100) -> None:
        self.heartbeat_seconds = heartbeat_seconds

    def codec(self) -> ChannelChatCodec:
        """A fresh connection's codec."""
        return ChannelChatCodec()

    def recognises(self, payload: bytes) -> bool:
        """By the client's first frame."""
        return speaks(payload)

    def render(self, event: Event) -> bytes | None:
        """The frame's text."""
        return render(event)
