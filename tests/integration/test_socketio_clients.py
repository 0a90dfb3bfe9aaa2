"""Socket.IO's own clients against chatgroup and against the echo that the official suites expect."""

import asyncio
import base64
import itertools
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import socketio

from support.engineio import ConformanceServer, conforming
from support.rest import Person, sign_up
from support.server import RunningServer
from support.socketio_clients import (
    TRANSPORTS,
    Json,
    NodeClient,
    PythonClient,
    connected,
    drop,
    hexed,
    node,
)


@pytest.fixture(scope="module")
def echo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConformanceServer]:
    with conforming(tmp_path_factory.mktemp("echo"), "socketio") as started:
        yield started


@pytest.fixture
def alice(person: Callable[[], Person]) -> Person:
    return person()


def chatgroup(server: RunningServer) -> str:
    """The namespace where a token in the handshake is ChatGroup's."""
    return f"{server.url}/chatgroup"


def signed_in(person: Person, **options: object) -> Json:
    return {"auth": {"token": person.token}, **options}


def options_in(namespace: str, person: Person, transports: list[str]) -> Json:
    """In the root namespace a token in the handshake would be Mew's."""
    options = {"transports": transports}
    return options if namespace == "/" else signed_in(person, **options)


def message(channel: str, content: str) -> Json:
    return {"chatId": hexed(channel), "content": content, "localId": f"local {content}"}


# -- socket.io-client ---------------------------------------------------------------------------------


@pytest.mark.parametrize("transports", TRANSPORTS, ids="+".join)
@pytest.mark.parametrize("namespace", ["/", "/chatgroup"])
async def test_node_when_over_any_transport_sends_and_hears(
    server: RunningServer,
    person: Callable[[], Person],
    transports: list[str],
    namespace: str,
) -> None:
    alice, bob = person(), person()
    channel = alice.group()
    bob.join(channel)
    async with (
        node(server.url + namespace, **options_in(namespace, alice, transports)) as one,
        node(server.url + namespace, **options_in(namespace, bob, transports)) as other,
    ):
        for client, who in ((one, alice), (other, bob)):
            if namespace == "/":
                await client.emit("authenticate", {"token": who.token})
            assert (await client.event("authenticated"))[0] == {"userId": hexed(who.id)}
            await client.event("sync_messages")
        if len(transports) > 1:
            for client in (one, other):
                assert (await client.wait("upgrade"))["transport"] == "websocket"
        ((acked),) = await one.ask("send_message", message(channel, "你好 😀"))
        assert acked["success"] is True
        assert acked["localId"] == "local 你好 😀"
        heard = (await other.event("new_message"))[0]
        assert (heard["id"], heard["content"]) == (acked["id"], "你好 😀")
    stored = alice.history(channel)["messages"]
    assert [hexed(found["id"]) for found in stored] == [acked["id"]]


async def keep_talking(client: NodeClient, channel: str, stop: asyncio.Event) -> str:
    """Numbers, in bursts of 20; the last one."""
    for start in itertools.count(step=20):
        for n in range(start, start + 19):
            await client.emit("send_message", message(channel, str(n)))
        await client.ask("send_message", message(channel, str(start + 19)))
        if stop.is_set():
            return str(start + 19)
    raise AssertionError


@pytest.mark.parametrize("_time", range(5))
async def test_node_when_messages_run_through_the_upgrade_hears_each_once_in_order(
    server: RunningServer, person: Callable[[], Person], _time: int
) -> None:
    alice, bob = person(), person()
    channel = alice.group()
    bob.join(channel)
    stop = asyncio.Event()
    async with node(chatgroup(server), **signed_in(alice, transports=["websocket"])) as one:
        await one.event("sync_messages")
        async with node(chatgroup(server), **signed_in(bob, autoConnect=False)) as other:
            await other.wait("ready")
            talk = asyncio.ensure_future(keep_talking(one, channel, stop))
            await other.tell("connect")
            await other.wait("upgrade")
            stop.set()
            last = await talk
            (synced, *_) = await other.event("sync_messages")
            found = [entry["content"] for entry in synced]
            found += [] if last in found else await other.heard(last)
    assert found == [str(n) for n in range(int(last) + 1)]


