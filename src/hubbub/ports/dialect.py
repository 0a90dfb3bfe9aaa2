"""What the gateway needs of a dialect: pure, bytes to commands and events to bytes."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from hubbub.model.commands import Command
from hubbub.model.entities import Changes, ChannelView, User
from hubbub.model.errors import Disconnect, Refused
from hubbub.model.events import Event
from hubbub.model.ids import ChannelId, LoginId, UserId


class Request(msgspec.Struct, frozen=True, gc=False):
    """A command and the mark that its reply carries back."""

    command: Command
    ref: str | int | None = None


class Ready(msgspec.Struct, frozen=True):
    """The result of `Connect`: who one is and everything one has."""

    user: User
    login_id: LoginId
    channels: Sequence[ChannelView]
    online: Sequence[UserId]
    changes: Sequence[Changes]
    refusals: Sequence[tuple[ChannelId, Refused]]
    heartbeat_seconds: float


class Entered(msgspec.Struct, frozen=True):
    """The result of `EnterChannel`."""

    view: ChannelView
    online: Sequence[UserId]


class Codec(Protocol):
    """One connection's state in a dialect. Payloads are the text of one frame."""

    def decode(self, payload: bytes) -> Request:
        """Raises only `Malformed`."""
        ...

    def reply(self, request: Request, result: object) -> Sequence[bytes]:
        """The frames that answer a command that was carried out; may be none."""
        ...

    def refuse(self, request: Request | None, refusal: Refused) -> bytes:
        """The frame that answers one that was not."""
        ...

    def ends(self, request: Request | None, refusal: Refused) -> Disconnect | None:
        """Whether a refusal also ends the connection."""
        ...


class Dialect(Protocol):
    """One wire API."""

    @property
    def name(self) -> str: ...

    @property
    def follows_membership(self) -> bool:
        """Whether a connection hears all its channels, or only those it has entered."""
        ...

    @property
    def heartbeat_seconds(self) -> float:
        """A connection silent for this long is dead."""
        ...

    def codec(self) -> Codec:
        """A fresh connection's codec."""
        ...

    def recognises(self, payload: bytes) -> bool:
        """Whether a connection's first frame is of this dialect (docs/design.md, paths)."""
        ...

    def render(self, event: Event) -> bytes | None:
        """The frame's text, the same bytes every time, or None where the dialect has no word for it."""
        ...
