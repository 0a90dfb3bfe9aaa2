"""WebSocket over picows, which takes the socket over from uvicorn below ASGI.

picows parses and unmasks frames; what it leaves to its users is here: putting fragments together, UTF-8,
reserved bits, close codes, and every limit (RFC 6455 §5, §7.4; tests T31–T33).
"""

import asyncio
import contextlib
import logging
import socket
from http import HTTPStatus
from time import monotonic
from typing import Any, Final, NamedTuple, Protocol

import structlog
from picows import (
    WSAutoPingStrategy,
    WSFrame,
    WSListener,
    WSMsgType,
    WSTransport,
    WSUpgradeRequest,
    WSUpgradeResponse,
    WSUpgradeResponseWithListener,
)
from picows.picows import WSProtocol  # type: ignore[attr-defined]  # not exported; pinned, held by tests

from hubbub.model.errors import Disconnect
from hubbub.model.limits import FRAGMENTS, FRAME_BYTES
from hubbub.wire.websocket import close_frame

HANDSHAKE_SECONDS: Final = 10.0
# Not every dialect has heartbeats that a connection depends on: a peer that is gone without a word is found by
# the kernel, 120 s + 4 × 15 s after it was last heard.
KEEPALIVE: Final = {"TCP_KEEPIDLE": 120, "TCP_KEEPINTVL": 15, "TCP_KEEPCNT": 4}
LINGER_SECONDS: Final = 2.0  # for the client's close frame after ours
READ_BUFFER: Final = 2_048  # grows while a client sends more; most never do
# picows would let the buffer of a client that pours grow to what the kernel holds: one read then was 270,000
# frames of a heartbeat, and everybody else waited 4.9 s. In this much are 500 of them: 5 ms.
READ_BYTES: Final = 16_384

log = structlog.get_logger("hubbub.websocket")


class _Log(logging.LoggerAdapter[logging.Logger]):
    """Given an adapter, picows makes no logger of its own for every connection.

    What it calls an error is mostly what a client did: that is for who looks for it.
    """

    def error(self, msg: object, *args: Any, **options: Any) -> None:
        """A frame that is none is told of in our own form."""
        if str(msg).startswith("WS parser error"):
            code, why = args[0]
            log.debug("frame_refused", code=int(code), why=why)
        else:
            super().error(msg, *args, **options)


_log = _Log(logging.getLogger("hubbub.picows"), {})


def _keep_alive(raw: socket.socket) -> None:
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEPALIVE.items():
        if hasattr(socket, name):  # not on every system
            raw.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


class Session(Protocol):
    """What a connection hands its messages to."""

    def receive(self, payload: bytes, now: float) -> None: ...
    def receive_binary(self, payload: bytes, now: float) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...

    def leave(self, *, clean: bool) -> None:
        """The socket has gone. `clean`: by a close of the client's own."""
        ...


class Asked(NamedTuple):
    """What a client wants to open: `path` and `query` of the address, and where its page comes from."""

    address: str
    path: str
    query: str
    origin: str | None
    host: str | None


class Upgrade(Protocol):
    """Who decides what happens to a WebSocket."""

    def count(self, code: int) -> None:
        """A connection has been ended from here, with this close code."""
        ...

    def admit(self, asked: Asked) -> HTTPStatus | None:
        """The status that refuses the upgrade, or None."""
        ...

    def open(self, connection: "WebSocket", asked: Asked) -> Session:
        """What takes the messages of an upgraded connection."""
        ...


