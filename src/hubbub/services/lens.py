"""One event as every dialect says it: to administrators, of what they may read anyway."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from hubbub.model.commands import Caller, GetMessage
from hubbub.model.entities import Kind, Message
from hubbub.model.errors import forbidden
from hubbub.model.events import (
    Event,
    MessageEdited,
    MessageEvent,
    MessagePinned,
    MessageRecalled,
    MessageSent,
    ReactionAdded,
    ReactionEvent,
)
from hubbub.model.lens import Form, Frames, Look, LookAt, Tongue
from hubbub.ports.dialect import Dialect, rendered
from hubbub.services.messages import Messages

FRAME_CHARS: Final = 65_536  # of one frame; only a message with thousands behind its emoji has more
LOOK_CHARS: Final = 1_048_576  # of all frames of a message; then no further event is shown

Dialects = Mapping[str, Dialect]  # by label: one with several wordings has several


class Lens:
    """`dialects` are those that it renders with."""

    def __init__(self, messages: Messages, dialects: Dialects) -> None:
        self._messages = messages
        self._dialects = dialects

    async def look_at(self, caller: Caller, command: LookAt) -> Look:
        """A message with what it has been through, as far as its row still tells."""
        if not caller.known.is_admin:
            raise forbidden("This is for administrators.")
        place = command.channel_id, command.message_id
        message = await self._messages.get(caller, GetMessage(*place))
        forms, limited = self._forms(left_by(message))
        return Look(message, tongues_of(self._dialects), forms, limited)

    def _forms(self, events: Iterable[Event]) -> tuple[list[Form], bool]:
        """The first of them whole, however large; and whether some are left out."""
        forms: list[Form] = []
        room = LOOK_CHARS
        for event in events:
            frames = frames_of(self._dialects, event)
            room -= sum(len(text) for said in frames.values() for text in said)
            if forms and room < 0:
                return forms, True
            forms.append(Form(event, frames))
        return forms, False


def tongues_of(dialects: Dialects) -> Sequence[Tongue]:
    """What there is to compare."""
    return [
        Tongue(label, tuple(kind for kind in Kind if kind in dialect.follows))
        for label, dialect in dialects.items()
    ]


def frames_of(dialects: Dialects, event: Event) -> Frames:
    """What everybody else would get; so without the nonce, which is the author's."""
    if isinstance(event, MessageSent):
        event = msgspec.structs.replace(event, nonce=None)
    return {
        label: tuple(_text(payload) for payload in rendered(dialect, event))
        for label, dialect in dialects.items()
    }


def left_by(message: Message) -> Iterator[MessageEvent | ReactionEvent]:
    """The events that a message's row tells of. Each has the message as it is now: what it was before is not kept."""
    place = message.channel_id, message.version, message
    yield MessageSent(*place)
    if message.edited_at is not None:
        yield MessageEdited(*place)
    if message.recalled_at is not None:
        yield MessageRecalled(*place)
    if message.pinned_at is not None:
        yield MessagePinned(*place)
    for reaction in message.reactions:
        yield ReactionAdded(*place, reaction.user_ids[-1], reaction.emoji)


def _text(payload: bytes) -> str:
    text = payload.decode()
    return text if len(text) <= FRAME_CHARS else text[: FRAME_CHARS - 1] + "…"
