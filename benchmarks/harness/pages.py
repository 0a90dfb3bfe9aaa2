"""A closed loop of HTTP requests on bare sockets: http.client would be slower than the server."""

import selectors
import socket
import time
from itertools import cycle
from typing import Final

_RECEIVE_BYTES: Final = 1 << 18


def read(port: int, requests: list[bytes], readers: int, seconds: float) -> dict[str, float]:
    """Keep one request in flight on each of the readers' connections; return what was measured."""
    return _Readers(port, requests, readers).run(seconds)


class Connection:
    """One keep-alive connection with one request under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.asked_at = 0.0
        self.answer = bytearray()
        self._expected = 0

    def ask(self, request: bytes) -> None:
        self.answer.clear()
        self._expected = 0
        self.asked_at = time.perf_counter()
        self.socket.sendall(request)

    @property
    def body(self) -> bytes:
        """Of the whole answer."""
        return bytes(self.answer).partition(b"\r\n\r\n")[2]

    def is_answered(self) -> bool:
        """Read what there is; true when that completed the answer."""
        received = self.socket.recv(_RECEIVE_BYTES)
        if not received:
            raise RuntimeError("the server closed the connection")
        self.answer += received
        if not self._expected:
            self._expected = _whole_size(self.answer)
        return 0 < self._expected <= len(self.answer)


class _Readers:
    def __init__(self, port: int, requests: list[bytes], readers: int) -> None:
        self._requests = cycle(requests)
        self._connections = [Connection(port) for _ in range(readers)]
        self._times: list[float] = []
        self._bytes = 0

    def run(self, seconds: float) -> dict[str, float]:
        started, cpu_started = time.perf_counter(), time.process_time()
        with selectors.DefaultSelector() as selector:
            for connection in self._connections:
                selector.register(connection.socket, selectors.EVENT_READ, connection)
                connection.ask(next(self._requests))
            while time.perf_counter() < started + seconds:
                self._turn(selector)
        elapsed = time.perf_counter() - started
        return self._figures(elapsed, (time.process_time() - cpu_started) / elapsed)

    def _turn(self, selector: selectors.BaseSelector) -> None:
        for key, _ in selector.select(timeout=1):
            connection: Connection = key.data
            if connection.is_answered():
                self._times.append(time.perf_counter() - connection.asked_at)
                self._bytes += len(connection.answer)
                connection.ask(next(self._requests))

    def _figures(self, elapsed: float, generator_cpu: float) -> dict[str, float]:
        ordered = sorted(self._times)
        return {
            "requests_per_second": len(ordered) / elapsed,
            "p50_ms": 1000 * ordered[len(ordered) // 2],
            "p99_ms": 1000 * ordered[int(len(ordered) * 0.99)],
            "bytes_each": self._bytes / len(ordered),
            "generator_cpu": generator_cpu,
        }


def _whole_size(answer: bytearray) -> int:
    """Return the answer's size with its head; 0 when the head has not come whole."""
    head, separator, _ = bytes(answer).partition(b"\r\n\r\n")
    if not separator:
        return 0
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"the answer was {bytes(answer[:300])!r}")
    for line in head.lower().split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name == b"content-length":
            return len(head) + len(separator) + int(value)
    raise RuntimeError("an answer came without a Content-Length")
