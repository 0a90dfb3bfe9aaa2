"""Paths that are asked for in the wrong way."""

import contextlib
import socket

import pytest

from support.rest import HTTP, call
from support.server import RunningServer

SOCKETS = [
    "/gateway",
    "/ws",
    "/channelchat/ws",
    "/channelchat/api/v1/ws",
    "/studybuddy/ws",
    "/mutiperson",
    "/mutiperson/ws",
]


@pytest.mark.parametrize("path", SOCKETS)
def test_a_plain_request_for_a_websocket_says_how_to_connect(
    server: RunningServer, path: str
) -> None:
    answer = call("GET", server.url + path)
    assert (answer.status, answer.headers["upgrade"]) == (426, "websocket")
    assert "ws://" in answer.body


@pytest.mark.parametrize("path", ["/docs", "/openapi.json"])
def test_the_description_is_found_where_one_looks_first(server: RunningServer, path: str) -> None:
    answer = HTTP.get(server.url + path, follow_redirects=True)
    assert (answer.status_code, "Hubbub" in answer.text) == (200, True)


def test_a_method_that_is_not_there_is_told_which_are(server: RunningServer) -> None:
    answer = call("POST", f"{server.url}/api/v1/servers/1")
    there = "DELETE, GET, HEAD, PATCH"
    assert (answer.status, answer.headers["allow"]) == (405, there)
    assert answer.body["detail"] == f"There is no POST /api/v1/servers/1; there is {there}."
    assert "allow" not in call("GET", f"{server.url}/nowhere").headers


def test_a_head_without_end_is_refused(server: RunningServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as raw:
        raw.sendall(b"GET /health HTTP/1.1\r\nhost: x\r\n")
        with contextlib.suppress(ConnectionError):  # it may be over before all is sent
            for n in range(200):
                raw.sendall(b"x-%d: %s\r\n" % (n, b"y" * 4_000))
        answer = b""
        with contextlib.suppress(ConnectionError):
            answer = raw.recv(100)
    # A reset can overtake the answer; what must not happen is that it is taken.
    assert answer == b"" or answer.split(b" ")[1] in (b"400", b"431")
    assert call("GET", server.url + "/health").status == 200
