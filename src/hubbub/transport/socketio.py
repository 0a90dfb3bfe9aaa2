"""Socket.IO's namespaces: which dialect each speaks, and how one enters it."""

from collections.abc import Mapping
from time import monotonic
from typing import Protocol

import msgspec

from hubbub.gateway.gateway import Gateway
from hubbub.gateway.session import Session
from hubbub.ports.dialect import Dialect
from hubbub.ports.ids import IdSource
from hubbub.wire.namespaces import NamespaceSocket, Refusal

SID_CHARS = 22  # 132 bits


class Spoken(Protocol):
    """A dialect of Socket.IO: with recovery, and without for clients that can't do with one more argument."""

    @property
    def recovering(self) -> Dialect: ...

    @property
    def plain(self) -> Dialect: ...

    def sign_in(self, token: str) -> bytes:
        """The packet by which a token in the handshake becomes what a client can also send."""
        ...


class _Auth(msgspec.Struct, frozen=True):
    """What a client may say with its CONNECT; what is of a wrong type counts as not said."""

    token: object = None
    pid: object = None
    offset: object = None
    recovery: object = True


class GatewayNamespaces:
    """By name. `/` is the root, which every client is in that names none."""

    def __init__(self, gateway: Gateway, ids: IdSource, namespaces: Mapping[str, Spoken]) -> None:
        self._gateway = gateway
        self._ids = ids
        self._namespaces = namespaces

    def enter(self, socket: NamespaceSocket, auth: msgspec.Raw) -> None:
        """As a new connection, or where a lost one was. Raises `Refusal`."""
        spoken = self._namespaces.get(socket.namespace)
        if spoken is None:
            raise Refusal("Invalid namespace")
        asked = msgspec.json.decode(auth, type=_Auth)
        if not self._gateway.admits(socket.address):
            raise Refusal(
                "Too many connections, or the server is restarting; try again in a moment."
            )
        dialect = spoken.plain if asked.recovery is False else spoken.recovering
        session = self._gateway.open(socket, (dialect,))
        socket.receiver = session
        if isinstance(asked.pid, str) and self._recover(session, asked.pid, asked.offset):
            socket.accept(self._sid(), asked.pid)
            self._gateway.replay(session)
            return
        hello = socket.hello(
            self._sid(), self._gateway.watch(session) if dialect.recovers else None
        )
        if asked.token is None:
            socket.write(hello)
        else:
            # With what signing in is answered: a write less for each of those who all come back at once.
            session.precede(hello)
            token = (
                asked.token if isinstance(asked.token, str) else ""
            )  # which is refused as a wrong one
            session.receive(spoken.sign_in(token), monotonic())

    def _recover(self, session: Session, pid: str, offset: object) -> bool:
        return self._gateway.recover(session, pid, offset if isinstance(offset, str) else None)

    def _sid(self) -> str:
        return self._ids.secret()[:SID_CHARS]
