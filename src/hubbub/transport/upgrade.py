"""Which dialects a WebSocket's path may speak (docs/design.md, paths)."""

from collections.abc import Collection, Mapping, Sequence
from http import HTTPStatus
from urllib.parse import parse_qs

from hubbub.gateway.gateway import Gateway
from hubbub.gateway.session import Session
from hubbub.ports.dialect import Dialect
from hubbub.transport.websocket import Session as Receiver
from hubbub.transport.websocket import WebSocket

TOKEN = "accesstoken"  # noqa: S105  # the name of seed 000's query parameter


class Door:
    """`by_token`: paths where the token stands in the address and is checked before the upgrade."""

    def __init__(
        self,
        gateway: Gateway,
        paths: Mapping[str, Sequence[Dialect]],
        by_token: frozenset[str],
    ) -> None:
        self._gateway = gateway
        self._paths = paths
        self._by_token = by_token

    @property
    def paths(self) -> Collection[str]:
        """Where WebSockets are spoken."""
        return self._paths.keys()

    def admit(self, address: str, path: str, query: str) -> HTTPStatus | None:
        """404 for a path without WebSocket, 401 for a bad token, 503 while draining or full."""
        if path not in self._paths:
            return HTTPStatus.NOT_FOUND
        if not self._gateway.admits(address):
            return HTTPStatus.SERVICE_UNAVAILABLE
        if path in self._by_token and not self._gateway.knows(_token(query)):
            return HTTPStatus.UNAUTHORIZED
        return None

    def open(self, connection: WebSocket, path: str, query: str) -> Receiver:
        """The session of an upgraded connection."""
        session = self._gateway.open(connection, self._paths[path])
        if path in self._by_token:
            session.sign_in(_token(query))
        return session

    def closed(self, session: Receiver, *, clean: bool) -> None:
        """The socket has gone."""
        if isinstance(session, Session):
            self._gateway.leave(session, clean=clean)


def _token(query: str) -> str:
    return parse_qs(query).get(TOKEN, [""])[0]
