"""T35 over sockets: every request is answered, nobody else notices, and nothing is left of it."""

import asyncio
import json
import os
import socket
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

import httpx2
import psutil
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from failure.test_settle import settled
from hubbub.conformance import EchoNamespaces
from hubbub.model.origins import ANY
from hubbub.transport.address import Addresses
from hubbub.transport.engineio import EngineServer
from hubbub.transport.http import application
from hubbub.transport.origin import Origins
from hubbub.transport.server import bind
from hubbub.transport.server import server as make_server
from hubbub.transport.upgrade import EngineDoor
from hubbub.wire.engine import Engine
from hubbub.wire.engineio import Options
from hubbub.wire.namespaces import Client
from security.grammar import ROWS, TALKS, Frame, raw
from support.engineio import SECONDS, Polling, Wire
from support.rest import Person, sign_up
from support.server import FACTOR, RunningServer, running
from support.sockets import Native

PATH: Final = "/socket.io/"
FUZZ: Final = settings(
    max_examples=int(os.environ.get("TEST_HUBBUB_EXAMPLES", "300")) // 10,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


async def status(method: str, url: str, content: bytes = b"") -> int:
    async with httpx2.AsyncClient(timeout=SECONDS * FACTOR) as http:
        return (await http.request(method, url, content=content)).status_code


async def say(wire: Wire, frame: Frame) -> None:
    """Also text that is no UTF-8."""
    await wire.ws.send(raw(frame), text=isinstance(frame, str))


def payload(frame: Frame) -> bytes:
    return raw(frame) if isinstance(frame, str) else b"bAAAA"


# -- a neighbour is still served ----------------------------------------------------------------------


class Neighbour:
    """Somebody who talks to the same server meanwhile."""

    def __init__(self, server: RunningServer) -> None:
        self._person = sign_up(server.url)
        self._channel = self._person.group()
        self._native = Native(server.ws, self._person.token)

    async def __aenter__(self) -> "Neighbour":
        await self._native.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._native.ws.close()

    async def is_served(self) -> None:
        """A message of theirs is acked."""
        async with asyncio.timeout(SECONDS * FACTOR):
            await self._native.say(self._channel, "still here")


async def attack_websocket(server: RunningServer, frames: list[Frame]) -> None:
    async with Wire(server.ws + PATH) as wire:
        await say(wire, "40")
        for frame in frames:
            if wire.ws.state.name != "OPEN":
                break
            try:
                await say(wire, frame)
            except OSError:
                break
        wire.ws.transport.abort()


async def attack_polling(server: RunningServer, frames: list[Frame]) -> None:
    async with Polling(server.url + PATH) as client:
        for body in (b"40", *map(payload, frames), b"\x1e".join(map(payload, frames))):
            answer = await client.http.post(client.url, content=body)
            assert answer.status_code in (200, 400), answer.status_code
        answer = await client.get()
        assert answer.status_code in (200, 400), answer.status_code


@pytest.fixture(scope="module")
def t35(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running(tmp_path_factory.mktemp("t35")) as server:
        yield server
        assert "Traceback" not in server.output(), server.output()[-3_000:]


async def test_t35_known_attacks_leave_the_server_and_its_neighbours_alone(
    t35: RunningServer,
) -> None:
    async with Neighbour(t35) as neighbour:
        for row in ROWS:
            await attack_websocket(t35, [row])
            await attack_polling(t35, [row])
            await neighbour.is_served()


@FUZZ
@given(TALKS)
def test_t35_fuzz_leaves_the_server_and_its_neighbours_alone(
    t35: RunningServer, frames: list[Frame]
) -> None:
    async def attack() -> None:
        async with Neighbour(t35) as neighbour:
            await attack_websocket(t35, frames)
            await attack_polling(t35, frames)
            await neighbour.is_served()

    asyncio.run(attack())


# -- every request is answered ------------------------------------------------------------------------

EIO: Final = "EIO=4&transport=polling"
REQUESTS: Final = [
    ("GET", "", b""),
    ("GET", "EIO=4", b""),
    ("GET", f"{EIO}&sid=", b""),
    ("GET", f"{EIO}&sid=__proto__", b""),
    ("GET", f"{EIO}&sid=constructor", b""),
    ("GET", f"{EIO}&sid=%00%ff", b""),
    ("GET", f"{EIO}&sid={'x' * 5_000}", b""),
    ("GET", f"EIO=4&EIO=3&transport=polling&sid=x{'&a=1' * 1_000}", b""),
    ("POST", EIO, b"40"),
    ("POST", f"{EIO}&sid=__proto__", b"40"),
    ("POST", f"{EIO}&sid=x", b"b" * 100_000),
    ("PUT", f"{EIO}&sid=x", b""),
    ("OPTIONS", EIO, b""),
    ("HEAD", EIO, b""),
    ("TRACE", EIO, b""),
    ("BREW", EIO, b""),
]


@pytest.mark.parametrize(("method", "query", "body"), REQUESTS)
async def test_t35_request_without_session_is_answered_with_a_refusal(
    t35: RunningServer, method: str, query: str, body: bytes
) -> None:
    assert await status(method, f"{t35.url}{PATH}?{query}", body) in (400, 405)


@pytest.mark.parametrize(
    "body", [b"\xff" * 100, b"b" + b"A" * 70_000, b"4" * 65_537, b"\x1e" * 60_000, b"", b"b===="]
)
async def test_t35_post_when_its_body_is_rubbish_is_answered_and_ends_the_session(
    t35: RunningServer, body: bytes
) -> None:
    async with Polling(t35.url + PATH) as client:
        assert (await client.http.post(client.url, content=body)).status_code == 400
        await client.wait_closed()


@pytest.mark.parametrize("sid", ["__proto__", "x", "constructor", "%00", "x" * 5_000])
async def test_t35_websocket_when_it_guesses_a_sid_is_refused(t35: RunningServer, sid: str) -> None:
    assert await upgraded(t35, f"EIO=4&transport=websocket&sid={sid}") == 400


@pytest.mark.parametrize(
    "query",
    [
        "transport=websocket",
        "EIO=3&transport=websocket",
        "EIO=4&transport=polling",
        "EIO=4",
        f"EIO=4&transport=websocket{'&a=1' * 100}",
    ],
)
async def test_t35_upgrade_when_it_is_of_another_kind_leaves_the_session(
    t35: RunningServer, query: str
) -> None:
    async with Polling(t35.url + PATH) as client:
        assert await upgraded(t35, f"{query}&sid={client.sid}") == 400
        await client.send("40")
        assert str(await client.receive()).startswith("40{")


async def upgraded(server: RunningServer, query: str) -> int:
    """The status of a WebSocket's handshake."""
    with pytest.raises(InvalidStatus) as refusal:
        await connect(f"{server.ws}{PATH}?{query}")
    return refusal.value.response.status_code


def test_t35_sids_are_long_and_of_their_own(t35: RunningServer) -> None:
    with httpx2.Client() as http:
        answers = [http.get(f"{t35.url}{PATH}?{EIO}").text for _ in range(50)]
    sids = {json.loads(answer[1:])["sid"] for answer in answers}
    assert len(sids) == 50
    assert all(len(sid) >= 22 for sid in sids), "132 bits"


async def test_t35_post_while_a_poll_hangs_is_answered_and_answers_the_poll(
    t35: RunningServer,
) -> None:
    async with Polling(t35.url + PATH) as client:
        poll, post = await asyncio.gather(client.get(), client.post("40"))
        assert (post.status_code, post.text) == (200, "ok")
        assert poll.text.startswith("40{")


async def test_t35_two_posts_at_once_are_both_answered_and_end_the_session(
    t35: RunningServer,
) -> None:
    async with Polling(t35.url + PATH) as client:
        reader, writer = await asyncio.open_connection("127.0.0.1", t35.port)
        target = client.url.removeprefix(t35.url)
        head = f"POST {target} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n"
        writer.write(f"{head}Connection: close\r\n\r\n".encode())
        assert b" 100 " in await asyncio.wait_for(reader.readline(), SECONDS * FACTOR)
        assert (await client.post("40")).status_code == 400
        writer.write(b"40")
        first = await asyncio.wait_for(reader.read(), SECONDS * FACTOR)
        writer.close()
        await writer.wait_closed()
        assert b" 400 " in first
        assert (await client.get()).status_code == 400


async def test_t35_post_when_its_body_never_comes_keeps_nobody_waiting(t35: RunningServer) -> None:
    async with Polling(t35.url + PATH) as client, Neighbour(t35) as neighbour:
        with socket.create_connection(("127.0.0.1", t35.port)) as raw_socket:
            target = client.url.removeprefix(t35.url)
            head = f"POST {target} HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n4"
            raw_socket.sendall(head.encode())
            await neighbour.is_served()


# -- recovery -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("offset", ["abc", "-1", "", "1.5", "٣", "9" * 16, "9" * 5_000, "0x1"])
async def test_t35_recovery_when_the_offset_is_rubbish_begins_anew(
    t35: RunningServer, offset: str
) -> None:
    person = sign_up(t35.url)
    pid = await lost_connection(t35, person)
    async with Wire(t35.ws + PATH) as wire:
        await wire.send(f"40{json.dumps({'pid': pid, 'offset': offset})}")
        hello = json.loads(str(await wire.receive())[2:])
        assert hello["pid"] != pid
        await wire.send('42["mark_read",{"chatId":"x"}]')
        assert "error" in str(await wire.receive()), "nobody is signed in"


@pytest.mark.parametrize("pid", ["", "__proto__", "x" * 43, "x" * 10_000])
async def test_t35_recovery_when_the_pid_is_guessed_begins_anew(
    t35: RunningServer, pid: str
) -> None:
    async with Wire(t35.ws + PATH) as wire:
        await wire.send(f"40{json.dumps({'pid': pid, 'offset': '0'})}")
        assert json.loads(str(await wire.receive())[2:])["pid"] != pid


async def lost_connection(server: RunningServer, person: Person) -> str:
    """Signed in, then cut off: its pid."""
    async with Wire(server.ws + PATH) as wire:
        await wire.send("40")
        hello = json.loads(str(await wire.receive())[2:])
        await wire.send(f"42{json.dumps(['authenticate', {'token': person.token}])}")
        while "sync_messages" not in str(await wire.receive()):
            pass
        wire.ws.transport.abort()
    return str(hello["pid"])


# -- nothing is left ----------------------------------------------------------------------------------


async def test_t35_sessions_and_files_settle_after_all_attacks(tmp_path: Path) -> None:
    with running(tmp_path, {"HUBBUB_PRESENCE_GRACE_SECONDS": "0.2"}) as server:
        process = psutil.Process(server.pid)
        await attack_websocket(server, ["2"])
        await attack_polling(server, ["2"])
        start = await settled(server, process, process.num_fds() + 10)
        for row in ROWS:
            await asyncio.gather(attack_websocket(server, [row]), attack_polling(server, [row]))
        await settled(server, process, start)


class Inside:
    """A server in this process, so that its tables can be looked at. It notices silence at once."""

    def __init__(self) -> None:
        namespaces = EchoNamespaces(lambda: os.urandom(16).hex())

        def client(engine: Engine, address: str) -> Client:
            return Client(engine, namespaces, address, 0.2)

        addresses = Addresses(())
        options = Options(ping_interval=0.2, ping_timeout=0.2)
        self.engines = EngineServer(
            client,
            lambda: os.urandom(16).hex(),
            options,
            addresses,
            Origins((ANY,)),
            lambda: True,
            capped=True,
        )
        self._listener = bind("127.0.0.1", 0)
        self.port = self._listener.getsockname()[1]
        app = application([self.engines.route(PATH)], ())
        self.server = make_server(app, EngineDoor(self.engines, (PATH,)), addresses)

    async def serve(self) -> None:
        await self.server.serve([self._listener])

    async def settle(self) -> None:
        """Until nothing is left; looks often, since nothing tells."""
        deadline = time.monotonic() + SECONDS * FACTOR
        while any(self.engines.sizes().values()):
            assert time.monotonic() < deadline, self.engines.sizes()
            await asyncio.sleep(0.02)


@pytest.fixture
async def inside() -> AsyncIterator[Inside]:
    made = Inside()
    serving = asyncio.ensure_future(made.serve())
    yield made
    made.server.should_exit = True
    await serving


@pytest.mark.parametrize("row", ROWS, ids=lambda row: repr(row)[:40])
async def test_t35_tables_settle_after_an_attack(inside: Inside, row: Frame) -> None:
    async with Wire(f"ws://127.0.0.1:{inside.port}{PATH}") as wire:
        await say(wire, "40")
        await say(wire, row)
        async with Polling(f"http://127.0.0.1:{inside.port}{PATH}") as polling:
            await polling.http.post(polling.url, content=payload(row))
            await inside.settle()


async def test_t35_tables_settle_after_an_upgrade_that_never_ends(inside: Inside) -> None:
    async with (
        Polling(f"http://127.0.0.1:{inside.port}{PATH}") as polling,
        Wire(f"ws://127.0.0.1:{inside.port}{PATH}", polling.sid) as wire,
    ):
        await wire.send("2probe")
        assert await wire.packet() == "3probe"
        await inside.settle()
        await wire.wait_closed()


async def test_t35_tables_count_who_is_there(inside: Inside) -> None:
    """Otherwise their zero would prove nothing."""
    async with Polling(f"http://127.0.0.1:{inside.port}{PATH}"):
        assert inside.engines.sizes() == {"engines": 1, "new_engines": 1}
