"""T01 in all dialects at once: what one of them was acked, all of them get, once and in one order."""

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest

from failure.scenarios import seed
from failure.six import kill_six
from failure.six_readers import Known, MutiPersonReader
from grid.play import ENVIRONMENT, TALKERS
from grid.talkers import Who
from support import broken
from support.checker import Entry, Kind, Receipt, Tape, check, report
from support.server import RunningServer, running

Break = Callable[[list[Known]], list[Known]]


def _lose(heard: list[Known]) -> list[Known]:
    return heard[:1] + heard[2:]


def _double(heard: list[Known]) -> list[Known]:
    return [*heard, heard[2]]


def _swap(heard: list[Known]) -> list[Known]:
    return [heard[0], heard[2], heard[1], *heard[3:]]


KILLS = int(os.environ.get("TEST_HUBBUB_KILLS", "5"))

STORMS = 5  # of a build that forgets nonces; most kills hit some send that is tried again


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


async def test_t01_of_all_dialects_catches_forgotten_nonces(tmp_path: Path) -> None:
    source = broken.build(tmp_path / "source", broken.NO_DEDUPE)
    numbers, found = random.Random(seed()), set[Kind]()
    for storm in range(STORMS):
        folder = tmp_path / f"server{storm}"
        folder.mkdir()
        with running(folder, ENVIRONMENT, source) as server:
            outcome = await kill_six(server, numbers, kills=1, patience=1)
        found = {violation.kind for violation in outcome.violations}
        if Kind.DUPLICATE in found:
            return
    raise AssertionError(f"no kill of {STORMS} hit a send between its commit and its ack: {found}")


@pytest.mark.parametrize("break_it", [_lose, _double, _swap], ids=["lost", "doubled", "swapped"])
def test_t01_checker_when_a_reader_is_told_wrongly_sees_it(break_it: Break) -> None:
    tape = Tape()
    history = [Entry(seq, str(seq), f"m{seq}") for seq in range(1, 6)]
    tape.finals["1"] = {"0": history}
    for entry in history:
        tape.attempt("s", "1", entry.nonce)
        tape.answer("1", entry.nonce, entry.id, entry.seq)
    server = cast("RunningServer", None)  # it connects to nothing
    good, bad = (MutiPersonReader(server, tape, Who(name, name, ""), "1") for name in "ab")
    heard = [(entry.id, entry.nonce) for entry in history]
    for reader, told in ((good, heard), (bad, break_it(heard))):
        for message_id, content in told:
            reader.hear(message_id, content)
        reader.tell(history)
    assert {v.detail.split()[0] for v in check(tape)} == {bad.name}
