"""What is done to a server, apart from what is expected of it: the same scenarios run against broken builds."""

import asyncio
import itertools
import json
import os
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx2

from support.checker import Tape, Violation, check
from support.crowd import Crowd
from support.rest import Person, sign_up
from support.server import RunningServer
from support.sockets import ChannelChat, Native
from support.storm import Listener, Pace, Storm

Json = dict[str, Any]


def seed() -> int:
    """TEST_HUBBUB_SEED, or a new one; printed, so that a failure can be repeated."""
    given = os.environ.get("TEST_HUBBUB_SEED")
    chosen = int(given) if given else random.SystemRandom().randrange(1 << 32)
    print(f"TEST_HUBBUB_SEED={chosen}")  # noqa: T201  # pytest shows it when the test fails
    return chosen


# -- T01: kill storm --------------------------------------------------------------------------------


@dataclass
class Outcome:
    """What a storm came to. `hit`: kills with sends under way."""

    tape: Tape
    violations: list[Violation]
    hit: int = 0

    def __str__(self) -> str:
        tape = self.tape
        retries = sum(tape.tries.values()) - len(tape.tries)
        return (
            f"acks {len(tape.acked)}, retries {retries}, announced {tape.announced}, "
            f"resumes {tape.resumes}, limited {tape.limited}, kills in flight {self.hit}, "
            f"views {len(tape.views)}"
        )


async def kill_storm(
    server: RunningServer,
    rng: random.Random,
    *,
    kills: int,
    acks: int,
    patience: float = 30,
    in_server: bool = False,
) -> Outcome:
    """`kill -9` at random moments under load, each time restarted at once on the same port. `in_server`: in the
    channels of one, whose roles change all the time."""
    async with Storm(server, rng, in_server=in_server) as storm:
        hit = await kill_again_and_again(storm, rng, kills, storm.place.stir)
        await storm.until(max(acks, len(storm.tape.acked) + 200), 40)
        await storm.heal(patience)
        return Outcome(storm.tape, check(storm.tape), hit)


async def kill_again_and_again(
    storm: Crowd[Any, Any], rng: random.Random, kills: int, stir: Callable[[int], object]
) -> int:
    """Each time when sends are under way, which are counted, and after something else was stirred."""
    for count in range(kills):
        await asyncio.to_thread(stir, count)
        await storm.until(len(storm.tape.acked) + 50)
        await asyncio.sleep(rng.uniform(0.2, 2.0))
        await storm.when(lambda: bool(storm.tape.on_wire), 10, "sends in flight")
        await asyncio.to_thread(storm.server.kill)
        await asyncio.to_thread(storm.server.start)
    return kills


# -- T12: connecting while others publish -----------------------------------------------------------

FAST = Pace(burst=8, pause=0.03, rude=0)


async def connect_race(
    server: RunningServer, rng: random.Random, *, visits: int, at_once: int = 12
) -> Outcome:
    """Many connections, half of them resuming, each of which stays for some live messages."""
    async with Storm(server, rng, senders=5, channels=2, listeners=4, pace=FAST) as storm:
        await storm.until(100)
        turns = asyncio.Semaphore(at_once)

        async def visit(n: int) -> None:
            async with turns:
                host = storm.listeners[n % len(storm.listeners)]
                guest = Listener(server, storm.tape, host.person, f"guest{n}")
                if n % 2:
                    guest.stand(host)
                await guest.visit(rng.randint(5, 25))

        await asyncio.gather(*(visit(n) for n in range(visits)))
        await storm.heal()
        return Outcome(storm.tape, check(storm.tape))


# -- T07: one nonce ---------------------------------------------------------------------------------

Send = Callable[[str, str], Awaitable[str]]  # channel, content → message id
NONCE = "the one nonce"


async def fifty(server: RunningServer, person: Person, channel: str, content: str) -> set[str]:
    """50 sends at once with one nonce, on five connections and three transports: the ids that were acked."""
    async with (
        Native(server.ws, person.token) as n1,
        Native(server.ws, person.token) as n2,
        ChannelChat(server.ws, person.token, person.id) as c1,
        ChannelChat(server.ws, person.token, person.id, "/channelchat/ws") as c2,
        httpx2.AsyncClient(headers={"authorization": f"Bearer {person.token}"}) as rest,
    ):
        work: list[Awaitable[list[str]]] = []
        work += [_ten_on_socket(socket, channel, content) for socket in (n1, n2, c1, c2)]
        work.append(_ten_on_rest(rest, f"{server.url}/api/v1/channels/{channel}/messages", content))
        found = await asyncio.gather(*work)
    ids = list(itertools.chain.from_iterable(found))
    assert len(ids) == 50
    return set(ids)


async def _ten_on_socket(socket: Native | ChannelChat, channel: str, content: str) -> list[str]:
    data = {"channel_id": channel, "content": content, "nonce": NONCE}
    for _ in range(10):
        await socket.send({"type": "send_message", "data": data})
    answers = [await socket.wait(_is_answer) for _ in range(10)]
    return [str(a["data"].get("message_id", a)) for a in answers]


def _is_answer(frame: Json) -> bool:
    return frame["type"] in ("message_ack", "error")


async def _ten_on_rest(client: httpx2.AsyncClient, url: str, content: str) -> list[str]:
    body = {"content": content, "nonce": NONCE}
    answers = await asyncio.gather(*(client.post(url, json=body) for _ in range(10)))
    return [str(a.json().get("id", a.text)) for a in answers]


async def one_nonce(server: RunningServer) -> list[str]:
    """What is wrong after sending one nonce 50 times: at once, after a restart, with other content, elsewhere."""
    person = sign_up(server.url)
    here, there = person.group("here"), person.group("there")
    problems: list[str] = []

    async def expect(step: str, content: str, channel: str, stored: str) -> set[str]:
        ids = await fifty(server, person, channel, content)
        rows = person.history(channel)["messages"]
        if {row["id"] for row in rows} != ids or [row["content"] for row in rows] != [stored]:
            problems.append(f"{step}: {len(ids)} ids acked, {len(rows)} rows stored: {sorted(ids)}")
        return ids

    first = await expect("at once", "first", here, "first")
    await asyncio.to_thread(server.kill)
    await asyncio.to_thread(server.start)
    again = await expect("after a restart", "first", here, "first")
    other = await expect("other content", "second", here, "first")
    elsewhere = await expect("other channel", "first", there, "first")
    if not first == again == other or elsewhere & first:
        problems.append(f"ids: {first}, {again}, {other}; elsewhere {elsewhere}")
    return problems


def pretty(frame: object) -> str:
    """One line for a message of a failed test."""
    return json.dumps(frame, ensure_ascii=False)[:300]
