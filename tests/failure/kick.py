"""T28's scenario: somebody is removed from a channel in the middle of a flood."""

import asyncio
import contextlib
import json
import random
from collections.abc import AsyncIterator, Iterator
from typing import Any

from failure.scenarios import FAST, pretty
from support.checker import check
from support.rest import Answer, Person, call, sign_up
from support.server import FACTOR, RunningServer
from support.sockets import ChannelChat, Native, Socket
from support.storm import Storm

Json = dict[str, Any]
VICTIM, STIR = "from the victim", "will be edited"
WAYS = ("kicked", "banned", "left")


class Ear:
    """Reads a socket all the time, so that it is never the slow one."""

    def __init__(self, socket: Socket) -> None:
        self._socket = socket
        self._changed = asyncio.Condition()
        self.frames: list[Json] = []

    async def listen(self) -> None:
        async for text in self._socket.ws:
            async with self._changed:
                self.frames.append(json.loads(text))
                self._changed.notify_all()

    async def hear(self, kind: str, count: int = 1) -> Json:
        """The frame that makes the count of a type full, when it has come."""
        async with asyncio.timeout(10 * FACTOR), self._changed:
            await self._changed.wait_for(lambda: len(self._of(kind)) >= count)
        return self._of(kind)[count - 1]

    async def settle(self) -> None:
        """Returns when all that was sent until now has been read."""
        beats = len(self._of("heartbeat_ack"))
        await self._socket.send({"type": "heartbeat"})
        await self.hear("heartbeat_ack", beats + 1)

    async def ask(self, frame: Json) -> Json:
        """The `error` or whatever else answers a frame with this ref, or the next error without one."""
        errors = len(self._of("error"))
        await self._socket.send(frame)
        await self.settle()
        answers = [f for f in self.frames if f.get("ref") == frame.get("ref", "")]
        return (answers + self._of("error")[errors:] + [{"type": "nothing"}])[0]

    def _of(self, kind: str) -> list[Json]:
        return [frame for frame in self.frames if frame["type"] == kind]


@contextlib.asynccontextmanager
async def ears(*sockets: Socket) -> AsyncIterator[list[Ear]]:
    """One on each socket."""
    made = [Ear(socket) for socket in sockets]
    tasks = [asyncio.create_task(ear.listen()) for ear in made]
    try:
        yield made
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def removed_under_flood(server: RunningServer, rng: random.Random, way: str) -> list[str]:
    """What a removed member can still see, and what the others no longer see. Nothing of it may be."""
    async with Storm(server, rng, senders=4, channels=1, listeners=2, pace=FAST) as storm:
        owner, channel, victim = storm.people[0], storm.channels[0], sign_up(server.url)
        victim.join(channel)
        mine = victim.send(channel, VICTIM)
        storm.tape.attempt("victim", channel, VICTIM)
        async with (
            Native(server.ws, victim.token) as native,
            ChannelChat(server.ws, victim.token, victim.id) as seed0,
            Native(server.ws, storm.people[1].token) as other,
        ):
            await seed0.enter(channel)
            async with ears(native, seed0, other) as (on_native, on_seed0, on_other):
                await storm.until(100)
                await _remove(owner, victim, channel, way)
                version = (await on_other.hear("member_left"))["data"]["version"]
                await storm.until(len(storm.tape.acked) + 100)
                storm.tape.attempt("owner", channel, STIR)
                await asyncio.to_thread(_stir, owner, channel)
                await asyncio.gather(on_native.settle(), on_seed0.settle(), on_other.settle())
                problems = list(_heard_after(on_native.frames, victim.id, channel, version))
                problems += _heard_after(on_seed0.frames, victim.id, channel, version)
                problems += await _still_may(on_native, on_seed0, channel)
        problems += await _resumes(server, victim, channel, version)
        problems += await asyncio.to_thread(_reads, victim, channel, mine["id"])
        await storm.heal()
        stored = storm.tape.finals[channel]["0"]
        problems += map(str, check(storm.tape))
        assert len(stored) >= 200, "void: no flood"
    return problems


