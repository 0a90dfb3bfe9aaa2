"""T28 for guests, over the sockets of MutiPersonChat: they hear nothing behind the loss, live or when they come back."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pytest

from security.flood import Flood
from support.rest import Answer, Person, call, sign_up
from support.server import RunningServer
from support.sockets import Json, MutiPerson, Native, Socket

LOBBY: Final = "0"
_END: Final = {"member_left", "channel_deleted"}


@dataclass
class Scene:
    """`owner` may ban people from the lobby; guests are in the group."""

    url: str
    owner: Person
    other: Person
    group: str
    victim: str
    victim_id: str

    def member(self, channel: str) -> str:
        return f"/channels/{channel}/members/{self.victim_id}"


@dataclass(frozen=True)
class Loss:
    """What is done, and in which channel; None is the group."""

    act: Callable[[Scene], Answer]
    channel: str | None = None

    def place(self, scene: Scene) -> str:
        return self.channel or scene.group


LOSSES: Final = {
    "kicked": Loss(lambda s: s.owner.call("DELETE", s.member(s.group))),
    "banned": Loss(lambda s: s.owner.call("DELETE", s.member(s.group), ban="true")),
    "banned from the lobby": Loss(
        lambda s: s.owner.call("DELETE", s.member(LOBBY), ban="true"), LOBBY
    ),
    "group deleted": Loss(lambda s: s.owner.call("DELETE", f"/channels/{s.group}")),
}


@pytest.fixture
def scene(governed: RunningServer, admin: Person) -> Scene:
    url, name = governed.url, f"guest-{secrets.token_hex(6)}"
    other = sign_up(url)
    group = str(admin.ok("POST", "/channels", {"name": "tea", "guests": True})["id"])
    other.join(group)
    guest_id = str(call("POST", f"{url}/ws/login", {"user_name": name}).body["data"]["user_id"])
    joined = call("GET", f"{url}/ws/block/join?user_id={guest_id}&block_id={group}")
    assert joined.body["code"] == 200, joined
    return Scene(url, admin, other, group, name, guest_id)


def _of(frames: list[Json], channel: str) -> list[str]:
    """The ids of a channel's messages."""
    return [f["message_id"] for f in frames if f.get("group_id") == channel]


async def _loss_in(flood: Flood, loss: Loss, scene: Scene, other: Native) -> int:
    """The version of the end."""
    await flood.more()
    assert (await asyncio.to_thread(loss.act, scene)).status == 204
    await flood.more()
    place = loss.place(scene)
    told = await other.wait(lambda f: f["type"] in _END and f["data"]["channel_id"] == place)
    return int(told["data"]["version"])


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
async def test_t28_nothing_after_the_loss_reaches_a_guest(
    governed: RunningServer, scene: Scene, loss: Loss
) -> None:
    place = loss.place(scene)
    async with (
        Native(governed.ws, scene.other.token) as other,
        MutiPerson(governed.url, scene.victim) as victim,
        Flood(governed.ws, scene.owner, place) as flood,
    ):
        last = await _loss_in(flood, loss, scene, other)
        heard = _of(await victim.drain(), place)
        assert all(flood.version_of[id_] <= last for id_ in heard)
        assert heard, "the flood did not reach the victim before"
        if loss is not LOSSES["group deleted"]:
            assert max(flood.version_of.values()) > last, "the others go on"
        # Confirming what it has is no way back, nor is coming back, confirmed or not.
        await victim.send({"type": "CONFIRM", "message_id": heard[-1]})
        async with MutiPerson(governed.url, scene.victim) as again:
            assert _of(await again.drain(), place) == []
            assert await _refused(again, place)
        assert _of(await victim.drain(), place) == []
        assert await _refused(victim, place)
    _assert_no_route(scene, place)


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
async def test_t28_what_waits_for_a_guest_is_gone_with_the_channel(
    governed: RunningServer, scene: Scene, loss: Loss
) -> None:
    place = loss.place(scene)
    sent = scene.owner.send(place, "before")
    direct = {"user_id": scene.victim_id}
    talk = str(scene.owner.ok("POST", "/dms", direct)["id"])
    kept = scene.owner.send(talk, "to you alone")
    assert loss.act(scene).status == 204
    if loss is not LOSSES["group deleted"]:
        scene.owner.send(place, "behind")
    async with MutiPerson(governed.url, scene.victim) as victim:
        told = [f["message_id"] for f in await victim.drain() if f["type"] == "MESSAGE"]
    assert sent["id"] not in told
    assert told[-1] == kept["id"], "what waits elsewhere comes"
    _assert_no_route(scene, place)


async def test_t28_the_first_stage_hears_nothing_behind_the_ban_from_the_lobby(
    governed: RunningServer, scene: Scene
) -> None:
    loss = LOSSES["banned from the lobby"]
    async with (
        Native(governed.ws, scene.other.token) as other,
        Socket(f"{governed.ws}/mutiperson") as victim,
        Flood(governed.ws, scene.owner, LOBBY) as flood,
    ):
        await victim.send({"type": "INIT", "user_id": "7", "user_name": scene.victim})
        await victim.wait(lambda f: f.get("message") == "flood")
        await _loss_in(flood, loss, scene, other)
        await other.say(LOBBY, "behind the ban")
        heard = await _until_pong(victim)
        assert "behind the ban" not in [f["message"] for f in heard]
        await victim.send({"type": "USER", "user_id": "7", "message": "still here"})
        refused = await victim.wait(lambda f: f["type"] == "ERROR")
        assert refused["code"] == "not_found"
        assert await _until_pong(victim) == []


async def _until_pong(socket: Socket) -> list[Json]:
    await socket.send({"type": "PING", "user_id": "7"})
    found = []
    while (frame := await socket.receive())["type"] != "PONG":
        found.append(frame)
    return found


async def _refused(client: MutiPerson, place: str) -> bool:
    """Whether nothing can be said there."""
    frame = {"type": "MESSAGE", "chat_type": "BLOCK", "message": "x", "temp_id": "t"}
    await client.send({**frame, "group_id": place})
    told = await client.wait(lambda f: f["type"] in ("ERROR", "CONFIRM"))
    # Who was kicked from an open group may join it again.
    return told.get("code") in ("not_found", "forbidden")


def _assert_no_route(scene: Scene, place: str) -> None:
    me = f"user_id={scene.victim_id}"
    page = call("GET", f"{scene.url}/ws/history?{me}&block_id={place}")
    assert page.status in (403, 404), page
    mine = call("GET", f"{scene.url}/ws/conversation?{me}").body["data"]
    assert {"block_id": place} not in mine
    blocks = call("GET", f"{scene.url}/ws/profile/block?{me}").body["data"]
    assert place not in [str(row["block_id"]) for row in blocks]
