"""Seed 001's clients: its own code, npm's `socket.io-client` and python-socketio."""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import socketio

from support.rest import Person, call, sign_up
from support.seeds import example
from support.server import RunningServer, running
from support.socketio_clients import (
    NODE,
    SECONDS,
    TRANSPORTS,
    Json,
    NodeClient,
    PythonClient,
    hexed,
    node,
)
from support.sockets import EngineIo

CONNECTED, IS_READY, ENDED = "成功连接到网关", "网关准备就绪，已成功加入所有房间", "连接断开"
NO_TOKEN = "Authentication error: No token provided"
WRONG_TOKEN = "Authentication error: Invalid token"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running(tmp_path_factory.mktemp("mew"), own="mew") as started:
        yield started


class Place:
    """A server with a channel, by Mew's REST."""

    def __init__(self, url: str, owner: Person, *others: Person) -> None:
        self.url = f"{url}/api"
        self.owner = owner
        self.id = self.ask(owner, "POST", "/servers", {"name": "Mew"})["_id"]
        made = self.ask(owner, "POST", f"/servers/{self.id}/channels", {"name": "general"})
        self.channel = made["_id"]
        code = self.ask(owner, "POST", f"/servers/{self.id}/invites", {})["code"]
        for other in others:
            self.ask(other, "POST", f"/invites/{code}")

    def ask(self, person: Person, method: str, path: str, body: object = None) -> Json:
        answer = call(method, self.url + path, body, person.token)
        assert answer.status < 300, answer
        return dict(answer.body)

    def history(self) -> list[str]:
        path = f"{self.url}/channels/{self.channel}/messages"
        return [m["content"] for m in call("GET", path, token=self.owner.token).body]

    def message(self, content: str) -> Json:
        payload = {"clientNonce": f"nonce {content}"}
        return {"channelId": self.channel, "content": content, "payload": payload}


def with_token(person: Person, **options: object) -> Json:
    return {"auth": {"token": person.token}, **options}


# -- the seed's own code ------------------------------------------------------------------------------


@asynccontextmanager
async def seed_code(url: str, token: str) -> AsyncIterator[Process]:
    """What its documentation shows, with an address and a token of ours."""
    shown = example("001-mew-websocket-api.md", "client/main.ts")
    code = shown.replace("http://localhost:3000", url).replace("<YOUR_JWT_TOKEN>", token)
    assert token in code
    process = await asyncio.create_subprocess_exec(
        "node", "--input-type=module", "-e", code, cwd=NODE, stdout=PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def said(process: Process) -> str:
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), SECONDS)
    return line.decode().strip()


@pytest.mark.parametrize("listener", ["main", "own"])
async def test_seed_code_when_run_connects_is_ready_and_hears_the_end(
    own: RunningServer, listener: str
) -> None:
    alice = sign_up(own.url)
    url = own.url if listener == "main" else own.own("mew")
    async with seed_code(url, alice.token) as process:
        assert await said(process) == CONNECTED
        assert await said(process) == IS_READY
        alice.ok("POST", "/auth/logout")
        assert await said(process) == f"{ENDED}: io server disconnect"


# -- socket.io-client ---------------------------------------------------------------------------------


async def here(client: NodeClient) -> list[str]:
    """Who is, once the client is ready."""
    assert await client.event("ready") == []
    (online,) = await client.event("PRESENCE_INITIAL_STATE")
    return list(online)


@pytest.mark.parametrize("transports", TRANSPORTS, ids="+".join)
@pytest.mark.parametrize("namespace", ["/", "/mew"])
async def test_node_when_over_any_transport_sends_and_hears(
    server: RunningServer,
    person: Callable[[], Person],
    transports: list[str],
    namespace: str,
) -> None:
    alice, bob = person(), person()
    place = Place(server.url, alice, bob)
    url, options = server.url + namespace, {"transports": transports}
    async with (
        node(url, **with_token(alice, **options)) as one,
        node(url, **with_token(bob, **options)) as other,
    ):
        assert hexed(alice.id) in await here(one)
        assert {hexed(alice.id), hexed(bob.id)} >= {*await here(other)}
        await one.emit("message/create", place.message("你好 😀"))
        (mine,) = await one.event("MESSAGE_CREATE")
        (theirs,) = await other.event("MESSAGE_CREATE")
        assert mine["payload"] == {"clientNonce": "nonce 你好 😀"}
        assert mine == theirs | {"payload": mine["payload"]}
        assert "payload" not in theirs
    assert place.history() == ["你好 😀"]


