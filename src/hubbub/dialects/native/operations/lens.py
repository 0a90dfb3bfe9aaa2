"""What an administrator may look at."""

from typing import Final

import msgspec

from hubbub.dialects.native import render
from hubbub.dialects.native import structs as s
from hubbub.dialects.native.operations.common import UNKNOWN, channel, message, one
from hubbub.model.entities import Kind
from hubbub.model.lens import Form, Look, LookAt
from hubbub.wire.rest import Operation as Op


class LensDialect(msgspec.Struct, frozen=True):
    """A dialect, and the kinds of channel that its connections hear; where there are none, those they enter."""

    label: str
    follows: tuple[Kind, ...]


class LensEvent(msgspec.Struct, frozen=True):
    """An event's name, and its frames by dialect; none where the dialect has no word for it."""

    event: str
    version: int
    frames: dict[str, tuple[str, ...]]


class Lens(msgspec.Struct, frozen=True):
    """A message and the events that it has left; `limited` when not all of them fit."""

    message: s.Message
    dialects: list[LensDialect]
    events: list[LensEvent]
    limited: bool


def _event(form: Form, version: int) -> LensEvent:
    return LensEvent(type(form.event).__name__, version, dict(form.frames))


def _look(found: Look) -> Lens:
    return Lens(
        render.message(found.message),
        [LensDialect(tongue.label, tongue.follows) for tongue in found.tongues],
        [_event(form, found.message.version) for form in found.forms],
        found.limited,
    )


OPERATIONS: Final = (
    Op("GET", "/lens/messages/{channel_id}/{message_id}",
       "What one message looks like in every dialect; for administrators who may read it.",
       lambda a: LookAt(channel(a), message(a)), one(_look), 200, "lens", returns=Lens, refuses=UNKNOWN),
)  # fmt: skip
