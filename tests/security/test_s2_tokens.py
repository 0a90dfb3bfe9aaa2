"""S2: every wrong token gets the same answer, by REST and on both kinds of socket."""

import pytest

from security.forge import FORGED, Forger
from support.rest import call, sign_up
from support.server import RunningServer
from support.sockets import Socket

_UNAUTHENTICATED = 4001
ROWS = list(FORGED)


@pytest.fixture(scope="module")
def forger(server: RunningServer) -> Forger:
    person = sign_up(server.url)
    secret = (server.data / "secret").read_text()
    return Forger(secret, person.token, person.refresh_token)


def test_s2_table_has_at_least_40_rows() -> None:
    assert len(FORGED) >= 40


def test_s2_the_forger_could_make_a_good_token(server: RunningServer, forger: Forger) -> None:
    """Otherwise the table would prove nothing."""
    for token in (forger.token, forger.token_with()):
        assert call("GET", f"{server.url}/api/v1/users/@me", token=token).status == 200


@pytest.mark.parametrize("name", ROWS)
def test_s2_forged_token_gets_401_with_one_body_by_rest(
    server: RunningServer, forger: Forger, name: str
) -> None:
    url = f"{server.url}/api/v1/users/@me"
    found = call("GET", url, token=FORGED[name](forger))
    plain = call("GET", url, token="x.y.z")
    assert found.status == 401, found.body
    assert found.body == plain.body
    assert found.headers["www-authenticate"] == plain.headers["www-authenticate"]


# Native refuses the longest for its length, before it looks: see below.
BY_SOCKET = [("/ws", name) for name in ROWS] + [
    ("/gateway", name) for name in ROWS if name != "longer than any"
]


@pytest.mark.parametrize(("path", "name"), BY_SOCKET)
async def test_s2_forged_token_ends_the_socket_with_one_answer(
    server: RunningServer, forger: Forger, name: str, path: str
) -> None:
    async def answer(token: str) -> tuple[object, object, int]:
        async with Socket(server.ws + path) as socket:
            await socket.send({"type": "connect", "data": {"token": token}})
            frame = await socket.receive()
            code, _ = await socket.wait_closed(3)
            return frame["type"], frame["data"], code

    kind, data, code = await answer(FORGED[name](forger))
    assert (kind, data, code) == await answer("x.y.z")
    assert (kind, code) == ("error", _UNAUTHENTICATED)


@pytest.mark.parametrize("path", ["/gateway", "/ws"])
async def test_s2_megabyte_token_on_a_socket_is_cut_off_as_too_big(
    server: RunningServer, path: str
) -> None:
    async with Socket(server.ws + path) as socket:
        await socket.send({"type": "connect", "data": {"token": "A" * 1_000_000}})
        assert (await socket.wait_closed())[0] == 1009


async def test_s2_too_long_token_on_native_signs_nobody_in(
    server: RunningServer, forger: Forger
) -> None:
    async with Socket(f"{server.ws}/gateway") as socket:
        await socket.send({"type": "connect", "data": {"token": FORGED["longer than any"](forger)}})
        assert (await socket.receive())["type"] == "error"
        await socket.send({"type": "typing", "ref": 1, "data": {"channel_id": "0"}})
        assert (await socket.receive())["data"]["code"] == "unauthorized"


def test_s2_megabyte_token_by_rest_is_refused_and_the_server_lives(server: RunningServer) -> None:
    import socket

    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as plain:
        head = b"GET /api/v1/users/@me HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer "
        answer = b""
        try:
            plain.sendall(head + b"A" * 1_000_000 + b"\r\n\r\n")
            while chunk := plain.recv(65_536):
                answer += chunk
        except ConnectionError:
            pass  # cut off while it was still sending is as good
    assert b" 200 " not in answer[:20]
    assert call("GET", f"{server.url}/health").status == 200
