"""The tests are not blind: each fails on a build that breaks what it is about."""

import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from failure.kick import removed_under_flood
from failure.scenarios import connect_race, kill_storm, one_nonce, seed
from support import broken
from support.checker import Kind
from support.server import RunningServer, running

Start = Callable[[broken.Mutation], AbstractContextManager[RunningServer]]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Starts a broken build."""

    def start(mutation: broken.Mutation) -> AbstractContextManager[RunningServer]:
        folder = tmp_path / "server"
        folder.mkdir()
        return running(folder, source=broken.build(tmp_path / "source", mutation))

    return start


async def test_t01_catches_an_ack_before_the_commit(start: Start) -> None:
    with start(broken.ACK_BEFORE_COMMIT) as server:
        outcome = await kill_storm(server, random.Random(seed()), kills=1, acks=0, patience=4)
    assert Kind.LOST in {violation.kind for violation in outcome.violations}


@pytest.mark.parametrize(
    "mutation", [broken.NO_DEDUPE, broken.DEDUPE_IN_MEMORY], ids=lambda m: m.name
)
async def test_t07_catches_forgotten_nonces(start: Start, mutation: broken.Mutation) -> None:
    with start(mutation) as server:
        problems = await one_nonce(server)
    assert any(problem.startswith("after a restart") for problem in problems)
    if mutation is broken.DEDUPE_IN_MEMORY:  # it is only caught by that restart
        assert not any(problem.startswith("at once") for problem in problems)


async def test_t12_catches_a_snapshot_that_holds_nothing(start: Start) -> None:
    with start(broken.NOT_HELD) as server:
        outcome = await connect_race(server, random.Random(seed()), visits=150)
    kinds = {violation.kind for violation in outcome.violations}
    assert kinds & {Kind.CLIENT_UNATTACHED, Kind.CLIENT_SILENT_GAP}


async def test_t12_catches_a_snapshot_that_forgets_what_it_held(start: Start) -> None:
    with start(broken.HELD_IS_DROPPED) as server:
        outcome = await connect_race(server, random.Random(seed()), visits=150)
    assert Kind.CLIENT_SILENT_GAP in {violation.kind for violation in outcome.violations}


async def test_t28_catches_a_kick_that_keeps_the_subscription(start: Start) -> None:
    with start(broken.KICKED_STAYS_SUBSCRIBED) as server:
        problems = await removed_under_flood(server, random.Random(seed()), "kicked")
    assert any(problem.startswith("live after") for problem in problems)


async def test_t28_catches_permission_checked_only_at_subscribe(start: Start) -> None:
    with start(broken.CHECKED_AT_SUBSCRIBE_ONLY) as server:
        problems = await removed_under_flood(server, random.Random(seed()), "kicked")
    assert any(problem.startswith("history answered 200") for problem in problems)
    assert any(problem.startswith("socket may still history") for problem in problems)
