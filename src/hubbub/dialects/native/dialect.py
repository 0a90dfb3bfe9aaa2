"""Native's socket side."""

from hubbub.dialects.native.codec import NativeCodec
from hubbub.dialects.native.events import render
from hubbub.model.entities import Kind
from hubbub.model.events import Event
from hubbub.ports.dialect import Dialect


class NativeDialect(Dialect):
    """Hears all channels that its user is in."""

    name = "native"
    follows = frozenset(Kind)

    def __init__(self, heartbeat_seconds: float = 90) -> None:
        self.heartbeat_seconds = heartbeat_seconds

    def codec(self) -> NativeCodec:
        """A fresh connection's codec."""
        return NativeCodec()

    def render(self, event: Event) -> bytes | None:
        """The frame's text."""
        return render(event)
