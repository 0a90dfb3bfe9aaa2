"""`hubbub conformance`: what the official suites of Engine.IO and Socket.IO expect to find, on the code that
serves chat. It keeps nothing and knows nobody, so it listens on loopback only.
"""

from collections.abc import Callable
from typing import Final

import msgspec

from hubbub.model.origins import ANY
from hubbub.transport.address import Addresses
from hubbub.transport.engineio import EngineServer
from hubbub.transport.http import application
from hubbub.transport.origin import Origins
from hubbub.transport.server import Server, server
from hubbub.transport.upgrade import EngineDoor
from hubbub.wire.engine import Engine, Upper
from hubbub.wire.engineio import Options, binary_message, text_message
from hubbub.wire.namespaces import Client, NamespaceSocket, Refusal
from hubbub.wire.socketio import ACK, EVENT, event, pack, pack_binary, parse, unpack_binary

OPTIONS: Final = Options(ping_interval=0.3, ping_timeout=0.2, max_payload=1_000_000)
CONNECT_SECONDS: Final = 1.0
NAMESPACES: Final = ("/", "/custom")


class Echo:
    """An Engine.IO session that says everything back."""

    is_connected = True

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def receive(self, payload: bytes, _now: float) -> None:
        """A text message."""
        self._engine.write(text_message(payload))

    def receive_binary(self, payload: bytes, _now: float) -> None:
        """A binary message."""
        self._engine.write(binary_message(payload))

    def pause(self) -> None:
        """What waits is bounded by the payload."""

    def resume(self) -> None:
        """As above."""

    def closed(self, *, clean: bool) -> None:
        """Nothing is kept."""


class EchoNamespaces:
    """Two namespaces that say what they were given, and everything back."""

    def __init__(self, make_sid: Callable[[], str]) -> None:
        self._make_sid = make_sid

    def enter(self, socket: NamespaceSocket, auth: msgspec.Raw) -> None:
        """Raises `Refusal` for any other."""
        if socket.namespace not in NAMESPACES:
            raise Refusal("Invalid namespace")
        socket.receiver = EchoReceiver(socket)
        socket.accept(self._make_sid())
        socket.say(pack(EVENT, socket.namespace, ("auth", auth)))


class EchoReceiver:
    """`message` comes back as `message-back`, `message-with-ack` as its own ack."""

    def __init__(self, socket: NamespaceSocket) -> None:
        self._socket = socket

    def receive(self, payload: bytes, _now: float) -> None:
        """One packet."""
        packet, socket = parse(payload), self._socket
        name, raw = event(packet)
        args = unpack_binary(raw, socket.attachments)
        if name == "message":
            socket.say(*pack_binary(EVENT, socket.namespace, ("message-back", *args)))
        elif name == "message-with-ack" and packet.id is not None:
            socket.say(*pack_binary(ACK, socket.namespace, args, packet.id))

    def pause(self) -> None:
        """What waits is bounded by the payload."""

    def resume(self) -> None:
        """As above."""

    def leave(self, *, clean: bool, for_good: bool) -> None:
        """Nothing is kept."""


def engineio(make_sid: Callable[[], str]) -> Server:
    """For the suite of Engine.IO."""
    return _server("/engine.io/", lambda engine, _address: Echo(engine), make_sid)


def socketio(make_sid: Callable[[], str]) -> Server:
    """For the suite of Socket.IO."""
    namespaces = EchoNamespaces(make_sid)

    def client(engine: Engine, address: str) -> Upper:
        return Client(engine, namespaces, address, CONNECT_SECONDS)

    return _server("/socket.io/", client, make_sid)


def _server(
    path: str, make_upper: Callable[[Engine, str], Upper], make_sid: Callable[[], str]
) -> Server:
    addresses = Addresses(())
    engine = EngineServer(
        make_upper, make_sid, OPTIONS, addresses, Origins((ANY,)), lambda: True, capped=False
    )
    routes = [engine.route(path), engine.route(path.rstrip("/"))]
    app = application(routes, (ANY,))
    return server(app, EngineDoor(engine, (path, path.rstrip("/"))), addresses)