class WebSocket(WSListener):
    """One connection: bytes to messages and back. It is the gateway's `Connection`."""

    __slots__ = (
        "_asked",
        "_fragments",
        "_is_binary",
        "_owner",
        "_parts",
        "_size",
        "address",
        "closing",
        "is_paused",
        "session",
        "socket",
        "write",
    )

    def __init__(self, owner: Upgrade, asked: Asked) -> None:
        self._owner = owner
        self.address = asked.address
        self._asked = asked
        self.session: Session | None = None
        self.closing = self.is_paused = False
        self._parts: list[bytes] | None = None
        self._fragments = 0
        self._size = 0

    # -- from picows --------------------------------------------------------------------------------

    def on_ws_connected(self, transport: WSTransport) -> None:
        """The handshake is done."""
        self.socket = transport.underlying_transport
        self.write = self.socket.write
        with contextlib.suppress(OSError):  # it may have gone again already
            _keep_alive(self.socket.get_extra_info("socket"))
        self.session = self._owner.open(self, self._asked)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """One frame; picows has checked its length and unmasked it."""
        kind = frame.msg_type
        # picows answers what it can't parse with a close of its own, and parses on for a moment.
        if self.closing or transport.is_close_frame_sent:
            if kind == WSMsgType.CLOSE:
                transport.disconnect()
        elif frame.rsv1 or frame.rsv2 or frame.rsv3:
            self._fail(1002, "no extension was agreed on")
        elif (
            kind == WSMsgType.TEXT or kind == WSMsgType.BINARY
        ):  # called per message: two comparisons are half the price of a tuple's
            if frame.fin and self._parts is None:
                self._receive(frame.get_payload_as_bytes(), kind == WSMsgType.BINARY)
            else:
                self._start(frame)
        elif kind == WSMsgType.CONTINUATION:
            self._continue(frame)
        elif kind == WSMsgType.CLOSE:
            self._answer_close(transport, frame)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """The socket has gone, for whatever reason."""
        if not self.closing and transport.is_close_frame_sent:  # picows has ended it
            code = transport.close_handshake.sent.code  # type: ignore[union-attr]  # there, once it is sent
            self._owner.count(code)  # type: ignore[arg-type]  # an IntEnum, whatever the stub says
        if self.session is not None:
            self.session.leave(clean=False)

    def pause_writing(self) -> None:
        """The client does not take what is sent."""
        if self.session is not None:
            self.session.pause()

    def resume_writing(self) -> None:
        """It takes it again."""
        if self.session is not None:
            self.session.resume()

    # -- messages -----------------------------------------------------------------------------------

    def _receive(self, payload: bytes, is_binary: bool) -> None:
        # What is read is JSON, so the decoder checks the UTF-8.
        if self.session is None:
            return
        if is_binary:
            self.session.receive_binary(payload, monotonic())
        else:
            self.session.receive(payload, monotonic())  # the loop is asked with a system call

    def _start(self, frame: WSFrame) -> None:
        if self._parts is not None:
            self._fail(1002, "a new message inside a fragmented one")
            return
        self._parts = []
        self._is_binary = frame.msg_type == WSMsgType.BINARY
        self._fragments = self._size = 0
        self._continue(frame)

    def _continue(self, frame: WSFrame) -> None:
        if self._parts is None:
            self._fail(1002, "a continuation of nothing")
            return
        self._fragments += 1
        self._size += frame.payload_size
        if self._size > FRAME_BYTES or self._fragments > FRAGMENTS:
            self._fail(1009, f"at most {FRAME_BYTES} bytes in {FRAGMENTS} fragments")
            return
        self._parts.append(frame.get_payload_as_bytes())
        if frame.fin:
            payload, self._parts = b"".join(self._parts), None
            self._receive(payload, self._is_binary)

    def _answer_close(self, transport: WSTransport, frame: WSFrame) -> None:
        """RFC 6455 §7.1: echo the code; a code that may not be on the wire is a protocol error."""
        self.closing = True
        if self.session is not None:
            self.session.leave(clean=True)  # nothing is sent behind a close
        payload = frame.get_payload_as_bytes()
        code = int.from_bytes(payload[:2], "big") if payload else 1000
        self.socket.write(close_frame(code if _is_close(payload, code) else 1002, ""))
        transport.disconnect()

    def _fail(self, code: int, reason: str) -> None:
        self._owner.count(code)
        self.end(code, reason)

    # -- the gateway's Connection ---------------------------------------------------------------------

    def buffered(self) -> int:
        """Bytes that wait."""
        return int(self.socket.get_write_buffer_size())

    def close(self, why: Disconnect) -> None:
        """The code tells the client whether to come back."""
        self.end(why.code, why.reason)

    def end(self, code: int, reason: str) -> None:
        """Close after what was written; a client that does not answer is cut off."""
        if self.closing:
            return
        self.closing = True
        self._parts = None
        if self.session is not None:
            self.session.leave(clean=False)  # nothing is sent behind a close
        with contextlib.suppress(RuntimeError):  # the client may have gone at this very moment
            self.socket.write(close_frame(code, reason))
        # One that reads nothing would keep its buffer for as long as it likes.
        cut = self.buffered() > FRAME_BYTES
        loop = asyncio.get_running_loop()
        loop.call_later(0 if cut else LINGER_SECONDS, self.socket.abort)

    def pause_reading(self) -> None:
        """TCP backpressure."""
        self.is_paused = True
        if not self.closing and not self.socket.is_closing():
            self.socket.pause_reading()

    def resume_reading(self) -> None:
        """Go on."""
        self.is_paused = False
        if not self.closing and not self.socket.is_closing():
            self.socket.resume_reading()


