"""One Socket.IO v5 client from the server's side: its namespaces on one Engine.IO session, without I/O."""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

import msgspec

from hubbub.model.errors import Disconnect, Malformed
from hubbub.wire.engine import Engine, Timer
from hubbub.wire.engineio import binary_message, text_message
from hubbub.wire.socketio import (
    ACK,
    BINARY_ACK,
    BINARY_EVENT,
    CONNECT,
    CONNECT_ERROR,
    DISCONNECT,
    EVENT,
    Invalid,
    Packet,
    decode_json,
    pack,
    parse,
)

ATTACHMENT_SECONDS: Final = 10.0  # for all that a header announced
NAMESPACES: Final = 10  # of one client
CONNECT_SECONDS: Final = 10.0


class Receiver(Protocol):
    """What is behind a connected namespace: the gateway's session. `payload` is a packet's text; its
    attachments are the socket's."""

    def receive(self, payload: bytes, now: float) -> None: ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    def leave(self, *, clean: bool, for_good: bool) -> None: ...


class Refusal(Exception):
    """A namespace that may not be entered: `connect_error` on the client."""

    def __init__(self, message: str, data: object = None) -> None:
        super().__init__(message)
        self.message = message
        self.data = data


class Namespaces(Protocol):
    """Who decides what a namespace is."""

    def enter(self, socket: "NamespaceSocket", auth: msgspec.Raw) -> None:
        """`auth` is a JSON object. Sets the socket's receiver and, at once or when it knows, calls `accept`, or
        `let_in` and writes `hello`; or raises `Refusal`, or calls `refuse` later."""
        ...


class NamespaceSocket:
    """A client in one namespace: the gateway's `Connection`. `is_in`: it has been told so."""

    __slots__ = ("_client", "address", "attachments", "is_in", "namespace", "receiver")

    def __init__(self, client: "Client", namespace: str, address: str) -> None:
        self._client = client
        self.namespace = namespace
        self.address = address
        self.receiver: Receiver | None = None
        self.attachments: Sequence[bytes] = ()
        self.is_in = False

    def accept(self, sid: str, pid: str | None = None) -> None:
        """Tells the client that it is in."""
        self.let_in()
        self._client.engine.write(self.hello(sid, pid))

    def let_in(self) -> None:
        """It is in, and is told with whatever is written next."""
        self.is_in = True
        self._client.settle()

    def refuse(self, refusal: Refusal) -> None:
        """It is not let in: the socket is gone, the client's connection stays."""
        self._client.refuse(self, refusal)

    def hello(self, sid: str, pid: str | None) -> bytes:
        """The frame that tells it. `pid` is what the client will ask to be recovered with."""
        told = {"sid": sid} if pid is None else {"sid": sid, "pid": pid}
        return text_message(pack(CONNECT, self.namespace, told))

    def say(self, payload: bytes, attachments: Sequence[bytes] = ()) -> None:
        """One packet."""
        frames = [text_message(payload), *map(binary_message, attachments)]
        self._client.engine.write(b"".join(frames))

    @property
    def write(self) -> Callable[[bytes], object]:
        """Takes whole frames."""
        return self._client.engine.writer

    def buffered(self) -> int:
        """Bytes that the client has not taken yet."""
        return self._client.engine.buffered()

    def close(self, why: Disconnect) -> None:
        """A client that is told `disconnect` stays away; one whose connection ends comes back by itself."""
        if not why.reconnect:
            self.say(pack(DISCONNECT, self.namespace))
        self._client.close(why.code, why.reason)

    def pause_reading(self) -> None:
        """Let the client wait, with all its namespaces."""
        self._client.engine.pause_reading()

    def resume_reading(self) -> None:
        """Go on."""
        self._client.engine.resume_reading()


class _Pending(msgspec.Struct):
    """A packet whose attachments are still coming."""

    text: bytes
    packet: Packet
    attachments: list[bytes]


