"""Socket.IO's namespaces: which dialects each speaks, and how one enters it."""

from collections.abc import Mapping
from time import monotonic
from typing import Protocol

import msgspec

from hubbub.gateway.gateway import Gateway
from hubbub.model.errors import Refused
from hubbub.ports.dialect import Dialect
from hubbub.ports.ids import IdSource
from hubbub.wire.namespaces import NamespaceSocket, Refusal

SID_CHARS = 22  # 132 bits


class Spoken(Protocol):
    """A dialect in which one signs in with an event: with recovery, and without for clients that can't do with one
    more argument."""

    @property
    def recovering(self) -> Dialect: ...

    @property
    def plain(self) -> Dialect: ...

    def sign_in(self, token: str) -> bytes:
        """The packet by which a token in the handshake becomes what a client can also send."""
        ...


class Guarded(Dialect, Protocol):
    """A dialect whose namespace is entered with a token, and not without."""

    def turned_away(self, refusal: Refused | None) -> str:
        """What `connect_error` says; None: there was no token."""
        ...


class Namespace(msgspec.Struct, frozen=True):
    """What is spoken in a namespace. Where it is both, a token in the handshake means `guarded`, until the first
    event is one of `spoken`'s."""

    guarded: Guarded | None = None
    spoken: Spoken | None = None


class _Auth(msgspec.Struct, frozen=True):
    """What a client may say with its CONNECT; what is of a wrong type counts as not said."""

    token: object = None
    pid: object = None
    offset: object = None
    recovery: object = True


class GatewayNamespaces:
    """By name. `/` is the root, which every client is in that names none."""

    def __init__(
        self, gateway: Gateway, ids: IdSource, namespaces: Mapping[str, Namespace]
    ) -> None:
        self._gateway = gateway
        self._ids = ids
        self._namespaces = namespaces

    def enter(self, socket: NamespaceSocket, auth: msgspec.Raw) -> None:
        """As a new connection, or where a lost one was. Raises `Refusal`."""
        here = self._namespaces.get(socket.namespace)
        if here is None:
            raise Refusal("Invalid namespace")
        asked = msgspec.json.decode(auth, type=_Auth)
        if not self._gateway.admits(socket.address):
            raise Refusal(
                "Too many connections, or the server is restarting; try again in a moment."
            )
        guarded, spoken = here.guarded, here.spoken
        if spoken is not None and self._is_recovered(socket, spoken, asked):
            return
        if guarded is not None and (asked.token or spoken is None):
            self._admit(socket, guarded, spoken, asked)
        elif spoken is not None:
            self._begin(socket, spoken, asked)

    # -- who signs in with an event -----------------------------------------------------------------

    def _begin(self, socket: NamespaceSocket, spoken: Spoken, asked: _Auth) -> None:
        dialect = _form(spoken, asked)
        session = self._gateway.open(socket, (dialect,))
        socket.receiver = session
        pid = self._gateway.watch(session) if dialect.recovers else None
        hello = self._hello(socket, pid)
        if asked.token is None:
            socket.write(hello)
        else:
            # With what signing in is answered: a write less for each of those who all come back at once.
            session.precede(hello)
            session.receive(spoken.sign_in(_token(asked)), monotonic())

    def _is_recovered(self, socket: NamespaceSocket, spoken: Spoken, asked: _Auth) -> bool:
        if not isinstance(asked.pid, str):
            return False
        session = self._gateway.open(socket, (_form(spoken, asked),))
        offset = asked.offset if isinstance(asked.offset, str) else None
        if not self._gateway.recover(session, asked.pid, offset):
            session.leave(clean=True)
            return False
        socket.receiver = session
        socket.accept(self._sid(), asked.pid)
        self._gateway.replay(session)
        return True

    # -- who shows a token --------------------------------------------------------------------------

    def _admit(
        self, socket: NamespaceSocket, guarded: Guarded, spoken: Spoken | None, asked: _Auth
    ) -> None:
        if not asked.token:
            raise Refusal(guarded.turned_away(None))
        others = () if spoken is None else (spoken.plain,)
        session = self._gateway.open(socket, (guarded, *others))
        socket.receiver = session

        def admit(refusal: Refused | None) -> None:
            if refusal is None:
                session.precede(self._hello(socket, None))
            else:
                socket.refuse(Refusal(guarded.turned_away(refusal)))

        session.sign_in(_token(asked), admit)

    def _hello(self, socket: NamespaceSocket, pid: str | None) -> bytes:
        socket.let_in()
        return socket.hello(self._sid(), pid)

    def _sid(self) -> str:
        return self._ids.secret()[:SID_CHARS]


def _form(spoken: Spoken, asked: _Auth) -> Dialect:
    return spoken.plain if asked.recovery is False else spoken.recovering


def _token(asked: _Auth) -> str:
    """What is no text is refused as a wrong one is."""
    return asked.token if isinstance(asked.token, str) else ""
