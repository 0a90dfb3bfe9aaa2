"""A page of elsewhere whose name was led to this machine (DNS rebinding): it has no token, and is no guest."""

import asyncio

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from support.rest import HTTP, sign_up
from support.server import RunningServer

EVIL = "evil.example"


def _headers(server: RunningServer) -> dict[str, str]:
    host = server.url.replace("127.0.0.1", EVIL)
    return {"Host": host.removeprefix("http://"), "Origin": host}


@pytest.mark.parametrize("path", ["/ws/login", "/mutiperson/ws/login"])
async def test_it_enters_as_nobody(server: RunningServer, path: str) -> None:
    status = await asyncio.to_thread(_login, server, path, _headers(server))
    assert status == 403
    assert await asyncio.to_thread(_login, server, path, {}) == 200


def _login(server: RunningServer, path: str, headers: dict[str, str]) -> int:
    return HTTP.post(server.url + path, json={"user_name": "mallory"}, headers=headers).status_code


async def test_its_sockets_speak_no_dialect_of_guests(server: RunningServer) -> None:
    given = _headers(server)
    host = given.pop("Host")
    origin = {"origin": f"http://{host}"}
    address = server.ws.replace("127.0.0.1", EVIL)
    port = int(address.rpartition(":")[2])
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"{address}/mutiperson", host="127.0.0.1", port=port, **origin)  # type: ignore[arg-type]  # as the library takes it
    assert refused.value.response.status_code == 403
    person = sign_up(server.url)
    async with connect(f"{address}/ws", host="127.0.0.1", port=port, **origin) as socket:  # type: ignore[arg-type]  # as above
        await socket.send('{"type":"INIT","user_id":"1","user_name":"mallory"}')
        assert '"Unknown event type"' in str(await socket.recv())
        await socket.send(f'{{"type":"connect","data":{{"token":"{person.token}"}}}}')
        assert '"connect_ack"' in str(await socket.recv())
