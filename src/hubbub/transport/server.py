"""uvicorn, started inside our own loop, its WebSockets handed to transport/websocket.py."""

import contextlib
import socket
from collections.abc import Iterator
from http import HTTPStatus

import httptools
import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from hubbub.transport.address import Addresses
from hubbub.transport.websocket import Upgrade, WebSocketProtocol

BACKLOG = 4_096  # a reconnect storm must not overflow the kernel's queue


class HttpProtocol(HttpToolsProtocol):
    """uvicorn's HTTP, but bytes behind the upgrade request are not lost (dependencies.md §0)."""

    owner: Upgrade
    addresses: Addresses

    def data_received(self, data: bytes) -> None:
        """As uvicorn's; on an upgrade httptools tells how much of `data` was HTTP."""
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError:
            self.send_400_response("Invalid HTTP request received.")

    def _should_upgrade_to_ws(self) -> bool:
        return True

    def _upgrade(self, early: bytes) -> None:
        if not self._should_upgrade():
            self.send_400_response(HTTPStatus.UPGRADE_REQUIRED.phrase)
            return
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
        forwarded = next((v.decode("latin-1") for k, v in headers if k == b"x-forwarded-for"), None)
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
