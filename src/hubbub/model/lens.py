"""What the lens shows: one event, as every dialect says it (docs/lens.md)."""

from collections.abc import Mapping, Sequence

import msgspec

from hubbub.model.commands import Command
from hubbub.model.entities import Kind, Message
from hubbub.model.events import Event
from hubbub.model.ids import ChannelId, MessageId

Frames = Mapping[
    str, tuple[str, ...]
]  # by the dialect's label; none where it has no word for the event


class LookAt(Command, frozen=True):
    """One stored message, for administrators who may read it."""

    channel_id: ChannelId
    message_id: MessageId


class Tongue(msgspec.Struct, frozen=True):
    """A dialect under a label of its own. `follows`: the kinds of channel that its connections hear; where there are
    none, they hear those that they have entered."""

    label: str
    follows: tuple[Kind, ...]


class Form(msgspec.Struct, frozen=True):
    """An event and what it looks like."""

    event: Event
    frames: Frames


class Look(msgspec.Struct, frozen=True):
    """A message and the events that it has left; `limited` when not all of these fit."""

    message: Message
    tongues: Sequence[Tongue]
    forms: Sequence[Form]
    limited: bool
