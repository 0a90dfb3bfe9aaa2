"""T12: connecting while others publish. After `ready` and `sync` comes every later message, once, in order."""

import random

from failure.scenarios import connect_race, seed
from support.checker import report
from support.server import RunningServer

VISITS = 400


async def test_t12_connect_while_others_publish_misses_and_doubles_nothing(
    fresh_server: RunningServer,
) -> None:
    outcome = await connect_race(fresh_server, random.Random(seed()), visits=VISITS)
    print(outcome)  # noqa: T201  # the run's figures, shown with -s or on failure
    assert not outcome.violations, report(outcome.violations)
    assert not outcome.tape.refused, outcome.tape.refused[:3]
    assert len(outcome.tape.left) == VISITS, "void: visitors did not get what they came for"
    assert outcome.tape.resumes >= VISITS // 2, "void: nobody resumed"
