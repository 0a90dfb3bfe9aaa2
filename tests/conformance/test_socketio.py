"""Socket.IO v5, case by case as its protocol text says, on the server that its official suite expects."""

import json
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from support.engineio import (
    CLOSE,
    PING,
    SECONDS,
    ConformanceServer,
    Packet,
    Polling,
    Wire,
    conforming,
)
from support.engineio import upgrade as take_over
from support.server import FACTOR

Client = Polling | Wire
HOLDER = '{"_placeholder":true,"num":%d}'
BOTH = ["polling", "websocket"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConformanceServer]:
    with conforming(tmp_path_factory.mktemp("socketio"), "socketio") as started:
        yield started


@pytest.fixture(params=BOTH)
async def client(
    server: ConformanceServer, request: pytest.FixtureRequest
) -> AsyncIterator[Client]:
    """A fresh session, in no namespace, over each transport."""
    kind = Polling if request.param == "polling" else Wire
    async with kind(getattr(server, request.param)) as opened:
        yield opened


@pytest.fixture
async def guest(client: Client) -> Client:
    """One that is in the main namespace."""
    await enter(client)
    return client


def read(packet: Packet, head: str) -> Any:
    """The JSON behind a packet's head."""
    assert isinstance(packet, str)
    assert packet.startswith(head), packet
    return json.loads(packet.removeprefix(head))


async def enter(client: Client, namespace: str = "") -> str:
    """Connects; the sid."""
    await client.send(f"40{namespace}")
    sid = read(await client.receive(), f"40{namespace}")["sid"]
    assert await client.receive() == f'42{namespace}["auth",{{}}]'
    return str(sid)


async def refused(url: str) -> int:
    with pytest.raises(InvalidStatus) as refusal:
        await connect(url)
    return refusal.value.response.status_code


# -- what is below ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", BOTH)
async def test_session_when_opened_says_what_holds(server: ConformanceServer, kind: str) -> None:
    opener = Polling if kind == "polling" else Wire
    async with opener(getattr(server, kind)) as opened:
        upgrades = ["websocket"] if kind == "polling" else []
        assert opened.hello.pop("sid")
        assert opened.hello == {
            "upgrades": upgrades,
            "pingInterval": 300,
            "pingTimeout": 200,
            "maxPayload": 1_000_000,
        }


@pytest.mark.parametrize(
    "query",
    [
        "transport={}",
        "EIO=abc&transport={}",
        "EIO=3&transport={}",
        "EIO=4",
        "EIO=4&transport=abc",
    ],
)
async def test_session_when_version_or_transport_is_wrong_is_refused(
    server: ConformanceServer, query: str
) -> None:
    async with httpx2.AsyncClient(timeout=SECONDS * FACTOR) as http:
        answer = await http.get(f"{server.polling}?{query.format('polling')}")
    assert answer.status_code == 400
    assert await refused(f"{server.websocket}?{query.format('websocket')}") == 400


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_session_when_not_opened_by_get_is_refused(
    server: ConformanceServer, method: str
) -> None:
    async with httpx2.AsyncClient(timeout=SECONDS * FACTOR) as http:
        answer = await http.request(method, f"{server.polling}?EIO=4&transport=polling")
    assert answer.status_code == 400


async def test_heartbeat_when_answered_goes_on(guest: Client) -> None:
    for _ in range(3):
        assert await guest.packet() == PING
        await guest.send("3")


async def test_heartbeat_when_not_answered_ends_the_session(guest: Client) -> None:
    assert await guest.packet() == PING
    asked = time.monotonic()
    await guest.wait_closed(answering=False)
    assert time.monotonic() - asked > 0.15


async def test_close_when_the_client_says_it_ends_the_session(guest: Client) -> None:
    await guest.send(CLOSE)
    await guest.wait_closed()


