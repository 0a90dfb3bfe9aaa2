"""Seed 003's own `MessageClient`, unchanged, in Node; with a native client on the other side."""

import asyncio
import json
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from support.rest import Person, call, sign_up
from support.seeds import shown_class
from support.server import RunningServer, running
from support.socketio_clients import NODE, SECONDS, Json
from support.sockets import Native, StudyBuddy

SEED = "003-study-buddy-messaging.md"
CLOSED, OPENED = "WebSocket 连接已关闭", "WebSocket 连接已建立"


def _socket(own: RunningServer) -> str:
    return own.own("studybuddy").replace("http://", "ws://")


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running(tmp_path_factory.mktemp("study"), own="studybuddy") as started:
        yield started


class SeedClient:
    """`messages.mjs` with the seed's class. Lines that a wait passes over stay for later waits."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._kept: list[Json] = []

    async def tell(self, method: str, *args: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": method, "args": args}).encode() + b"\n")
        await self._process.stdin.drain()

    async def logged(self, *words: object) -> None:
        """Until the class has logged this."""
        await self._wait({"log": [*words]})

    async def heard(self, content: str) -> Json:
        """What the class handed to its handlers."""
        async with asyncio.timeout(SECONDS):
            while True:
                for n, line in enumerate(self._kept):
                    if line.get("heard", {}).get("content") == content:
                        return dict(self._kept.pop(n)["heard"])
                self._kept.append(await self._line())

    async def _wait(self, wanted: Json) -> None:
        async with asyncio.timeout(SECONDS):
            while wanted not in self._kept:
                self._kept.append(await self._line())
        self._kept.remove(wanted)

    async def _line(self) -> Json:
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        assert line, f"it ended; before: {self._kept}"
        return dict(json.loads(line))


@asynccontextmanager
async def seed_client(url: str, token: str) -> AsyncIterator[SeedClient]:
    config = {"url": url, "token": token, "code": shown_class(SEED, "MessageClient")}
    process = await asyncio.create_subprocess_exec(
        "node", "messages.mjs", json.dumps(config), cwd=NODE, stdin=PIPE, stdout=PIPE
    )
    try:
        yield SeedClient(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@asynccontextmanager
async def authenticated(url: str, person: Person) -> AsyncIterator[SeedClient]:
    async with seed_client(url, person.token) as client:
        await client.logged("认证成功, User ID:", int(person.id))
        yield client


@pytest.mark.parametrize("listener", ["main", "own"])
async def test_seed_class_when_run_chats_with_a_native_client(
    own: RunningServer, listener: str
) -> None:
    alice, bob = sign_up(own.url), sign_up(own.url)
    group = alice.group()
    bob.join(group)
    url = f"{own.ws if listener == 'main' else _socket(own)}/ws"
    async with authenticated(url, alice) as client, Native(own.ws, bob.token) as native:
        await client.tell("sendGroupMessage", int(group), "大家好！")
        shown = await client.heard("大家好！")  # it shows its own messages by the echo
        got = (await native.wait_type("new_message"))["data"]["message"]
        assert (got["id"], got["content"]) == (str(shown["id"]), "大家好！")
        assert (shown["group_id"], "receiver_id" in shown) == (int(group), False)
        await native.say(group, "from native")
        assert (await client.heard("from native"))["sender_username"] == bob.name

        await client.tell("sendPrivateMessage", int(bob.id), "你好！")
        private = await client.heard("你好！")
        assert (private["sender_id"], private["receiver_id"]) == (int(alice.id), int(bob.id))
        heard = await native.wait(lambda f: content(f) == "你好！")
        await native.say(heard["data"]["message"]["channel_id"], "收到！")
        answer = await client.heard("收到！")
        assert (answer["sender_id"], answer["receiver_id"]) == (int(bob.id), int(alice.id))


def content(frame: Json) -> object:
    return ((frame.get("data") or {}).get("message") or {}).get("content")


async def test_seed_class_when_its_server_comes_back_signs_in_again(
    fresh_server: RunningServer,
) -> None:
    alice, bob = sign_up(fresh_server.url), sign_up(fresh_server.url)
    async with authenticated(f"{fresh_server.ws}/ws", alice) as client:
        fresh_server.kill()
        await client.logged(CLOSED)
        fresh_server.start()
        await client.logged("认证成功, User ID:", int(alice.id))
        body = {"receiver_id": int(alice.id), "content": "welcome back"}
        sent = call("POST", f"{fresh_server.url}/messages/user", body, bob.token)
        assert sent.status == 201, sent
        assert (await client.heard("welcome back"))["sender_id"] == int(bob.id)


async def test_seed_class_when_its_token_is_wrong_is_closed(own: RunningServer) -> None:
    async with seed_client(f"{_socket(own)}/ws", "your-jwt-token") as client:
        await client.logged(OPENED)
        await client.logged(CLOSED)


async def test_two_tabs_when_one_closes_the_other_hears_and_is_online(own: RunningServer) -> None:
    alice, bob = sign_up(own.url), sign_up(own.url)
    online = f"{own.own('studybuddy')}/api/messages/online?user_ids={alice.id}"
    async with StudyBuddy(_socket(own), alice.token) as one:
        async with StudyBuddy(_socket(own), alice.token) as other:
            await other.send({"type": "private", "to": int(bob.id), "content": "both"})
            assert (await one.hear("new_message"))["id"] == (await other.hear("new_message"))["id"]
        body = {"receiver_id": alice.id, "content": "to the one that is left"}
        assert call("POST", f"{own.own('studybuddy')}/messages/user", body, bob.token).status == 201
        heard = await one.wait(lambda f: (f.get("message") or {}).get("sender_id") == int(bob.id))
        assert heard["type"] == "new_message"
        assert call("GET", online, token=bob.token).body["result"] == {
            "online_users": {alice.id: True}
        }


@pytest.mark.parametrize(
    "path", ["/messages/user/", "/api/messages/user/", "/studybuddy/api/messages/user/"]
)
def test_own_listener_serves_messages_at_both_addresses(own: RunningServer, path: str) -> None:
    alice, bob = sign_up(own.url), sign_up(own.url)
    answer = call("GET", f"{own.own('studybuddy')}{path}{bob.id}", token=alice.token)
    assert (answer.status, answer.body["result"]["total"]) == (200, 0)


def test_own_listener_says_what_it_has_not(own: RunningServer) -> None:
    plain = call("GET", f"{own.own('studybuddy')}/ws")
    assert (plain.status, plain.body) == (426, "Expected Upgrade: websocket")
    unknown = call("GET", f"{own.own('studybuddy')}/api/courses")
    assert (unknown.status, unknown.body) == (404, {"error": "Not Found"})
