"""A channel with very many messages: filling it through the WebSocket, then reading pages of it."""

import random
from typing import Any, Final

from harness import loadgen, pages
from harness.figures import Figures
from harness.loadgen import Job, Report
from harness.progress import tell
from harness.rest import Rest
from harness.servers import Layout, Running, Server

PAGE: Final = 50
_PORTIONS: Final = 20
_IN_FLIGHT: Final = 256
_READERS: Final = 16
_READ_SECONDS: Final = 10.0


def run(server: Server, messages: int) -> Figures:
    with server.running(Layout(channels=1, connections=1)) as running:
        reader = _Reader(running)
        reports, cursors = _fill(running, reader, messages)
        faults = "; ".join(report.faults for report in reports if report.faults)
        stored = reader.newest_seq()
        if stored != messages:
            faults += f"; {stored} messages stored instead of {messages}"
        figures = pages.read(running.port, reader.requests(cursors), _READERS, _READ_SECONDS)
        rates = [report.acks_per_second for report in reports]
        values = {
            **figures,
            "fill_per_second": messages / sum(report.seconds for report in reports),
            "fill_first_per_second": rates[0],
            "fill_last_per_second": rates[-1],
        }
        return Figures(values, faults.removeprefix("; "), {"fill_rates": rates})


class _Reader:
    """Asks for pages of the one channel."""

    def __init__(self, running: Running) -> None:
        assert running.wire.tokens
        assert running.wire.channels
        self._rest = Rest(running.port)
        self._token = running.wire.tokens.read_text().splitlines()[0]
        self._path = f"/channels/{running.wire.channels.read_text().strip()}/messages"

    def newest_page(self) -> list[dict[str, Any]]:
        path = f"{self._path}?limit={PAGE}"
        messages: list[dict[str, Any]] = self._rest.call("GET", path, token=self._token)["messages"]
        if len(messages) != PAGE:
            raise RuntimeError(f"a page had {len(messages)} messages instead of {PAGE}")
        return messages

    def newest_seq(self) -> int:
        return int(self.newest_page()[0]["seq"])

    def requests(self, cursors: list[str]) -> list[bytes]:
        return [
            f"GET /api/v1{self._path}?before={cursor}&limit={PAGE} HTTP/1.1\r\n"
            f"Host: 127.0.0.1\r\nAuthorization: Bearer {self._token}\r\n\r\n".encode()
            for cursor in cursors
        ]


def _fill(running: Running, reader: _Reader, messages: int) -> tuple[list[Report], list[str]]:
    """Fill in portions, so that a slowdown shows and ids from everywhere are known."""
    reports: list[Report] = []
    cursors: list[str] = []
    job = Job(connections=1, window=_IN_FLIGHT, messages=messages // _PORTIONS, timeout=300)
    for portion in range(_PORTIONS):
        reports.append(loadgen.run(running.wire, job))
        cursors += [message["id"] for message in reader.newest_page()]
        tell(f"    filled {portion + 1} of {_PORTIONS}: {reports[-1].acks_per_second:,.0f}/s")
    random.Random(_PORTIONS).shuffle(cursors)  # the same order every time
    return reports, cursors