async def test_upgrade_when_in_a_namespace_stays_in_it(server: ConformanceServer) -> None:
    async with Polling(server.polling) as polling, Wire(server.websocket, polling.sid) as wire:
        await enter(polling)
        await take_over(polling, wire)
        await wire.send('42["message",1]')
        assert await wire.receive() == '42["message-back",1]'
        assert (await polling.get()).status_code == 400
        assert (await polling.post('42["message",1]')).status_code == 400


async def test_upgrade_when_before_any_namespace_may_enter_one(server: ConformanceServer) -> None:
    async with Polling(server.polling) as polling, Wire(server.websocket, polling.sid) as wire:
        await take_over(polling, wire)
        assert await enter(wire)


async def test_upgrade_when_done_ends_a_second_websocket(server: ConformanceServer) -> None:
    async with Polling(server.polling) as polling, Wire(server.websocket, polling.sid) as wire:
        await take_over(polling, wire)
        async with Wire(server.websocket, polling.sid) as second:
            await second.wait_closed()
        assert await enter(wire)


# -- connecting ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("namespace", ["", "/custom,"])
async def test_connect_when_the_namespace_is_known_says_the_sid_first(
    client: Client, namespace: str
) -> None:
    sid = await enter(client, namespace)
    assert sid
    assert sid != client.sid, "who knows a namespace's sid must not know the session's"


@pytest.mark.parametrize("namespace", ["", "/custom,"])
async def test_connect_when_auth_is_given_hands_it_on(client: Client, namespace: str) -> None:
    await client.send(f'40{namespace}{{"token":"123","deep":[{{"x":null}}]}}')
    assert read(await client.receive(), f"40{namespace}")["sid"]
    event = read(await client.receive(), f"42{namespace}")
    assert event == ["auth", {"token": "123", "deep": [{"x": None}]}]


async def test_connect_when_the_namespace_has_a_query_drops_it(client: Client) -> None:
    await client.send("40/custom?token=1,")
    assert read(await client.receive(), "40/custom,")["sid"]


async def test_connect_when_the_namespace_is_unknown_is_refused_and_stays_open(
    client: Client,
) -> None:
    await client.send("40/random")
    assert read(await client.receive(), "44/random,") == {"message": "Invalid namespace"}
    assert await enter(client)


@pytest.mark.parametrize("packet", ["4", "4abc", "40abc", "40{", "40[]", '40"token"'])
async def test_connect_when_the_packet_is_invalid_closes(client: Client, packet: str) -> None:
    await post(client, packet)
    await client.wait_closed()


async def test_connect_when_nobody_does_closes_after_a_second(client: Client) -> None:
    opened = time.monotonic()
    await client.wait_closed()
    assert 0.5 < time.monotonic() - opened < 2 * FACTOR


async def test_connect_when_done_twice_closes(guest: Client) -> None:
    await post(guest, "40")
    await guest.wait_closed()


async def test_namespaces_when_two_are_entered_have_sids_of_their_own(client: Client) -> None:
    main, custom = await enter(client), await enter(client, "/custom,")
    assert main != custom
    await client.send('42["message",1]', '42/custom,["message",2]')
    assert await client.receive() == '42["message-back",1]'
    assert await client.receive() == '42/custom,["message-back",2]'


# -- leaving ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("left", "kept"), [("", "/custom,"), ("/custom,", "")])
async def test_disconnect_when_from_one_namespace_keeps_the_other(
    client: Client, left: str, kept: str
) -> None:
    await enter(client, left)
    await enter(client, kept)
    await client.send(f"41{left}", f'42{kept}["message","there"]')
    assert await client.receive() == f'42{kept}["message-back","there"]'


@pytest.mark.parametrize("namespace", ["", "/custom,"])
async def test_disconnect_when_from_the_last_namespace_keeps_the_session(
    client: Client, namespace: str
) -> None:
    first = await enter(client, namespace)
    await client.send(f"41{namespace}")
    assert await client.packet() == PING
    await client.send("3")
    assert await enter(client, namespace) != first