async def _remove(owner: Person, victim: Person, channel: str, way: str) -> None:
    path = f"/channels/{channel}/members/"
    if way == "left":
        await asyncio.to_thread(victim.ok, "DELETE", path + "@me")
    else:
        query = {"ban": "true"} if way == "banned" else {}
        await asyncio.to_thread(lambda: owner.ok("DELETE", path + victim.id, **query))


def _stir(owner: Person, channel: str) -> None:
    """Everything else that members hear of."""
    sent = owner.send(channel, STIR)
    path = f"/channels/{channel}/messages/{sent['id']}"
    owner.ok("PATCH", path, {"content": "was edited"})
    owner.ok("PATCH", path, {"content": STIR})
    owner.ok("POST", f"/channels/{channel}/typing")
    owner.ok("PUT", f"/channels/{channel}/read", {"seq": sent["seq"]})
    owner.ok("PATCH", f"/channels/{channel}", {"description": "changed"})


def _heard_after(frames: list[Json], victim_id: str, channel: str, version: int) -> Iterator[str]:
    """Frames of the channel behind the one that says that one is out, or of a later version."""
    is_out = False
    for frame in frames:
        data = frame.get("data") or {}
        if data.get("channel_id") != channel or frame["type"] == "error":
            continue
        if is_out or data.get("version", 0) > version:
            yield f"live after the removal: {pretty(frame)}"
        is_out = is_out or _says_out(frame["type"], data, victim_id)
    if not is_out:
        yield "was not told of the removal"


def _says_out(kind: str, data: Json, victim_id: str) -> bool:
    if kind == "member_left":
        return bool(data["member"]["user"]["id"] == victim_id)
    return kind == "user_left" and data["user_id"] == victim_id


async def _still_may(native: Ear, seed0: Ear, channel: str) -> list[str]:
    """Commands on sockets that were open before."""
    found: list[str] = []
    place = {"channel_id": channel}
    asked: list[tuple[Ear, str, Json]] = [
        (native, "history", place),
        (native, "send_message", place | {"content": "still here"}),
        (native, "typing", place),
        (native, "mark_read", place | {"seq": 1}),
        (seed0, "send_message", place | {"content": "still here", "nonce": "n"}),
    ]
    for ear, kind, data in asked:
        frame = {"type": kind, "data": data} | ({"ref": kind} if ear is native else {})
        answer = await ear.ask(frame)
        if answer["type"] != "error":
            found.append(f"socket may still {kind}: {pretty(answer)}")
    return found


async def _resumes(server: RunningServer, victim: Person, channel: str, version: int) -> list[str]:
    found: list[str] = []
    for position in (0, version - 10, version):
        async with Native(server.ws, victim.token, {channel: position}) as again:
            frames = await again.drain()
            listed = [c["id"] for c in again.ready["channels"]]
        # The refusal names the channel; nothing else may.
        seen = [f for f in frames if f["type"] != "error" and channel in json.dumps(f)]
        if channel in listed or seen or not any(f["type"] == "error" for f in frames):
            found.append(f"resume from {position}: listed {channel in listed}, {pretty(frames)}")
    return found


def _reads(victim: Person, channel: str, own_message: str) -> list[str]:
    """Over REST, in both dialects."""
    path = f"/channels/{channel}"
    seed0 = f"{victim.url}/channelchat{path}/messages"
    answers: dict[str, Answer] = {
        "history": victim.call("GET", path + "/messages"),
        "members": victim.call("GET", path + "/members"),
        "message": victim.call("GET", f"{path}/messages/{own_message}"),
        "edit": victim.call("PATCH", f"{path}/messages/{own_message}", {"content": "x"}),
        "recall": victim.call("DELETE", f"{path}/messages/{own_message}"),
        "send": victim.call("POST", path + "/messages", {"content": "x"}),
        "history of channelchat": call("GET", seed0, token=victim.token),
    }
    return [
        f"{what} answered {answer.status}: {pretty(answer.body)}"
        for what, answer in answers.items()
        if answer.status not in (403, 404)
    ]
