"""Engine.IO v4, case by case as its protocol text says, on the server that its official suite expects."""

import asyncio
import time
from collections.abc import Iterator

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from support.engineio import CLOSE, PING, SECONDS, ConformanceServer, Polling, Wire, conforming
from support.engineio import upgrade as take_over
from support.server import FACTOR

OTHER_VERSIONS = ["", "EIO=3", "EIO=5", "EIO=abc"]
OTHER_TRANSPORTS = ["", "transport=abc"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConformanceServer]:
    with conforming(tmp_path_factory.mktemp("engineio"), "engineio") as started:
        yield started


async def status(method: str, url: str) -> int:
    async with httpx2.AsyncClient(timeout=SECONDS * FACTOR) as http:
        return (await http.request(method, url)).status_code


async def refused(url: str) -> int:
    """The HTTP status with which a WebSocket is refused."""
    with pytest.raises(InvalidStatus) as refusal:
        await connect(url)
    return refusal.value.response.status_code


# -- handshake ----------------------------------------------------------------------------------------


async def test_handshake_when_polling_says_what_holds(server: ConformanceServer) -> None:
    async with Polling(server.polling) as client:
        assert client.sid
        assert client.hello == {
            "sid": client.sid,
            "upgrades": ["websocket"],
            "pingInterval": 300,
            "pingTimeout": 200,
            "maxPayload": 1_000_000,
        }


async def test_handshake_when_polling_twice_makes_two_sessions(server: ConformanceServer) -> None:
    async with Polling(server.polling) as one, Polling(server.polling) as other:
        assert one.sid != other.sid


@pytest.mark.parametrize("version", OTHER_VERSIONS)
async def test_handshake_when_polling_with_another_version_is_refused(
    server: ConformanceServer, version: str
) -> None:
    assert await status("GET", f"{server.polling}?transport=polling&{version}") == 400


@pytest.mark.parametrize("transport", OTHER_TRANSPORTS)
async def test_handshake_when_polling_with_an_unknown_transport_is_refused(
    server: ConformanceServer, transport: str
) -> None:
    assert await status("GET", f"{server.polling}?EIO=4&{transport}") == 400


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_handshake_when_not_by_get_is_refused(server: ConformanceServer, method: str) -> None:
    assert await status(method, f"{server.polling}?EIO=4&transport=polling") == 400


async def test_handshake_when_websocket_says_what_holds(server: ConformanceServer) -> None:
    async with Wire(server.websocket) as client:
        assert client.sid
        assert client.hello == {
            "sid": client.sid,
            "upgrades": [],
            "pingInterval": 300,
            "pingTimeout": 200,
            "maxPayload": 1_000_000,
        }


@pytest.mark.parametrize("version", OTHER_VERSIONS)
async def test_handshake_when_websocket_with_another_version_is_refused(
    server: ConformanceServer, version: str
) -> None:
    assert await refused(f"{server.websocket}?transport=websocket&{version}") == 400


@pytest.mark.parametrize("transport", OTHER_TRANSPORTS)
async def test_handshake_when_websocket_with_an_unknown_transport_is_refused(
    server: ConformanceServer, transport: str
) -> None:
    assert await refused(f"{server.websocket}?EIO=4&{transport}") == 400


# -- messages -----------------------------------------------------------------------------------------


async def test_post_when_one_packet_comes_back_with_a_poll(server: ConformanceServer) -> None:
    async with Polling(server.polling) as client:
        await client.send("4hello")
        assert await client.receive() == "4hello"


async def test_post_when_several_packets_all_come_back_in_order(server: ConformanceServer) -> None:
    packets = ("4one", "4two 你好 😀", "4", "4three")
    async with Polling(server.polling) as client:
        await client.send(*packets)
        assert tuple([await client.receive() for _ in packets]) == packets


async def test_post_when_text_and_binary_are_mixed_both_come_back(
    server: ConformanceServer,
) -> None:
    packets = ("4text", b"\x01\x02\x03\x04", "4more", b"", bytes(range(256)))
    async with Polling(server.polling) as client:
        await client.send(*packets)
        assert tuple([await client.receive() for _ in packets]) == packets


@pytest.mark.parametrize("body", ["abc", "", "4hello\x1eabc", "b####", "2", "0{}", "8", "4a\x1e"])
async def test_post_when_a_packet_is_invalid_closes_the_session(
    server: ConformanceServer, body: str
) -> None:
    async with Polling(server.polling) as client:
        assert (await client.post(body)).status_code == 400
        await client.wait_closed()
        assert (await client.post("4hello")).status_code == 400


async def test_poll_when_another_is_under_way_closes_the_session(server: ConformanceServer) -> None:
    async with Polling(server.polling) as client:
        answers = await asyncio.gather(client.get(), client.get())
        found = sorted((answer.status_code, answer.text) for answer in answers)
        assert found[0] == (200, CLOSE)
        assert found[1][0] == 400
        assert (await client.get()).status_code == 400


