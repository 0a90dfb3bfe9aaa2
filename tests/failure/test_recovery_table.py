"""T11: what a resume brings, row by row."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from hubbub.model.limits import SYNC_MESSAGES
from support.rest import Person, sign_up
from support.server import RunningServer
from support.sockets import Native, Socket

Json = dict[str, Any]


@dataclass
class Resumed:
    """What came after `ready`."""

    channels: dict[str, Json]
    syncs: dict[str, Json] = field(default_factory=dict)
    errors: dict[str, Json] = field(default_factory=dict)


async def resume(server: RunningServer, person: Person, positions: dict[str, int]) -> Resumed:
    async with Native(server.ws, person.token, positions) as socket:
        found = Resumed({channel["id"]: channel for channel in socket.ready["channels"]})
        for frame in await socket.drain():
            data = frame["data"]
            if frame["type"] == "sync":
                assert data["channel_id"] not in found.syncs, "two syncs of one channel"
                found.syncs[data["channel_id"]] = data
            elif frame["type"] == "error":
                found.errors[data["channel_id"]] = data
    return found


async def send_many(server: RunningServer, person: Person, channel: str, count: int) -> None:
    """On one socket, all at once."""
    async with Native(server.ws, person.token) as socket:
        for n in range(count):
            data = {"channel_id": channel, "content": f"message {n}"}
            await socket.send({"type": "send_message", "data": data})
        for _ in range(count):
            await socket.wait_type("message_ack")
        await socket.drain()  # a client that has not read everything closes slowly


@dataclass
class Scene:
    """Anna's group, in which Bert is and whose version he knows."""

    server: RunningServer
    anna: Person
    bert: Person
    channel: str

    def version(self) -> int:
        return int(self.anna.history(self.channel, limit=1)["version"])

    async def resume(self, position: int) -> Resumed:
        return await resume(self.server, self.bert, {self.channel: position})


def make_scene(server: RunningServer) -> Scene:
    anna, bert = sign_up(server.url), sign_up(server.url)
    channel = anna.group()
    bert.join(channel)
    return Scene(server, anna, bert, channel)


@pytest.fixture
def scene(server: RunningServer) -> Scene:
    return make_scene(server)


async def test_t11_same_position_brings_nothing(scene: Scene) -> None:
    scene.anna.send(scene.channel, "seen already")
    found = await scene.resume(scene.version())
    assert (found.syncs, found.errors) == ({}, {})


@pytest.mark.parametrize("behind", [1, 7])
async def test_t11_n_behind_brings_exactly_those_in_order(scene: Scene, behind: int) -> None:
    scene.anna.send(scene.channel, "seen already")
    position = scene.version()
    sent = [scene.anna.send(scene.channel, f"missed {n}")["id"] for n in range(behind)]
    sync = (await scene.resume(position)).syncs[scene.channel]
    assert [m["id"] for m in sync["messages"]] == sent
    assert [m["seq"] for m in sync["messages"]] == list(range(2, 2 + behind))
    assert (sync["from"], sync["to"]) == (position, scene.version())
    assert not sync["limited"]


@pytest.mark.parametrize(("behind", "limited"), [(SYNC_MESSAGES, False), (SYNC_MESSAGES + 1, True)])
async def test_t11_more_behind_than_the_limit_is_limited_and_never_a_part(
    scene: Scene, behind: int, limited: bool
) -> None:
    position = scene.version()
    await send_many(scene.server, scene.anna, scene.channel, behind)
    sync = (await scene.resume(position)).syncs[scene.channel]
    assert sync["limited"] is limited
    assert len(sync["messages"]) == (0 if limited else behind)
    assert sync["to"] == scene.version()


