"""The cases that the web client is tried on say what this server does now."""

import json

import pytest

from convergence import fixtures

HINT = "the server tells something else now: PYTHONPATH=src:tests python -m convergence.fixtures"


@pytest.mark.parametrize("seed", range(fixtures.COUNT))
def test_a_case_is_what_the_server_does(seed: int) -> None:
    kept = json.loads(fixtures.path(seed).read_text())
    made = fixtures.make(seed)
    assert made["snapshot_before"] == kept["snapshot_before"], HINT
    assert made["events"] == kept["events"], HINT
    assert made["snapshot_after"] == kept["snapshot_after"], HINT


def test_no_case_is_left_over() -> None:
    expected = {fixtures.path(seed) for seed in range(fixtures.COUNT)}
    assert set(fixtures.CASES.iterdir()) == expected
