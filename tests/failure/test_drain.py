"""T21: SIGTERM under load. Everybody is sent away politely, in time, and nothing is lost."""

import asyncio
import random
import re
import time

from failure.scenarios import seed
from support.checker import check, report
from support.engineio import Polling
from support.server import FACTOR, RunningServer
from support.storm import Pace, Storm

SOCKETS = 20 + 8  # native and channelchat senders, and listeners
GOODBYE = re.compile(r"draining; retry_after=\d+(\.\d+)?")


async def test_t21_drain_under_load_is_in_time_and_loses_nothing(
    fresh_server: RunningServer,
) -> None:
    pace = Pace(burst=8, pause=0.1, rude=0)
    async with Storm(fresh_server, random.Random(seed()), pace=pace) as storm:
        await storm.until(500)
        await storm.when(lambda: bool(storm.tape.on_wire), 10, "sends in flight")
        assert not storm.tape.closes
        started = time.monotonic()
        code = await asyncio.to_thread(fresh_server.terminate)
        took = time.monotonic() - started
        await asyncio.to_thread(fresh_server.start)
        await storm.until(len(storm.tape.acked) + 200)
        await storm.heal()
        closes = dict(storm.tape.closes)
        violations = check(storm.tape)
    assert code == 0, fresh_server.output()[-2_000:]
    assert took < 10 * FACTOR, f"the drain took {took:.1f} s"
    assert not violations, report(violations)
    assert sum(closes.values()) == SOCKETS, closes
    assert {c for c, _ in closes} == {1001}, closes
    assert all(GOODBYE.fullmatch(reason) for _, reason in closes), closes
    assert len(closes) > 1, "all were told to come back at the same moment"


async def test_drain_when_polls_hang_answers_them_and_is_quick(fresh_server: RunningServer) -> None:
    url = f"{fresh_server.url}/socket.io/"
    async with Polling(url) as outside, Polling(url) as inside:
        await inside.send("40")
        assert str(await inside.receive()).startswith("40{")
        polls = [asyncio.ensure_future(client.get()) for client in (outside, inside)]
        for client in (outside, inside):
            await client.send("3")  # behind the polls: they hang by now
        started = time.monotonic()
        code = await asyncio.to_thread(fresh_server.terminate)
        took = time.monotonic() - started
        answers = [(await poll).text for poll in polls]
    assert code == 0
    assert answers == ["1", "1"]
    assert took < 5 * FACTOR, f"the drain took {took:.1f} s"
    assert "Traceback" not in fresh_server.output(), fresh_server.output()[-2_000:]