async def test_t11_refused_positions_are_refused_one_by_one(scene: Scene) -> None:
    hidden = sign_up(scene.server.url).group("hidden", private=True)
    future, absent = scene.bert.group("future"), "1"
    position = scene.version()
    scene.anna.send(scene.channel, "missed")
    positions = {future: 1_000, hidden: 1, absent: 1, scene.channel: position}
    found = await resume(scene.server, scene.bert, positions)
    assert {channel: error["code"] for channel, error in found.errors.items()} == {
        future: "invalid",
        hidden: "not_found",
        absent: "not_found",
    }
    assert found.errors[hidden]["message"] == found.errors[absent]["message"]
    assert list(found.syncs) == [scene.channel]


async def test_t11_negative_position_is_refused_and_the_connection_may_try_again(
    scene: Scene,
) -> None:
    async with Socket(f"{scene.server.ws}/gateway") as socket:
        for position, answer in ((-1, "error"), (scene.version(), "ready")):
            data = {"token": scene.bert.token, "positions": {scene.channel: position}}
            await socket.send({"type": "connect", "ref": position, "data": data})
            frame = await socket.receive()
            assert (frame["type"], frame["ref"]) == (answer, position)
            assert answer == "ready" or frame["data"]["code"] == "invalid"


async def test_t11_nothing_ever_received_brings_everything(scene: Scene) -> None:
    sent = [scene.anna.send(scene.channel, f"message {n}")["id"] for n in range(3)]
    sync = (await scene.resume(0)).syncs[scene.channel]
    assert [m["id"] for m in sync["messages"]] == sent
    assert {m["user_id"] for m in sync["members"]} == {scene.anna.id, scene.bert.id}


async def test_t11_edits_recalls_and_members_are_part_of_it(scene: Scene) -> None:
    ids = [scene.anna.send(scene.channel, f"message {n}")["id"] for n in range(4)]
    carol, dora = sign_up(scene.server.url), sign_up(scene.server.url)
    dora.join(scene.channel)
    position = scene.version()
    path = f"/channels/{scene.channel}"
    scene.anna.ok("PATCH", f"{path}/messages/{ids[2]}", {"content": "edited"})
    scene.anna.ok("DELETE", f"{path}/messages/{ids[1]}")
    carol.join(scene.channel)
    scene.anna.ok("DELETE", f"{path}/members/{dora.id}")
    new = carol.send(scene.channel, "new")["id"]
    sync = (await scene.resume(position)).syncs[scene.channel]
    got = [(m["id"], m["content"], m["recalled"]) for m in sync["messages"]]
    assert got == [(ids[1], "", True), (ids[2], "edited", False), (new, "new", False)]
    members = {m["user_id"]: m["status"] for m in sync["members"]}
    assert members == {carol.id: "active", dora.id: "left"}


async def test_t11_twice_in_a_row_brings_the_same_and_then_goes_on_live(scene: Scene) -> None:
    position = scene.version()
    scene.anna.send(scene.channel, "missed")
    first, second = await scene.resume(position), await scene.resume(position)
    assert first.syncs == second.syncs
    sync = first.syncs[scene.channel]
    async with Native(scene.server.ws, scene.bert.token, {scene.channel: sync["to"]}) as socket:
        await asyncio.to_thread(scene.anna.send, scene.channel, "live")
        frames = await socket.drain()
    got = [(f["type"], f["data"]["version"]) for f in frames if "version" in f.get("data", {})]
    assert got == [("new_message", sync["to"] + 1)]


async def test_t11_resume_is_the_same_after_a_kill(fresh_server: RunningServer) -> None:
    scene = make_scene(fresh_server)
    scene.anna.send(scene.channel, "seen already")
    position = scene.version()
    scene.anna.send(scene.channel, "missed")
    before = await scene.resume(position)
    await asyncio.to_thread(fresh_server.kill)
    await asyncio.to_thread(fresh_server.start)
    after = await scene.resume(position)
    assert after.syncs == before.syncs
    assert [m["content"] for m in after.syncs[scene.channel]["messages"]] == ["missed"]
    same = await scene.resume(scene.version())
    assert (same.syncs, same.errors) == ({}, {})