@pytest.mark.parametrize("transports", TRANSPORTS, ids="+".join)
async def test_node_when_bytes_are_echoed_gets_the_same_bytes(
    echo: ConformanceServer, transports: list[str]
) -> None:
    data = {"bytes": base64.b64encode(bytes(range(256))).decode()}
    async with node(echo.url, transports=transports) as client:
        await client.wait("connect")
        await client.emit("message", data, {"deep": [data, 1]}, "text")
        assert await client.event("message-back") == [data, {"deep": [data, 1]}, "text"]
        assert await client.ask("message-with-ack", 1, data) == [1, data]


async def test_node_when_an_ack_has_a_timeout_gets_the_ack_or_the_timeout(
    echo: ConformanceServer,
) -> None:
    async with node(f"{echo.url}/custom") as client:
        await client.wait("connect")
        assert await client.ask("message-with-ack", "x", ack=10_000) == ["x"]
        await client.emit("nobody acks this", ack=100)
        assert (await client.wait("ack"))["error"] == "operation has timed out"


async def test_node_when_the_namespace_is_unknown_gets_connect_error(server: RunningServer) -> None:
    async with node(f"{server.url}/elsewhere") as client:
        assert (await client.wait("connect_error"))["message"] == "Invalid namespace"


async def test_node_when_the_token_is_wrong_is_told_and_stays(server: RunningServer) -> None:
    async with node(chatgroup(server), auth={"token": "wrong"}) as client:
        assert await client.event("error") == [{"message": "认证失败"}]
        (answer,) = await client.ask("send_message", message("1", "x"))
        assert (answer["success"], answer["code"]) == (False, "unauthorized")


# -- coming back --------------------------------------------------------------------------------------


@pytest.mark.parametrize("transports", [["websocket"], ["polling"]], ids="+".join)
async def test_node_when_the_server_was_killed_reconnects_as_new_and_goes_on(
    fresh_server: RunningServer, transports: list[str]
) -> None:
    alice = sign_up(fresh_server.url)
    channel = alice.group()
    async with node(chatgroup(fresh_server), **signed_in(alice, transports=transports)) as client:
        assert not await connected(client)
        await client.event("sync_messages")
        await client.ask("send_message", message(channel, "before"))
        await asyncio.to_thread(fresh_server.kill)
        await client.wait("disconnect")
        await asyncio.to_thread(fresh_server.start)
        assert not await connected(client), "a new server knows nobody"
        await client.event("authenticated")
        (acked,) = await client.ask("send_message", message(channel, "after"))
        assert acked["success"]
    stored = alice.history(channel)["messages"]
    assert [found["content"] for found in stored] == ["after", "before"]


async def test_node_when_it_retries_over_a_restart_sends_each_message_once(
    fresh_server: RunningServer,
) -> None:
    alice = sign_up(fresh_server.url)
    channel = alice.group()
    sent = [f"m{n}" for n in range(60)]
    options = signed_in(alice, retries=100, ackTimeout=500)
    async with node(chatgroup(fresh_server), **options) as client:
        await client.event("sync_messages")
        for content in sent[:30]:
            await client.emit("send_message", message(channel, content))
        await client.wait("ack")  # the first: the others are under way
        await asyncio.to_thread(fresh_server.kill)
        for content in sent[30:]:
            await client.emit("send_message", message(channel, content))
        await asyncio.to_thread(fresh_server.start)
        for _ in sent[1:]:
            ack = await client.wait("ack")
            assert ack["error"] is None, ack
    stored = alice.history(channel, limit=100)["messages"]
    assert [found["content"] for found in stored[::-1]] == sent


@pytest.fixture
async def dropping(
    server: RunningServer, person: Callable[[], Person]
) -> AsyncIterator[tuple[NodeClient, Person, str]]:
    """Bob's client, that comes back when it is told to; Alice, and a channel of both."""
    alice, bob = person(), person()
    channel = alice.group()
    bob.join(channel)
    options = signed_in(bob, transports=["websocket"], reconnection=False)
    async with node(chatgroup(server), **options) as client:
        assert not await connected(client)
        await client.event("sync_messages")
        yield client, alice, channel


async def test_node_when_dropped_is_recovered_with_what_it_missed(
    dropping: tuple[NodeClient, Person, str],
) -> None:
    client, alice, channel = dropping
    alice.send(channel, "before")
    await client.heard("before")
    await drop(client)
    alice.send(channel, "meanwhile 1")
    alice.send(channel, "meanwhile 2")
    await client.tell("connect")
    assert await connected(client)
    alice.send(channel, "after")
    assert await client.heard("after") == ["meanwhile 1", "meanwhile 2", "after"]