def _is_close(payload: bytes, code: int) -> bool:
    if len(payload) == 1:
        return False
    try:
        payload[2:].decode()
    except UnicodeDecodeError:
        return False
    standard = 1000 <= code <= 1014 and code not in (1004, 1005, 1006)
    return standard or 3000 <= code <= 4999


class WebSocketProtocol(WSProtocol):  # type: ignore[misc]  # as said above
    """uvicorn's WebSocket class: uvicorn makes it, replays the request's head, and forgets the socket."""

    def __init__(
        self,
        owner: Upgrade,
        address: str,
        server_connections: set[Any],
    ) -> None:
        self._connections = server_connections
        self._owner = owner
        self._address = address
        self._socket: WebSocket | None = None
        super().__init__(
            None,
            None,
            False,
            self._upgrade,
            _log,
            True,
            HANDSHAKE_SECONDS,
            False,
            30,
            30,
            WSAutoPingStrategy.PING_WHEN_IDLE,
            True,
            FRAME_BYTES,
            None,
            READ_BUFFER,
        )

    def _upgrade(self, request: WSUpgradeRequest) -> WSListener | WSUpgradeResponseWithListener:
        path, _, query = request.path.decode("latin-1").partition("?")
        headers = request.headers
        asked = Asked(self._address, path, query, headers.get("origin"), headers.get("host"))
        refusal = self._owner.admit(asked)
        if refusal is not None:
            response = WSUpgradeResponse.create_error_response(refusal, refusal.phrase.encode())
            return WSUpgradeResponseWithListener(response, None)
        self._socket = WebSocket(self._owner, asked)
        return self._socket

    def connection_made(self, transport: asyncio.Transport) -> None:
        """From uvicorn."""
        self._connections.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """From the loop."""
        self._connections.discard(self)
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        """The request's head, and what came in its segment; later bytes come as buffers."""
        view = memoryview(data)
        while view:
            buffer = self.get_buffer(-1)
            n = min(len(buffer), len(view))
            buffer[:n] = view[:n]
            view = view[n:]
            self.buffer_updated(n)

    def get_buffer(self, size_hint: int) -> memoryview:
        """From the loop: at most `READ_BYTES` at once."""
        buffer: memoryview = super().get_buffer(size_hint)
        return buffer[:READ_BYTES]

    def buffer_updated(self, nbytes: int) -> None:
        """From the loop: one full read per turn, then it is the others' turn; libuv would take 32."""
        super().buffer_updated(nbytes)
        if nbytes == READ_BYTES and self._socket is not None and not self._socket.is_paused:
            self._socket.pause_reading()
            asyncio.get_running_loop().call_soon(self._socket.resume_reading)

    def shutdown(self) -> None:
        """uvicorn ends; the gateway has closed sessions before."""
        if self.transport is not None:
            self.transport.underlying_transport.close()
