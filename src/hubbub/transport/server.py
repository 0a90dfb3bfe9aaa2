"""uvicorn, started inside our own loop, its WebSockets handed to transport/websocket.py."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import httptools
import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from hubbub.transport.address import Addresses
from hubbub.transport.websocket import Upgrade, WebSocketProtocol

HEAD_BYTES = 32 * 1024
HEAD_SECONDS = 10.0
BACKLOG = 4_096  # a reconnect storm must not overflow the kernel's queue


class HttpProtocol(HttpToolsProtocol):
    """uvicorn's HTTP, but bytes behind the upgrade request are not lost."""

    owner: Upgrade
    addresses: Addresses

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's own type, which is this
        """A head must come within HEAD_SECONDS, or the connection is closed (test T36)."""
        super().connection_made(transport)
        self._head_bytes = 0
        self._began = False
        self._head_timer: asyncio.TimerHandle | None = self.loop.call_later(
            HEAD_SECONDS, self._head_is_late
        )

    def connection_lost(self, exc: Exception | None) -> None:
        """From the loop."""
        self._stop_head_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """As uvicorn's, but a head is bounded, and on an upgrade httptools tells how much was HTTP."""
        self._unset_keepalive_if_required()
        self._began = False
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            # What is no WebSocket has been answered as if it had not asked (RFC 9110 §7.8).
            if self._should_upgrade():
                self._upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError:
            self.send_400_response("Invalid HTTP request received.")
        else:
            self._count_head(len(data))

    def _count_head(self, size: int) -> None:
        """The read in which a head began may hold a body before it: one read is what it can have too much."""
        if self._head_timer is not None and not self._began:
            self._head_bytes += size
            if self._head_bytes > HEAD_BYTES:
                self._refuse_head("431 Request Header Fields Too Large")

    def on_headers_complete(self) -> None:
        """From the parser."""
        self._stop_head_timer()
        super().on_headers_complete()

    def on_message_begin(self) -> None:
        """From the parser: a next request on this connection has as long as the first."""
        super().on_message_begin()
        self._began = True
        if self._head_timer is None:
            self._head_bytes = 0
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self._head_is_late)

    def _should_upgrade_to_ws(self) -> bool:
        return True

    def _head_is_late(self) -> None:
        self._head_timer = None
        self._refuse_head("408 Request Timeout")

    def _refuse_head(self, status: str) -> None:
        self._stop_head_timer()
        if not self.transport.is_closing():
            head = f"HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
            self.transport.write(head.encode())
            self.transport.close()

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _upgrade(self, early: bytes) -> None:
        self._stop_head_timer()
        self.handle_websocket_upgrade()
        if early:
            protocol = self.transport.get_protocol()
            protocol.data_received(early)  # type: ignore[attr-defined]  # ours, see below

    def handle_websocket_upgrade(self) -> None:
        """Replays the request's head to the WebSocket side, which then owns the socket."""
        self.connections.discard(self)
        headers = self.scope["headers"]
        head = [b"%s %s HTTP/1.1\r\n" % (self.scope["method"].encode(), self.url)]
        head += [b"%s: %s\r\n" % pair for pair in headers]
        head.append(b"\r\n")
        lines = [v.decode("latin-1") for k, v in headers if k == b"x-forwarded-for"]
        forwarded = ",".join(lines) if lines else None
        peer = self.client[0] if self.client else ""
        address = self.addresses.client(peer, forwarded)
        protocol = WebSocketProtocol(self.owner, address, self.connections)
        protocol.connection_made(self.transport)
        protocol.data_received(b"".join(head))
        self.transport.set_protocol(protocol)


class Server(uvicorn.Server):
    """Signals are the node's business: it drains before it stops."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves them alone."""
        yield


def server(app: Starlette, owner: Upgrade, addresses: Addresses) -> Server:
    """A server for sockets that are already bound."""
    bound = type("BoundHttp", (HttpProtocol,), {"owner": owner, "addresses": addresses})
    config = uvicorn.Config(
        app,
        http=bound,
        ws="none",
        lifespan="off",
        loop="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=3,
    )
    return Server(config)


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; raises OSError when the port is taken or the host is none of ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)