async def test_node_when_dropped_before_any_event_is_recovered(
    dropping: tuple[NodeClient, Person, str],
) -> None:
    client, alice, channel = dropping
    await drop(client)
    alice.send(channel, "meanwhile")
    await client.tell("connect")
    assert await connected(client)
    assert await client.heard("meanwhile") == ["meanwhile"]


@pytest.mark.parametrize("talk", [True, False])
async def test_node_when_dropped_twice_in_a_row_is_recovered_twice(
    dropping: tuple[NodeClient, Person, str], *, talk: bool
) -> None:
    client, alice, channel = dropping
    for turn in ("first", "second"):
        await drop(client)
        if talk:
            alice.send(channel, turn)
        await client.tell("connect")
        assert await connected(client), turn
        if talk:
            assert await client.heard(turn) == [turn]
    alice.send(channel, "last")
    assert await client.heard("last") == ["last"]


async def test_node_when_it_said_goodbye_is_not_recovered(
    dropping: tuple[NodeClient, Person, str],
) -> None:
    client, alice, channel = dropping
    await client.tell("disconnect")
    await client.wait("disconnect")
    alice.send(channel, "meanwhile")
    await client.tell("connect")
    assert not await connected(client)
    (waiting, *_) = await client.event("sync_messages")
    assert [found["content"] for found in waiting] == ["meanwhile"]


# -- python-socketio ----------------------------------------------------------------------------------


@pytest.mark.parametrize("transports", TRANSPORTS, ids="+".join)
@pytest.mark.parametrize("namespace", ["/", "/chatgroup"])
async def test_python_when_over_any_transport_sends_and_hears(
    server: RunningServer,
    person: Callable[[], Person],
    transports: list[str],
    namespace: str,
) -> None:
    alice, bob = person(), person()
    channel = alice.group()
    bob.join(channel)
    async with PythonClient() as one, PythonClient() as other:
        for client, who in ((one, alice), (other, bob)):
            token = {} if namespace == "/" else {"token": who.token}
            auth = {"recovery": False, **token}
            await client.connect(server.url, namespace, transports=transports, auth=auth)
            if not token:
                await client.sio.emit("authenticate", {"token": who.token})
            assert await client.event("authenticated") == [{"userId": hexed(who.id)}]
            await client.event("sync_messages")
            assert client.sio.transport() == transports[-1]
        acked = await one.call("send_message", message(channel, "hello"))
        assert acked["success"] is True
        ((heard),) = await other.event("new_message")
        assert (heard["id"], heard["content"]) == (acked["id"], "hello")


@pytest.mark.parametrize("transports", TRANSPORTS, ids="+".join)
async def test_python_when_bytes_are_echoed_gets_the_same_bytes(
    echo: ConformanceServer, transports: list[str]
) -> None:
    data = bytes(range(256))
    async with PythonClient() as client:
        await client.connect(echo.url, transports=transports)
        await client.sio.emit("message", (data, {"deep": [data, 1]}))
        assert await client.event("message-back") == [data, {"deep": [data, 1]}]
        assert await client.call("message-with-ack", data) == data


async def test_python_when_the_namespace_is_unknown_is_refused(server: RunningServer) -> None:
    async with PythonClient() as client:
        with pytest.raises(socketio.exceptions.ConnectionError):
            await client.connect(server.url, "/elsewhere")


@pytest.mark.parametrize("transports", [["websocket"], ["polling"]], ids="+".join)
async def test_python_when_the_server_was_killed_reconnects_and_goes_on(
    fresh_server: RunningServer, transports: list[str]
) -> None:
    alice = sign_up(fresh_server.url)
    channel = alice.group()
    async with PythonClient() as client:
        auth = {"token": alice.token, "recovery": False}
        await client.connect(fresh_server.url, "/chatgroup", transports=transports, auth=auth)
        await client.event("sync_messages")
        await asyncio.to_thread(fresh_server.kill)
        await client.event("disconnect")
        await asyncio.to_thread(fresh_server.start)
        await client.event("sync_messages")
        assert (await client.call("send_message", message(channel, "after")))["success"]