# -- events -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("args", ['1,"2",{"3":[true]}', '"你好 😀"', "null", "1.5,-0,[[]]"])
async def test_event_when_text_comes_back(guest: Client, args: str) -> None:
    await guest.send(f'42["message",{args}]')
    assert read(await guest.receive(), "42") == ["message-back", *json.loads(f"[{args}]")]


async def test_event_when_it_has_no_arguments_comes_back(guest: Client) -> None:
    await guest.send('42["message"]')
    assert await guest.receive() == '42["message-back"]'


@pytest.mark.parametrize("ack", [0, 456, 999_999_999_999_999])
async def test_event_when_it_asks_for_an_ack_gets_that_one(guest: Client, ack: int) -> None:
    await guest.send(f'42{ack}["message-with-ack",1,"2",{{"3":[false]}}]')
    assert await guest.receive() == f'43{ack}[1,"2",{{"3":[false]}}]'


async def test_event_when_in_a_namespace_is_acked_there(client: Client) -> None:
    await enter(client, "/custom,")
    await client.send('42/custom,7["message-with-ack",1]')
    assert await client.receive() == "43/custom,7[1]"


async def test_event_when_it_has_attachments_comes_back_with_them(guest: Client) -> None:
    first, second = HOLDER % 0, HOLDER % 1
    await guest.send(f'452-["message",{first},[{{"x":{second}}}],3]', b"\x01\x02\x03", b"\x04\x05")
    echoed = await guest.receive()
    assert echoed == f'452-["message-back",{first},[{{"x":{second}}}],3]'
    assert [await guest.receive(), await guest.receive()] == [b"\x01\x02\x03", b"\x04\x05"]


async def test_event_when_it_has_attachments_and_asks_for_an_ack_gets_both(guest: Client) -> None:
    holders = f"{HOLDER % 0},{HOLDER % 1}"
    await guest.send(f'452-789["message-with-ack",{holders}]', b"\x01\x02\x03", b"")
    assert await guest.receive() == f"462-789[{holders}]"
    assert [await guest.receive(), await guest.receive()] == [b"\x01\x02\x03", b""]


async def test_event_when_in_a_namespace_has_its_attachments_there(client: Client) -> None:
    await enter(client, "/custom,")
    await client.send(f'451-/custom,["message",{HOLDER % 0}]', b"\xff")
    assert await client.receive() == f'451-/custom,["message-back",{HOLDER % 0}]'
    assert await client.receive() == b"\xff"


@pytest.mark.parametrize(
    "packets",
    [
        ["4abc"],
        ["47"],
        ["49[]"],
        ["42"],
        ["42{}"],
        ["42[]"],
        ["42[1]"],
        ['42"message"'],
        ['42["message"'],
        ['42abc["message-with-ack",1]'],
        ['421abc["message-with-ack",1]'],
        ['42-1["message-with-ack",1]'],
        ['42["connect"]'],
        ['42["disconnect",1]'],
        ['44{"message":"no"}'],
        ["41/custom"],
        ['42/custom,["message"]'],
        [f'45["message",{HOLDER % 0}]'],
        [f'451-["message",{HOLDER % 1}]', b"x"],
        [f'451-["message",{HOLDER % 0}]', '42["message"]'],
        [b"an attachment of nothing"],
    ],
)
async def test_event_when_the_packet_is_invalid_closes(
    guest: Client, packets: list[Packet]
) -> None:
    await post(guest, *packets)
    await guest.wait_closed()


@pytest.mark.parametrize("packet", ['42["message",1]', "41", "431[]", '42/custom,["message",1]'])
async def test_event_when_not_connected_closes(client: Client, packet: str) -> None:
    await post(client, packet)
    await client.wait_closed()


# -- what closing tests share -------------------------------------------------------------------------


async def post(client: Client, *packets: Packet) -> None:
    """Over polling the answer may be either: the session ends while the POST is read."""
    if isinstance(client, Polling):
        await client.post(*packets)
    else:
        await client.send(*packets)
