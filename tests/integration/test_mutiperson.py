"""Clients of MutiPersonChat against a real server: what is not confirmed is sent again, and survives `kill -9`."""

import asyncio
import json
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect

from support.rest import HTTP, Person, call
from support.server import FACTOR, RunningServer, running
from support.sockets import ChannelChat, MutiPerson, Native, Socket

Json = dict[str, Any]
NODE = Path(__file__).parent.parent / "node"


def _name(word: str) -> str:
    return f"{word}-{secrets.token_hex(6)}"


def _enter(server: RunningServer, name: str) -> str:
    """The guest's id."""
    answer = call("POST", f"{server.url}/ws/login", {"user_name": name})
    return str(answer.body["data"]["user_id"])


def _message(sender: MutiPerson, to: str, text: str, temp_id: str | int) -> Json:
    frame = {"type": "MESSAGE", "chat_type": "PTP", "from_user_id": sender.user_id}
    return frame | {"message_id": "-2", "to_user_id": to, "message": text, "temp_id": temp_id}


async def _say(sender: MutiPerson, to: str, text: str, temp_id: str | int) -> str:
    """The id that it is confirmed with."""
    await sender.send(_message(sender, to, text, temp_id))
    confirmed = await sender.wait(lambda f: f["type"] == "CONFIRM" and f["temp_id"] == temp_id)
    return str(confirmed["message_id"])


async def _confirm(receiver: MutiPerson, *message_ids: str) -> None:
    for message_id in message_ids:
        await receiver.send({"type": "CONFIRM", "message_id": message_id})


async def _waiting(server: RunningServer, name: str) -> list[str]:
    """What comes with a new connection that confirms nothing."""
    async with MutiPerson(server.url, name) as client:
        frames = await client.drain()
    return [f["message_id"] for f in frames if f["type"] == "MESSAGE"]


async def test_frames_when_sent_as_binary_are_answered_as_text(server: RunningServer) -> None:
    async with MutiPerson(server.url, _name("ann")) as ann:
        await ann.send(ann.FENCE)
        answer = await ann.ws.recv()
    assert isinstance(answer, str)
    assert json.loads(answer) == {"type": "PONG", "message": "pong", "from_user_id": "0"}


async def test_queue_when_the_server_is_killed_comes_in_order_and_goes_only_when_confirmed(
    fresh_server: RunningServer,
) -> None:
    server, bob = fresh_server, _name("bob")
    bob_id = _enter(server, bob)
    async with MutiPerson(server.url, _name("ann")) as ann:
        ids = [await _say(ann, bob_id, f"m{n}", str(n)) for n in range(3)]
    server.kill()
    server.start()
    assert await _waiting(server, bob) == ids
    assert await _waiting(server, bob) == ids
    async with MutiPerson(server.url, bob) as client:
        await _confirm(client, ids[1], ids[0])
        await client.drain()
    assert await _waiting(server, bob) == ids[2:]  # by now the positions of the last are stored
    server.kill()
    server.start()
    async with MutiPerson(server.url, bob) as client:
        assert [f["message_id"] for f in await client.drain()] == ids[2:]
        await _confirm(client, *ids[2:])
        await client.drain()
    assert await _waiting(server, bob) == []


async def test_message_when_it_is_not_confirmed_comes_again_and_then_no_more(
    server: RunningServer,
) -> None:
    async with (
        MutiPerson(server.url, _name("ann")) as ann,
        MutiPerson(server.url, _name("bob")) as bob,
    ):
        message_id = await _say(ann, bob.user_id, "hello?", 1)
        first = await bob.wait_type("MESSAGE")
        start = time.monotonic()
        again = await bob.wait_type("MESSAGE", seconds=5)
        waited = time.monotonic() - start
        await _confirm(bob, message_id)
        await bob.drain()
        assert first["message_id"] == message_id
        assert again == first
        assert 2.5 < waited < 4.5 * FACTOR
        assert await _waiting(server, bob._name) == []


async def test_message_when_sent_twice_is_confirmed_with_one_id_also_after_a_kill(
    fresh_server: RunningServer,
) -> None:
    server, name = fresh_server, _name("ann")
    bob = _name("bob")
    bob_id = _enter(server, bob)
    async with MutiPerson(server.url, name) as ann:
        await ann.send(_message(ann, bob_id, "once", 7))
        first = await _say(ann, bob_id, "once", 7)
        assert await _say(ann, bob_id, "once", 7) == first
    server.kill()
    server.start()
    async with MutiPerson(server.url, name) as ann:
        assert await _say(ann, bob_id, "once", 7) == first
    assert await _waiting(server, bob) == [first]


async def test_connection_when_silent_for_seven_seconds_ends(server: RunningServer) -> None:
    async with Socket(f"{server.ws}/mutiperson/ws") as socket:
        await socket.send({"type": "INIT", "user_id": "1", "user_name": _name("ann")})
        await socket.wait_type("SYSTEM")
        start = time.monotonic()
        code, reason = await socket.wait_closed(12)
    assert (code, reason) == (4003, "no heartbeat")
    assert 6.5 < time.monotonic() - start < 9.5 * FACTOR


