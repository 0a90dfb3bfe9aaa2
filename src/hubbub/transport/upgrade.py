"""Which dialects a WebSocket's path may speak (docs/design.md, paths)."""

from collections.abc import Collection, Mapping, Sequence
from http import HTTPStatus
from urllib.parse import parse_qs

from hubbub.gateway.gateway import Gateway
from hubbub.ports.dialect import Dialect
from hubbub.transport.engineio import EngineServer
from hubbub.transport.origin import Origins
from hubbub.transport.websocket import Asked, Session, WebSocket

TOKEN = "accesstoken"  # noqa: S105  # the name of seed 000's query parameter


class Door:
    """`by_token`: paths where the token stands in the address and is checked before the upgrade.
    `engines`: paths where Engine.IO is spoken, over polling as well. `anywhere`: what any other path speaks.
    """

    def __init__(
        self,
        gateway: Gateway,
        origins: Origins,
        paths: Mapping[str, Sequence[Dialect]],
        by_token: frozenset[str],
        engines: Mapping[str, EngineServer],
        anywhere: Sequence[Dialect] = (),
    ) -> None:
        self._anywhere = anywhere
        self._gateway = gateway
        self._origins = origins
        self._paths = paths
        self._by_token = by_token
        self._engines = engines

    @property
    def paths(self) -> Collection[str]:
        """Where only WebSockets are spoken."""
        return self._paths.keys()

    def count(self, code: int) -> None:
        """For the metrics."""
        self._gateway.closes[code] += 1

    def admit(self, asked: Asked) -> HTTPStatus | None:
        """403 for a page of elsewhere, 404 for a path without WebSocket, 401 for a bad token, 503 while
        draining or full."""
        if not self._origins.allows(asked.origin, asked.host):
            return HTTPStatus.FORBIDDEN
        if asked.path in self._engines:
            return self._engines[asked.path].admit(asked.address, asked.query)
        if asked.path not in self._paths and not self._anywhere:
            return HTTPStatus.NOT_FOUND
        if not self._spoken(asked):
            return HTTPStatus.FORBIDDEN
        if not self._gateway.admits(asked.address):
            return HTTPStatus.SERVICE_UNAVAILABLE
        if asked.path in self._by_token and not self._gateway.knows(_token(asked.query)):
            return HTTPStatus.UNAUTHORIZED
        return None

    def open(self, connection: WebSocket, asked: Asked) -> Session:
        """What takes the messages of an upgraded connection."""
        if asked.path in self._engines:
            return self._engines[asked.path].connected(connection, asked.query)
        session = self._gateway.open(connection, self._spoken(asked))
        if asked.path in self._by_token:
            session.sign_in(_token(asked.query))
        return session

    def _spoken(self, asked: Asked) -> Sequence[Dialect]:
        """What a path speaks; to a page that guests are not believed from, nothing that admits them."""
        found = self._paths.get(asked.path, self._anywhere)
        if asked.origin is None or self._origins.is_home(asked.host):
            return found
        return [dialect for dialect in found if not dialect.admits_guests]


class EngineDoor:
    """Only Engine.IO, for everybody."""

    def __init__(self, engine: EngineServer, paths: Collection[str]) -> None:
        self._engine = engine
        self._paths = paths

    def count(self, code: int) -> None:
        """Nobody asks."""

    def admit(self, asked: Asked) -> HTTPStatus | None:
        """404 for any other path."""
        if asked.path not in self._paths:
            return HTTPStatus.NOT_FOUND
        return self._engine.admit(asked.address, asked.query)

    def open(self, connection: WebSocket, asked: Asked) -> Session:
        """What takes the messages of an upgraded connection."""
        return self._engine.connected(connection, asked.query)


def _token(query: str) -> str:
    return parse_qs(query).get(TOKEN, [""])[0]
