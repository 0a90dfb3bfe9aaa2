"""What the gateway needs of a dialect: pure, bytes to commands and events to bytes."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from hubbub.model.commands import Command
from hubbub.model.entities import Changes, ChannelView, Kind, Message, User
from hubbub.model.errors import Disconnect, Refused
from hubbub.model.events import Event
from hubbub.model.ids import ChannelId, LoginId, UserId
from hubbub.model.servers import ServerView


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
    unread: Sequence[Message]
    refusals: Sequence[tuple[ChannelId, Refused]]
    heartbeat_seconds: float
    servers: Sequence[ServerView] = ()


class Entered(msgspec.Struct, frozen=True):
    """The result of `EnterChannel`."""

    view: ChannelView
    online: Sequence[UserId]


class Codec(Protocol):
    """One connection's state in a dialect. Payloads are the text of one frame.

    Dialects inherit from this and from `Dialect`: what only some of them need has an answer here.
    """

    __slots__ = ()

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

    def farewell(self, why: Disconnect) -> bytes | None:
        """A last frame before the connection ends, where its end can't say why."""
        return None

    def hears(self, event: Event) -> bool:
        """Whether this connection gets an event of its own person; asked where `Dialect.actor` names them."""
        return True

    def mine(self, event: Event) -> tuple[bytes, ...]:
        """What it gets in place of one that it does not hear."""
        return ()

    def confirms(self) -> bool:
        """Whether the client says of each message that it has received it; asked where `Dialect.redelivers`."""
        return False


class Dialect(Protocol):
    """One wire API.

    `follows`: the kinds of channel of which a connection hears all that its person is in; where there are none, it
    hears those that it has entered.
    `heartbeat_seconds`: a connection silent for this long is dead.
    `presence_seconds`: who is silent for this long on all connections is offline, though these stay and hear all;
    None: as long as they are connected.
    `reads_unread`: `Ready` brings the messages that wait for a person; then `connect` may come again.
    `recovers`: events carry an offset from which a lost connection goes on (Socket.IO 4.6): one more string at
    the end of the JSON array that `render` makes.
    `spares`: people may not get on a connection what they did there; then `actor` and `Codec.hears` are asked.
    `confirms`: the server says `delivered` for its clients, who have no word for it.
    `redelivers`: what no device has said to have received comes with `Ready`; clients say what they receive
    (gateway/redelivery.py).
    `announces`: the lobby is told of each connection that signs in.
    `for_admins`: only server administrators may connect.
    `admits_guests`: who connects without a token may be a guest; everywhere else they are nobody.
    `hints`: events that here only say "look again": of those of one commit, equal frames go out once.
    """

    name: str
    follows: frozenset[Kind]
    heartbeat_seconds: float
    presence_seconds: float | None = None
    reads_unread: bool = False
    recovers: bool = False
    spares: bool = False
    confirms: bool = False
    redelivers: bool = False
    announces: bool = False
    for_admins: bool = False
    admits_guests: bool = False
    hints: frozenset[type[Event]] = frozenset()

    def codec(self) -> Codec:
        """A fresh connection's codec."""
        ...

    def recognises(self, payload: bytes) -> bool:
        """Whether a frame is of this dialect and of no other one that its path may speak (docs/design.md, paths)."""
        return False

    def actor(self, event: Event) -> UserId | None:
        """Who did it, where that person's own connections may not get it (`Codec.hears`)."""
        return None

    def render(self, event: Event) -> bytes | tuple[bytes, ...] | None:
        """The frame's text or that of several, the same bytes every time, or None where the dialect has no word
        for it."""
        ...


def rendered(dialect: Dialect, event: Event) -> tuple[bytes, ...]:
    """What a dialect says of an event, however many frames that is."""
    payload = dialect.render(event)
    if payload is None:
        return ()
    return payload if isinstance(payload, tuple) else (payload,)
