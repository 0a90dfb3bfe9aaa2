"""The tap's socket side: events in every dialect at once."""

from typing import Final, get_args

import msgspec

from hubbub.dialects.lens.codec import LensCodec, encode
from hubbub.model.entities import Kind
from hubbub.model.events import Control, Event
from hubbub.model.lens import Frames
from hubbub.ports.dialect import Dialect
from hubbub.services.lens import Dialects, frames_of, tongues_of

_CONTROL: Final = get_args(Control)  # for the nodes; no connection hears of them


class _Heard(msgspec.Struct, frozen=True, tag_field="type", tag="event"):
    """`version` is null for what is only news, `channel_id` for what is of no channel."""

    event: str
    channel_id: str | None
    server_id: str | None
    version: int | None
    frames: Frames


class LensDialect(Dialect):
    """Hears all that its person's native connections hear. `dialects` are those that it renders with."""

    name = "lens"
    follows = frozenset(Kind)
    for_admins = True

    def __init__(self, dialects: Dialects, heartbeat_seconds: float = 90) -> None:
        self._dialects = dialects
        self.heartbeat_seconds = heartbeat_seconds

    def codec(self) -> LensCodec:
        """A fresh connection's codec."""
        return LensCodec(tongues_of(self._dialects))

    def render(self, event: Event) -> bytes | None:
        """One frame, also of what no dialect has a word for."""
        if isinstance(event, _CONTROL):
            return None
        heard = _Heard(
            type(event).__name__,
            _id(event, "channel_id"),
            _id(event, "server_id"),
            getattr(event, "version", None),
            frames_of(self._dialects, event),
        )
        return encode(heard)


def _id(event: Event, field: str) -> str | None:
    """Not every event has one."""
    found = getattr(event, field, None)
    return None if found is None else str(found)