async def test_poll_when_given_up_closes_the_session(server: ConformanceServer) -> None:
    async with Polling(server.polling) as client:
        _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        target = client.url.removeprefix(server.url)
        writer.write(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        async with asyncio.timeout(SECONDS * FACTOR):
            while (await client.post("3")).status_code == 200:  # a pong: it is not the silence
                pass
        assert (await client.get()).status_code == 400


async def test_websocket_when_text_echoes_text(server: ConformanceServer) -> None:
    async with Wire(server.websocket) as client:
        await client.send("4hello 你好 😀")
        assert await client.receive() == "4hello 你好 😀"


async def test_websocket_when_binary_echoes_binary(server: ConformanceServer) -> None:
    async with Wire(server.websocket) as client:
        await client.send(bytes(range(256)))
        assert await client.receive() == bytes(range(256))


@pytest.mark.parametrize("packet", ["abc", "", "2", "0{}", "7", "9"])
async def test_websocket_when_a_packet_is_invalid_closes_the_session(
    server: ConformanceServer, packet: str
) -> None:
    async with Wire(server.websocket) as client:
        await client.send(packet)
        await client.wait_closed()


# -- heartbeat ----------------------------------------------------------------------------------------


async def test_heartbeat_when_polling_client_answers_goes_on(server: ConformanceServer) -> None:
    async with Polling(server.polling) as client:
        for _ in range(3):
            assert await client.packet() == PING
            await client.send("3")


async def test_heartbeat_when_polling_client_is_silent_ends_the_session(
    server: ConformanceServer,
) -> None:
    async with Polling(server.polling) as client:
        assert await client.packet() == PING
        asked = time.monotonic()
        await client.wait_closed(answering=False)
        assert time.monotonic() - asked > 0.15
        assert (await client.post("4hello")).status_code == 400


async def test_heartbeat_when_websocket_client_answers_goes_on(server: ConformanceServer) -> None:
    async with Wire(server.websocket) as client:
        for _ in range(3):
            assert await client.packet() == PING
            await client.send("3")


async def test_heartbeat_when_websocket_client_is_silent_ends_the_session(
    server: ConformanceServer,
) -> None:
    async with Wire(server.websocket) as client:
        assert await client.packet() == PING
        asked = time.monotonic()
        await client.wait_closed(answering=False)
        assert time.monotonic() - asked > 0.15


# -- closing ------------------------------------------------------------------------------------------


async def test_close_when_polling_client_says_it_ends_the_poll_and_the_session(
    server: ConformanceServer,
) -> None:
    async with Polling(server.polling) as client:
        poll, said = await asyncio.gather(client.get(), client.post(CLOSE))
        assert (said.status_code, said.text) == (200, "ok")
        assert poll.text == "6" or poll.status_code == 400  # it may have come after the POST
        assert (await client.get()).status_code == 400


async def test_close_when_websocket_client_says_it_ends_the_session(
    server: ConformanceServer,
) -> None:
    async with Wire(server.websocket) as client:
        await client.send(CLOSE)
        await client.wait_closed()


# -- upgrade ------------------------------------------------------------------------------------------


async def test_upgrade_when_probed_goes_on_over_the_websocket(server: ConformanceServer) -> None:
    async with Polling(server.polling) as polling, Wire(server.websocket, polling.sid) as wire:
        await take_over(polling, wire)
        await wire.send("4hello")
        assert await wire.receive() == "4hello"


async def test_upgrade_when_done_leaves_no_polling(server: ConformanceServer) -> None:
    async with Polling(server.polling) as polling, Wire(server.websocket, polling.sid) as wire:
        await take_over(polling, wire)
        await wire.send("4first")
        assert await wire.receive() == "4first"
        assert (await polling.get()).status_code == 400
        assert (await polling.post("4hello")).status_code == 400
        await wire.send("4still there")
        assert await wire.receive() == "4still there"


async def test_upgrade_when_done_ends_a_second_websocket(server: ConformanceServer) -> None:
    async with Polling(server.polling) as polling, Wire(server.websocket, polling.sid) as wire:
        await take_over(polling, wire)
        async with Wire(server.websocket, polling.sid) as second:
            await second.wait_closed()
        await wire.send("4still there")
        assert await wire.receive() == "4still there"


async def test_upgrade_when_the_probe_is_wrong_stays_on_polling(server: ConformanceServer) -> None:
    async with Polling(server.polling) as polling, Wire(server.websocket, polling.sid) as wire:
        await wire.send("2wrong")
        await wire.wait_closed()
        await polling.send("4hello")
        assert await polling.receive() == "4hello"


async def test_upgrade_when_of_another_version_is_refused(server: ConformanceServer) -> None:
    async with Polling(server.polling) as polling:
        url = f"{server.websocket}?EIO=3&transport=websocket&sid={polling.sid}"
        assert await refused(url) == 400
        await polling.send("4hello")
        assert await polling.receive() == "4hello"