@pytest.mark.parametrize(
    ("namespace", "auth", "text"),
    [
        ("/mew", {}, NO_TOKEN),
        ("/mew", {"token": ""}, NO_TOKEN),
        ("/mew", {"token": "wrong"}, WRONG_TOKEN),
        ("/", {"token": "wrong"}, WRONG_TOKEN),
        ("/", {"token": ["x"]}, WRONG_TOKEN),
    ],
)
@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_node_when_the_token_is_not_right_gets_the_original_text(
    server: RunningServer, namespace: str, auth: Json, text: str, transport: str
) -> None:
    async with node(server.url + namespace, auth=auth, transports=[transport]) as client:
        assert (await client.wait("connect_error"))["message"] == text


async def test_node_when_on_mews_own_port_needs_a_token_in_the_root(own: RunningServer) -> None:
    async with node(own.own("mew")) as client:
        assert (await client.wait("connect_error"))["message"] == NO_TOKEN
    async with node(f"{own.own('mew')}/chatgroup") as client:
        assert (await client.wait("connect_error"))["message"] == "Invalid namespace"
    alice = sign_up(own.url)
    place = Place(own.own("mew"), alice)
    async with node(own.own("mew"), **with_token(alice)) as client:
        await here(client)
        await client.emit("message/create", place.message("on the port it expects"))
        await client.event("MESSAGE_CREATE")
    assert place.history() == ["on the port it expects"]


async def test_node_when_its_token_has_ended_gets_the_original_text(server: RunningServer) -> None:
    alice = sign_up(server.url)
    alice.ok("POST", "/auth/logout")
    async with node(server.url, **with_token(alice)) as client:
        assert (await client.wait("connect_error"))["message"] == WRONG_TOKEN


async def test_node_when_another_comes_and_goes_hears_it_once_each(
    server: RunningServer, person: Callable[[], Person]
) -> None:
    alice, bob = person(), person()
    Place(server.url, alice, bob)
    async with node(server.url, **with_token(alice)) as one:
        assert await here(one) == [hexed(alice.id)]
        async with node(server.url, **with_token(bob)) as tab:
            assert await here(tab) == sorted((hexed(alice.id), hexed(bob.id)))
            assert await one.event("PRESENCE_UPDATE") == [
                {"userId": hexed(bob.id), "status": "online"}
            ]
            async with node(server.url, **with_token(bob)) as other_tab:
                await here(other_tab)
        # Two tabs have closed, and that he went is told once; nothing of him comes between.
        assert await one.event("PRESENCE_UPDATE") == [
            {"userId": hexed(bob.id), "status": "offline"}
        ]


async def test_node_when_it_joins_later_hears_without_connecting_anew(
    server: RunningServer, person: Callable[[], Person]
) -> None:
    alice, bob = person(), person()
    async with node(server.url, **with_token(bob)) as client:
        await here(client)
        place = Place(server.url, alice, bob)
        await client.event("SERVER_CREATE")
        place.ask(alice, "POST", f"/channels/{place.channel}/messages", {"content": "welcome"})
        (heard,) = await client.event("MESSAGE_CREATE")
    assert heard["content"] == "welcome"


