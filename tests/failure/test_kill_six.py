"""T01 in all dialects at once: what one of them was acked, all of them get, once and in one order."""

import os
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from failure.scenarios import seed
from failure.six import kill_six
from grid.play import ENVIRONMENT, TALKERS
from support import broken
from support.checker import Kind, Receipt, report
from support.server import RunningServer, running

KILLS = int(os.environ.get("TEST_HUBBUB_KILLS", "5"))


@pytest.fixture
def hospitable(tmp_path: Path) -> Iterator[RunningServer]:
    """It admits guests."""
    with running(tmp_path, ENVIRONMENT) as server:
        yield server


@pytest.mark.timeout(60 + 20 * KILLS)
async def test_t01_kill_storm_of_all_dialects_loses_doubles_and_reorders_nothing(
    hospitable: RunningServer,
) -> None:
    outcome = await kill_six(hospitable, random.Random(seed()), kills=KILLS)
    print(outcome)  # noqa: T201  # the run's figures, shown with -s or on failure
    tape = outcome.tape
    assert not outcome.violations, report(outcome.violations)
    assert not tape.refused, tape.refused[:3]
    # A run in which nothing could have gone wrong proves nothing.
    acked = Counter(nonce.split("-")[0] for nonce in tape.acked)
    received = Counter(v.client.split("-")[0] for v in tape.views if isinstance(v, Receipt))
    assert acked.keys() == received.keys() == TALKERS.keys()
    assert min(acked.values()) >= 10 * KILLS, f"void: too few acks: {acked}"
    assert outcome.hit == KILLS, "void: no kill hit a send under way"
    assert sum(tape.tries.values()) > len(tape.tries), "void: nothing was tried again"
    assert tape.resumes >= KILLS * (len(TALKERS) - 1), "void: receivers did not resume"


async def test_t01_of_all_dialects_catches_an_ack_before_the_commit(tmp_path: Path) -> None:
    source = broken.build(tmp_path / "source", broken.ACK_BEFORE_COMMIT)
    (tmp_path / "server").mkdir()
    with running(tmp_path / "server", ENVIRONMENT, source) as server:
        outcome = await kill_six(server, random.Random(seed()), kills=1, patience=4)
    assert Kind.LOST in {violation.kind for violation in outcome.violations}