class Client:
    """One client: its namespaces on one Engine.IO session. It is the engine's `Upper`."""

    __slots__ = (
        "_address",
        "_attachments_timer",
        "_connect_seconds",
        "_connect_timer",
        "_namespaces",
        "_pending",
        "_sockets",
        "engine",
    )

    def __init__(
        self,
        engine: Engine,
        namespaces: Namespaces,
        address: str,
        connect_seconds: float = CONNECT_SECONDS,
    ) -> None:
        self.engine = engine
        self._namespaces = namespaces
        self._address = address
        self._sockets: dict[str, NamespaceSocket] = {}
        self._pending: _Pending | None = None
        self._connect_seconds = connect_seconds
        self._connect_timer: Timer | None = None
        self._attachments_timer: Timer | None = None
        self.settle()

    @property
    def is_connected(self) -> bool:
        """Whether it is in a namespace."""
        return any(socket.is_in for socket in self._sockets.values())

    # -- in -----------------------------------------------------------------------------------------

    def receive(self, payload: bytes, now: float) -> None:
        """The text of one packet. An invalid one ends the connection, as the protocol says."""
        if self._pending is not None:
            self.close(1002, "attachments were announced")
            return
        try:
            if payload[:1] == b"2" and payload[1:2] != b"/":
                self._event("/", payload, now)
            else:
                self._packet(payload, now)
        except Malformed as malformed:
            self.close(1002, str(malformed))

    def receive_binary(self, payload: bytes, now: float) -> None:
        """An attachment."""
        pending = self._pending
        if pending is None:
            self.close(1002, "an attachment of nothing")
            return
        pending.attachments.append(payload)
        if len(pending.attachments) == pending.packet.attachments:
            self._pending = None
            self._stop_attachments_timer()
            try:
                self._complete(pending, now)
            except Malformed as malformed:
                self.close(1002, str(malformed))

    def _require(self, namespace: str) -> None:
        if namespace not in self._sockets:
            raise Invalid("connect to the namespace first")

    def _complete(self, pending: _Pending, now: float) -> None:
        if pending.packet.type == BINARY_ACK:
            return
        socket = self._sockets.get(pending.packet.namespace)
        if socket is not None and socket.receiver is not None:
            socket.attachments = pending.attachments
            socket.receiver.receive(pending.text, now)
            socket.attachments = ()

    def _event(self, namespace: str, payload: bytes, now: float) -> None:
        socket = self._sockets.get(namespace)
        if socket is None or socket.receiver is None:
            raise Invalid("connect to the namespace first")
        socket.receiver.receive(payload, now)

    def _packet(self, payload: bytes, now: float) -> None:
        packet = parse(payload)
        if packet.type == CONNECT:
            self._connect(packet)
        elif packet.type == DISCONNECT:
            self._leave(packet)
        elif packet.type == EVENT:
            self._event(packet.namespace, payload, now)
        elif packet.type == ACK:
            self._require(packet.namespace)  # of nothing that was asked: this server asks nothing
        elif packet.type in (BINARY_EVENT, BINARY_ACK):
            self._await_attachments(payload, packet)
        else:
            raise Invalid("a client sends no connect_error")

    def _await_attachments(self, payload: bytes, packet: Packet) -> None:
        self._require(packet.namespace)
        self._pending = _Pending(payload, packet, [])
        self._attachments_timer = self.engine.timers.call_later(ATTACHMENT_SECONDS, self._late)

    # -- namespaces ---------------------------------------------------------------------------------

    def _connect(self, packet: Packet) -> None:
        if packet.namespace in self._sockets or len(self._sockets) >= NAMESPACES:
            raise Invalid("one connects to a namespace once")
        auth = msgspec.Raw(packet.data or b"{}")
        try:
            if not isinstance(decode_json(bytes(auth)), dict):
                raise Invalid("`auth` is an object")
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise Invalid("this is not JSON") from None
        socket = NamespaceSocket(self, packet.namespace, self._address)
        self._sockets[packet.namespace] = socket
        try:
            self._namespaces.enter(socket, auth)
        except Refusal as refusal:
            self.refuse(socket, refusal)

    def refuse(self, socket: NamespaceSocket, refusal: Refusal) -> None:
        """`connect_error`. Who has left meanwhile is told nothing."""
        if self._sockets.get(socket.namespace) is not socket:
            return
        del self._sockets[socket.namespace]
        said = {"message": refusal.message}
        if refusal.data is not None:
            said["data"] = refusal.data  # type: ignore[assignment]  # any JSON
        socket.say(pack(CONNECT_ERROR, socket.namespace, said))
        self.settle()

    def _leave(self, packet: Packet) -> None:
        socket = self._sockets.pop(packet.namespace, None)
        if socket is None:
            raise Invalid("one is not in that namespace")
        if socket.receiver is not None:
            socket.receiver.leave(clean=True, for_good=True)
        self.settle()

    def settle(self) -> None:
        """Who is in no namespace has so long to enter one: else sockets would cost those who open them nothing."""
        if self.is_connected:
            self._stop_connect_timer()
        elif self._connect_timer is None and not self.engine.closed:
            ends = self.engine.timers.call_later(self._connect_seconds, self._late)
            self._connect_timer = ends

    # -- from the engine ----------------------------------------------------------------------------

    def pause(self) -> None:
        """The client does not take what is sent."""
        for socket in self._sockets.values():
            if socket.receiver is not None:
                socket.receiver.pause()

    def resume(self) -> None:
        """It takes it again, perhaps over another transport."""
        for socket in self._sockets.values():
            if socket.receiver is not None:
                socket.receiver.resume()

    def closed(self, *, clean: bool) -> None:
        """The engine has ended."""
        self._stop_connect_timer()
        self._stop_attachments_timer()
        self._pending = None
        sockets, self._sockets = self._sockets, {}
        for socket in sockets.values():
            if socket.receiver is not None:
                socket.receiver.leave(clean=clean, for_good=False)

    def close(self, code: int, reason: str) -> None:
        """Ends everything."""
        self.engine.close(clean=False, code=code, reason=reason)

    def _late(self) -> None:
        self.close(1002, "too late")

    def _stop_connect_timer(self) -> None:
        if self._connect_timer is not None:
            self._connect_timer.cancel()
            self._connect_timer = None

    def _stop_attachments_timer(self) -> None:
        if self._attachments_timer is not None:
            self._attachments_timer.cancel()
            self._attachments_timer = None
