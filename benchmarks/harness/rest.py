"""Hubbub's REST interface, as far as the scenarios need it to set themselves up."""

import http.client
import json
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

_THREADS: Final = 8
_TIMEOUT_SECONDS: Final = 30.0

Item = TypeVar("Item")
Result = TypeVar("Result")


class RestError(RuntimeError):
    """The server answered with an error."""


class Rest:
    """A client that may be used by several threads; each keeps a connection of its own."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._mine = threading.local()

    def call(self, method: str, path: str, body: object = None, token: str = "") -> Any:
        """Return the decoded answer, None for an empty one."""
        connection = self._connection()
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        encoded = None if body is None else json.dumps(body).encode()
        connection.request(method, f"/api/v1{path}", encoded, headers)
        response = connection.getresponse()
        answer = response.read()
        if response.status >= 300:
            raise RestError(f"{method} {path}: {response.status} {answer.decode()[:300]}")
        return json.loads(answer) if answer else None

    def _connection(self) -> http.client.HTTPConnection:
        if not hasattr(self._mine, "connection"):
            self._mine.connection = http.client.HTTPConnection(
                "127.0.0.1", self._port, timeout=_TIMEOUT_SECONDS
            )
        connection: http.client.HTTPConnection = self._mine.connection
        return connection


def in_parallel(function: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    with ThreadPoolExecutor(_THREADS) as pool:
        return list(pool.map(function, items))
