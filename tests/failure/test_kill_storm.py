"""T01: `kill -9` under load, again and again, and nothing that was acked is lost, doubled or out of order."""

import os
import random

import pytest

from failure.scenarios import kill_storm, seed
from support.checker import report
from support.server import RunningServer

KILLS = int(os.environ.get("TEST_HUBBUB_KILLS", "7"))


@pytest.mark.timeout(60 + 20 * KILLS)
@pytest.mark.parametrize("in_server", [False, True], ids=["groups", "a server"])
async def test_t01_kill_storm_loses_doubles_and_reorders_nothing(
    fresh_server: RunningServer, *, in_server: bool
) -> None:
    kills = KILLS if not in_server else max(3, KILLS // 2)
    rng, acks = random.Random(seed()), 400 * kills
    outcome = await kill_storm(fresh_server, rng, kills=kills, acks=acks, in_server=in_server)
    print(outcome)  # noqa: T201  # the run's figures, shown with -s or on failure
    tape = outcome.tape
    assert not outcome.violations, report(outcome.violations)
    assert not tape.refused, tape.refused[:3]
    # A run in which nothing could have gone wrong proves nothing.
    assert len(tape.acked) >= acks, "void: too few acks"
    assert outcome.hit >= 1, "void: no kill hit a send under way"
    assert tape.announced >= 1, "void: no retry met its first attempt"
    assert tape.resumes >= kills, "void: listeners did not resume"
