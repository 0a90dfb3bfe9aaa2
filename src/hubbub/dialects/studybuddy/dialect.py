"""Seed 003's socket side."""

import math

from hubbub.dialects.studybuddy.codec import StudyBuddyCodec, speaks
from hubbub.dialects.studybuddy.render import render
from hubbub.model.entities import Kind
from hubbub.model.events import Event
from hubbub.ports.dialect import Dialect


class StudyBuddyDialect(Dialect):
    """Hears all groups and private messages of its person. A silent socket is not closed: its presence ends."""

    name = "studybuddy"
    follows = frozenset((Kind.GROUP, Kind.DIRECT))
    heartbeat_seconds = math.inf
    presence_seconds = 300.0

    def codec(self) -> StudyBuddyCodec:
        """A fresh connection's codec."""
        return StudyBuddyCodec()

    def recognises(self, payload: bytes) -> bool:
        """By the client's first frame."""
        return speaks(payload)

    def render(self, event: Event) -> bytes | None:
        """The frame's text."""
        return render(event)
