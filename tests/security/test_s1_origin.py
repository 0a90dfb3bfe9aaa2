"""S1: a page of elsewhere opens no connection: no WebSocket, no poll, no POST, no upgrade."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from security.origins import ALLOWED, OF_SERVER, ORIGINS
from support.engineio import SECONDS, Polling, Wire
from support.rest import sign_up
from support.server import FACTOR, RunningServer, running

WEBSOCKETS = [
    "/gateway",
    "/ws",
    "/",
    "/channelchat/ws",
    "/mutiperson/ws",
    "/socket.io/?EIO=4&transport=websocket",
]


@dataclass
class Site:
    """A started server. `is_open`: ALLOWED are in its `cors_origins`."""

    server: RunningServer
    is_open: bool

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def ws(self) -> str:
        return self.server.ws

    def at(self, origin: str) -> str:
        """A row of the table."""
        host = f"127.0.0.1:{self.server.port}"
        return origin.format(host=host, name="127.0.0.1", port=self.server.port)

    def allows(self, origin: str) -> bool:
        """What the table says."""
        return origin in OF_SERVER or (self.is_open and ORIGINS[origin])


@pytest.fixture(scope="module", params=[False, True], ids=["nobody named", "some named"])
def s1(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Without `cors_origins` and with them."""
    environment = {"HUBBUB_CORS_ORIGINS": ",".join(ALLOWED)} if request.param else {}
    with running(tmp_path_factory.mktemp("s1"), environment) as server:
        yield Site(server, request.param)


async def websocket(url: str, origin: str) -> int:
    """The status of the handshake."""
    try:
        async with connect(url, additional_headers={"origin": origin}):
            return 101
    except InvalidStatus as refusal:
        return refusal.response.status_code


@pytest.mark.parametrize("path", WEBSOCKETS)
async def test_s1_websocket_opens_only_for_allowed_pages(s1: Site, path: str) -> None:
    for origin in ORIGINS:
        expected = 101 if s1.allows(origin) else 403
        assert await websocket(s1.ws + path, s1.at(origin)) == expected, origin


async def test_s1_poll_opens_only_for_allowed_pages(s1: Site) -> None:
    url = f"{s1.url}/socket.io/?EIO=4&transport=polling"
    async with httpx2.AsyncClient(timeout=SECONDS * FACTOR) as http:
        for origin in ORIGINS:
            answer = await http.get(url, headers={"origin": s1.at(origin)})
            assert answer.status_code == (200 if s1.allows(origin) else 403), origin


async def test_s1_session_is_neither_fed_nor_upgraded_by_other_pages(s1: Site) -> None:
    async with Polling(f"{s1.url}/socket.io/") as client:
        upgrade = f"{s1.ws}/socket.io/?EIO=4&transport=websocket&sid={client.sid}"
        for origin in (o for o in ORIGINS if not s1.allows(o)):
            headers = {"origin": s1.at(origin)}
            answer = await client.http.post(client.url, content="40", headers=headers)
            assert answer.status_code == 403, origin
            assert (await client.http.get(client.url, headers=headers)).status_code == 403, origin
            assert await websocket(upgrade, s1.at(origin)) == 403, origin
        await client.send("40")
        packet = await client.receive()
        assert isinstance(packet, str)
        assert packet.startswith("40{"), "the session is as it was"


async def test_s1_token_of_a_person_opens_nothing_for_other_pages(s1: Site) -> None:
    person = sign_up(s1.url)
    path = f"/channelchat/api/v1/ws?accesstoken={person.token}"
    assert await websocket(s1.ws + path, "https://evil.example") == 403
    assert await websocket(s1.ws + path, f"http://127.0.0.1:{s1.server.port}") == 101


async def test_s1_program_without_origin_is_let_in(s1: Site) -> None:
    async with Polling(f"{s1.url}/socket.io/") as polling, Wire(f"{s1.ws}/socket.io/") as wire:
        assert polling.sid != wire.sid


async def test_s1_no_answer_sets_a_cookie(s1: Site) -> None:
    """What a browser does not keep, no page can misuse."""
    async with Polling(f"{s1.url}/socket.io/") as client:
        assert not client.http.cookies
    async with Wire(f"{s1.ws}/socket.io/") as wire:
        assert wire.ws.response is not None
        assert "set-cookie" not in wire.ws.response.headers