@pytest.fixture
def own_port(tmp_path: Path) -> Iterator[str]:
    """The address of a listener that is this dialect's."""
    with running(tmp_path, own="mutiperson") as server:
        yield server.own("mutiperson").removeprefix("http://")


@pytest.mark.parametrize("path", ["/", "", "/ws", "/anything/at?all=1"])
async def test_own_listener_when_any_path_is_opened_speaks(own_port: str, path: str) -> None:
    name = _name("ann")
    login = call("POST", f"http://{own_port}/ws/login", {"user_name": name})
    async with connect(f"ws://{own_port}{path}") as socket:
        await socket.send(b'{"type": "INIT", "user_id": 1, "user_name": "%s"}' % name.encode())
        frame = json.loads(await asyncio.wait_for(socket.recv(), 10 * FACTOR))
    assert frame == {"type": "SYSTEM", "user_id": 1, "user_name": name, "message": "join"}
    assert login.body["data"]["user_name"] == name


FOREIGN = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
    {"origin": "null"},
]


@pytest.mark.parametrize("headers", FOREIGN)
def test_page_of_elsewhere_makes_nobodys_browser_write(
    server: RunningServer, headers: dict[str, str]
) -> None:
    ann, block = _enter(server, _name("ann")), _name("tea")
    url = f"{server.url}/ws/block/new?user_id={ann}&block_name={block}"
    refused = HTTP.get(url, headers=headers).json()
    found = call("GET", f"{server.url}/ws/search/block?block_name={block}").body["data"]
    assert (refused["code"], found) == (500, [])
    assert "cors_origins" in refused["data"]["reason"]


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("form", [False, True])
def test_page_of_elsewhere_makes_no_guest_by_anybodys_browser(
    server: RunningServer, headers: dict[str, str], *, form: bool
) -> None:
    url, name = f"{server.url}/ws/login", _name("ann")
    # Browsers send forms, and JSON that is called text, without asking first.
    body: Json = {"files": {"user_name": (None, name)}}
    if not form:
        body = {"content": json.dumps({"user_name": name})}
        headers = {**headers, "content-type": "text/plain"}
    refused = HTTP.post(url, headers=headers, **body)
    found = call("GET", f"{server.url}/ws/search/contacter?user_name={name}").body["data"]
    assert (refused.status_code, found) == (403, [])
    assert "cors_origins" in refused.json()["message"]


@pytest.mark.parametrize("site", ["none", "same-origin"])
def test_page_of_this_server_may_write(server: RunningServer, site: str) -> None:
    ann = _enter(server, _name("ann"))
    url = f"{server.url}/ws/block/new?user_id={ann}&block_name=tea"
    assert HTTP.get(url, headers={"sec-fetch-site": site}).json()["code"] == 200


async def test_first_client_of_the_seed_chats_with_native_and_channelchat(
    server: RunningServer, person: Callable[[], Person]
) -> None:
    alice, bob, name = person(), person(), _name("ann")
    config = {"url": server.url, "name": name, "messages": ["你好", "two"], "expect": 4}
    client = await asyncio.create_subprocess_exec(
        "node", "lobby.mjs", json.dumps(config), cwd=NODE,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert client.stdin is not None
    assert client.stdout is not None
    async with (
        asyncio.timeout(20 * FACTOR),
        Native(server.ws, alice.token) as a,
        ChannelChat(server.ws, bob.token, bob.id) as b,
    ):
        await b.enter("0")
        while json.loads(await client.stdout.readline()) != {"ready": True}:
            pass
        await a.say("0", "from native")
        await b.send({"op": 0, "d": {"channel_id": "0", "content": "from channelchat"}})
        await b.wait_type("message_ack")
        client.stdin.write(b"go\n")
        frames = [json.loads(line) async for line in client.stdout]
        assert await client.wait() == 0
        heard = [(await b.wait_type("new_message"))["data"]["content"] for _ in range(4)]
        native = [(await a.wait_type("new_message"))["data"]["message"] for _ in range(4)]
    said = [(f["user_name"], f["message"]) for f in frames if f["type"] == "USER"]
    mine = [f["mine"] for f in frames if f["type"] == "USER"]
    assert said == [(m["author"]["username"], m["content"]) for m in native]
    assert [text for _, text in said] == heard
    assert sorted(said) == sorted(
        [(alice.name, "from native"), (bob.name, "from channelchat"), (name, "你好"), (name, "two")]
    )
    assert mine == [who == name for who, _ in said]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("user_name={0}&extra=1", 200),
        ("name=%E5%BC%A0+{0}", 200),
        ('{{"user_name": "{0}"}}', 200),  # as `curl -d` sends JSON
        ("user_name=", 400),
        ("&".join(f"f{n}=1" for n in range(9)), 400),
        ("user_name=%ff{0}", 400),
    ],
)
def test_login_when_the_body_is_a_form_takes_its_fields(
    server: RunningServer, body: str, status: int
) -> None:
    name = _name("ann")
    found = HTTP.post(
        f"{server.url}/ws/login",
        content=body.format(name).encode(),
        headers={"content-type": "application/x-www-form-urlencoded; charset=utf-8"},
    )
    assert (found.status_code, found.json()["code"]) == (status, status), found.text
    if status == 200:
        assert found.json()["data"]["user_name"] in (name, f"张 {name}")