@pytest.mark.parametrize("transports", [["websocket"], ["polling"]], ids="+".join)
async def test_node_when_the_server_was_killed_is_ready_again_and_goes_on(
    tmp_path: Path, transports: list[str]
) -> None:
    own = RunningServer(tmp_path)
    own.start()
    alice = sign_up(own.url)
    place = Place(own.url, alice)
    try:
        async with node(own.url, **with_token(alice, transports=transports)) as client:
            await here(client)
            await client.emit("message/create", place.message("before"))
            await client.event("MESSAGE_CREATE")
            await asyncio.to_thread(own.kill)
            await client.wait("disconnect")
            await asyncio.to_thread(own.start)
            await here(client)
            # The same again is the same message: a retry makes no second one.
            for content in ("before", "after"):
                await client.emit("message/create", place.message(content))
                (heard,) = await client.event("MESSAGE_CREATE")
                assert heard["payload"] == {"clientNonce": f"nonce {content}"}
        assert place.history() == ["after", "before"]
    finally:
        own.terminate()


@pytest.mark.parametrize("transports", TRANSPORTS, ids="+".join)
async def test_node_when_it_authenticates_behind_a_token_is_chatgroup(
    server: RunningServer, person: Callable[[], Person], transports: list[str]
) -> None:
    alice = person()
    channel = alice.group()
    async with node(server.url, **with_token(alice, transports=transports)) as client:
        await client.wait("connect")
        await client.emit("authenticate", {"token": alice.token})
        assert await client.event("authenticated") == [{"userId": hexed(alice.id)}]
        assert await client.event("sync_messages") == [[]]
        asked = {"chatId": hexed(channel), "content": "hi", "localId": "l"}
        ((acked),) = await client.ask("send_message", asked)
        assert acked["success"] is True
        alice.send(channel, "live")
        assert await client.heard("live") == ["live"]
    assert [m["content"] for m in alice.history(channel)["messages"]] == ["live", "hi"]


async def test_socket_when_it_leaves_while_its_token_is_looked_up_may_come_back(
    fresh_server: RunningServer,
) -> None:
    alice = sign_up(fresh_server.url)
    fresh_server.terminate()
    fresh_server.start()  # or the token would be known without a look into the database
    async with EngineIo(fresh_server.ws) as socket:
        enter = f'40/mew,{{"token":"{alice.token}"}}'
        for packet in (enter, '42/mew,1["message/create",{}]', "41/mew,", enter):
            await socket.ws.send(packet)
        assert (await socket.receive())["packet"].startswith("40/mew,")
        assert await socket.receive() == ["ready"]
        assert await socket.receive() == ["PRESENCE_INITIAL_STATE", [hexed(alice.id)]]
        await socket.ws.send('42/mew,2["message/create",{}]')
        assert (await socket.receive())["id"] == 2


# -- python-socketio ----------------------------------------------------------------------------------


@pytest.mark.parametrize("transports", TRANSPORTS, ids="+".join)
@pytest.mark.parametrize("namespace", ["/", "/mew"])
async def test_python_when_over_any_transport_sends_and_hears(
    server: RunningServer,
    person: Callable[[], Person],
    transports: list[str],
    namespace: str,
) -> None:
    alice, bob = person(), person()
    place = Place(server.url, alice, bob)
    async with PythonClient() as one, PythonClient() as other:
        for client, who in ((one, alice), (other, bob)):
            auth = {"token": who.token}
            await client.connect(server.url, namespace, transports=transports, auth=auth)
            assert await client.event("ready") == []
            await client.event("PRESENCE_INITIAL_STATE")
        acked = await one.call("message/create", place.message("hello"))
        assert acked["success"] is True
        ((heard),) = await other.event("MESSAGE_CREATE")
        assert (heard["_id"], heard["content"]) == (acked["message"]["_id"], "hello")


async def test_python_when_the_token_is_wrong_is_told_in_the_original_text(
    server: RunningServer,
) -> None:
    async with PythonClient() as client:
        client.sio.on("connect_error", client.on("connect_error"), namespace="/mew")
        with pytest.raises(socketio.exceptions.ConnectionError):
            await client.connect(server.url, "/mew", auth={"token": "wrong"})
        assert await client.event("connect_error") == [{"message": WRONG_TOKEN}]
