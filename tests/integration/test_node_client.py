"""Two clients on npm's `ws`, each in a process of its own and a dialect of its own, agree on order and ids."""

import asyncio
import json
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from support.rest import Person
from support.server import FACTOR, RunningServer

NODE = Path(__file__).parent.parent / "node"
Json = dict[str, Any]
EACH = 25


@pytest.fixture
def in_group(person: Callable[[], Person]) -> tuple[Person, Person, str]:
    alice, bob = person(), person()
    channel = alice.group()
    bob.join(channel)
    return alice, bob, channel


class NodeClient:
    """`client.mjs`, running."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self.frames: list[Json] = []

    async def wait_ready(self) -> None:
        """Until it is in the channel."""
        while (await self._line()) != {"ready": True}:
            pass

    async def talk(self) -> int:
        """Lets it send, and collects what it gets; its exit code."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"go\n")
        self.frames = []
        while (frame := await self._line()) is not None:
            self.frames.append(frame)
        return await self._process.wait()

    async def _line(self) -> Json | None:
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        return dict(json.loads(line)) if line else None

    def acked(self) -> list[str]:
        """Ids of its own messages, in the order in which they were acknowledged."""
        return [f["data"]["message_id"] for f in self.frames if f["type"] == "message_ack"]

    def heard(self) -> list[tuple[str, str]]:
        """Id and content of every message, in the order in which they came."""
        found = [f["data"] for f in self.frames if f["type"] == "new_message"]
        native = [
            d["message"] | {"message_id": d["message"]["id"]} for d in found if "message" in d
        ]
        return [(d["message_id"], d["content"]) for d in native or found]


async def _start(config: Mapping[str, object]) -> NodeClient:
    process = await asyncio.create_subprocess_exec(
        "node", "client.mjs", json.dumps(config), cwd=NODE, stdin=PIPE, stdout=PIPE
    )
    return NodeClient(process)


def _config(
    dialect: str, url: str, person: Person, channel: str, messages: Sequence[str], expect: int
) -> Json:
    who = {"token": person.token, "user_id": person.id, "channel_id": channel}
    return {"dialect": dialect, "url": url, "messages": messages, "expect": expect, **who}


async def test_node_clients_when_on_two_dialects_agree_on_order_and_ids(
    server: RunningServer, in_group: tuple[Person, Person, str]
) -> None:
    alice, bob, channel = in_group
    of_alice = [f"alice {n} 你好 😀" for n in range(EACH)]
    of_bob = [f"bob {n}" for n in range(EACH)]
    native = _config("native", f"{server.ws}/gateway", alice, channel, of_alice, 2 * EACH)
    old = _config("channelchat", f"{server.ws}/ws", bob, channel, of_bob, 2 * EACH)
    async with asyncio.timeout(20 * FACTOR):
        a, b = await asyncio.gather(_start(native), _start(old))
        await asyncio.gather(a.wait_ready(), b.wait_ready())
        codes = await asyncio.gather(a.talk(), b.talk())
    stored = [(m["id"], m["content"]) for m in alice.history(channel, limit=100)["messages"][::-1]]
    assert [*codes] == [0, 0]
    assert a.heard() == stored
    assert b.heard() == stored
    assert [content for _, content in stored if content.startswith("alice")] == of_alice
    assert [content for _, content in stored if content.startswith("bob")] == of_bob
    assert a.acked() == [message_id for message_id, text in stored if text.startswith("alice")]
    assert b.acked() == [message_id for message_id, text in stored if text.startswith("bob")]


async def test_node_client_when_token_is_bad_gets_the_error_and_ends(
    server: RunningServer, in_group: tuple[Person, Person, str]
) -> None:
    alice, _, channel = in_group
    alice.token = "not.a.token"
    config = _config("channelchat", f"{server.ws}/ws", alice, channel, ["hi"], 1)
    async with asyncio.timeout(20 * FACTOR):
        client = await _start(config)
        code = await client.talk()
    assert code == 1
    assert client.frames == [
        {"type": "error", "data": {"error_code": "401", "message": "Unauthorized"}}
    ]
