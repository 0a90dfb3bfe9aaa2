"""Clients that have no WebSocket: each keeps one poll under way, some of them send by POST."""

import json
import selectors
import time
from collections.abc import Iterator
from itertools import cycle, islice
from typing import Final

from harness.figures import Figures
from harness.pages import Connection
from harness.servers import Layout, Server

CLIENTS: Final = 1_000
WINDOW: Final = 16
_CONTENT: Final = "Shall we meet at the library tomorrow after the lecture, say at half past four?"
_SEPARATOR: Final = b"\x1e"


def run(server: Server, warm_up: float, seconds: float) -> Figures:
    with server.running(Layout(channels=1, connections=CLIENTS)) as running:
        assert running.wire.tokens
        assert running.wire.channels
        tokens = running.wire.tokens.read_text().splitlines()
        chat = running.wire.channels.read_text().strip()
        crowd = _Crowd(running.port, tokens, chat)
        crowd.run(warm_up)
        return crowd.figures(crowd.run(seconds))


class _Client:
    """One session: a connection for its polls, and one for what it says."""

    def __init__(self, port: int, token: str) -> None:
        self.polls = Connection(port)
        self.posts = Connection(port)
        self._path = "/socket.io/?EIO=4&transport=polling"
        hello = _wait(self.polls, self._get())
        self._path += "&sid=" + json.loads(hello[1:])["sid"]
        _wait(self.posts, self.post(b"40"))
        sign_in = json.dumps(["authenticate", {"token": token}])
        _wait(self.posts, self.post(b"42" + sign_in.encode()))
        while b"sync_messages" not in _wait(self.polls, self._get()):
            continue

    def _get(self) -> bytes:
        return f"GET {self._path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()

    def poll(self) -> None:
        self.polls.ask(self._get())

    def post(self, packet: bytes) -> bytes:
        head = f"POST {self._path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(packet)}\r\n"
        return f"{head}Content-Type: text/plain;charset=UTF-8\r\n\r\n".encode() + packet


def _wait(connection: Connection, request: bytes) -> bytes:
    connection.ask(request)
    while not connection.is_answered():
        continue
    return connection.body


class _Crowd:
    """A closed loop: the next message is sent when one has come to everybody."""

    def __init__(self, port: int, tokens: list[str], chat: str) -> None:
        self._chat = chat
        self._clients = [_Client(port, token) for token in islice(cycle(tokens), CLIENTS)]
        self._selector = selectors.DefaultSelector()
        for client in self._clients:
            self._selector.register(client.polls.socket, selectors.EVENT_READ, client)
            client.poll()
        self._sent_at: dict[int, float] = {}
        self._missing: dict[int, int] = {}
        self._free = list(self._clients[:WINDOW])
        self._sender: dict[int, _Client] = {}
        self._times: list[float] = []
        self._polls = 0
        self._number = 0

    def run(self, seconds: float) -> float:
        """Returns the seconds that it took."""
        self._times.clear()
        self._polls = 0
        started = time.perf_counter()
        while time.perf_counter() < started + seconds:
            while self._free:
                self._send(self._free.pop())
            for key, _ in self._selector.select(timeout=1):
                self._turn(key.data)
        return time.perf_counter() - started

    def _send(self, client: _Client) -> None:
        self._number += 1
        self._sent_at[self._number] = time.perf_counter()
        self._missing[self._number] = CLIENTS
        self._sender[self._number] = client
        message = {"chatId": self._chat, "content": f"#{self._number}# {_CONTENT}"}
        event = json.dumps(["send_message", message]).encode()
        _wait(client.posts, client.post(b"42" + event))

    def _turn(self, client: _Client) -> None:
        if not client.polls.is_answered():
            return
        body = client.polls.body
        client.poll()
        self._polls += 1
        now = time.perf_counter()
        for packet in body.split(_SEPARATOR):
            if packet == b"2":
                _wait(client.posts, client.post(b"3"))
        for number in _numbers(body):
            self._times.append(now - self._sent_at[number])
            self._missing[number] -= 1
            if not self._missing[number]:
                self._free.append(self._sender.pop(number))

    def figures(self, elapsed: float) -> Figures:
        ordered = sorted(self._times)
        values = {
            "deliveries_per_second": len(ordered) / elapsed,
            "p50_ms": 1000 * ordered[len(ordered) // 2],
            "p99_ms": 1000 * ordered[int(len(ordered) * 0.99)],
            "polls_per_second": self._polls / elapsed,
        }
        return Figures(values)


def _numbers(body: bytes) -> Iterator[int]:
    """The numbers of the messages in an answer; each packet has its content twice."""
    for packet in body.split(_SEPARATOR):
        _, mark, rest = packet.partition(b'"#')
        if mark:
            yield int(rest[: rest.index(b"#")])
