"""A session that only remembers what reached it, and in which order."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from fakes.connection import payloads
from hubbub.gateway.hub import Hub
from hubbub.model.commands import Caller
from hubbub.model.entities import User
from hubbub.model.errors import Disconnect
from hubbub.model.events import Event
from hubbub.model.ids import ChannelId, LoginId, ServerId, UserId
from hubbub.model.topics import channel_topic
from hubbub.ports.dialect import Dialect

if TYPE_CHECKING:
    from hubbub.gateway.session import Session


class FakeSession:
    """What the hub and the fan-out need of a session."""

    def __init__(self, hub: Hub, user: User, dialect: Dialect, login: str = "") -> None:
        self.hub = hub
        self.caller = Caller("192.0.2.1", user, LoginId(login or f"login-{user.id}"))
        self.dialect = dialect
        self.codec = dialect.codec()
        self.topics: set[str] = set()
        self.shown: dict[ServerId, frozenset[ChannelId]] = {}
        self.readable: dict[ServerId, frozenset[ChannelId]] = {}
        self.is_held = self.is_idle = False
        self.is_gone = False
        self.pid = ""
        self.seen = 0
        self.closed = False
        self.is_keeping_up = True
        self.writes: list[list[dict[str, Any]]] = []
        self.held: list[Event] = []
        self.notes: list[object] = []

    def write(self, frames: bytes) -> None:
        if self.is_gone:
            raise RuntimeError("the socket has gone")
        self.writes.append([json.loads(p) for p in payloads(frames)])

    def hold(self, events: Sequence[Event]) -> None:
        self.held.extend(events)

    def lose(self, channel_id: ChannelId) -> None:
        self.hub.unsubscribe(self.real, channel_topic(channel_id))

    def close(self, why: Disconnect) -> None:
        self.notes.append(("closed", why.code))
        self.hub.drop(self.real)

    def revoke(self, reason: str) -> None:
        self.notes.append(("revoked", reason))
        self.hub.drop(self.real)

    def renew(self, expires_at: int) -> None:
        self.notes.append(("renewed", expires_at))

    def rename(self, user: User) -> None:
        self.notes.append(("renamed", user.display_name))

    @property
    def frames(self) -> list[dict[str, Any]]:
        """All frames, whatever write they came in."""
        return [frame for write in self.writes for frame in write]

    @property
    def real(self) -> "Session":
        """For the hub, which knows only the real class."""
        return cast("Session", self)


def user(number: int) -> User:
    """A person."""
    return User(UserId(number), f"user{number}", f"User {number}", 0)
