"""53-bit ids (docs/design.md, decision 6, guarantee G15)."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.model.ids import EPOCH_MS, MAX_ID, IdSequence, parse_id

NOW = EPOCH_MS + 400_000_000_000
clocks = st.lists(st.integers(-(10**8), 10**8).map(lambda ms: NOW + ms), min_size=1, max_size=300)


@given(clocks, st.integers(0, 63))
def test_ids_under_any_clock_are_unique_and_increase(times: list[int], node: int) -> None:
    sequence = IdSequence(node)
    made = [sequence.next(now) for now in times]
    assert all(a < b for a, b in itertools.pairwise(made))
    assert all(0 < i <= MAX_ID for i in made)


@pytest.mark.parametrize("step", [0, -1, -1000, -86_400_000])
def test_ids_many_in_one_millisecond_or_going_back_still_increase(step: int) -> None:
    sequence = IdSequence(5)
    made = [sequence.next(NOW + n * step) for n in range(1000)]
    assert made == sorted(set(made))


def test_ids_before_the_epoch_are_positive_and_increase() -> None:
    sequence = IdSequence()
    made = [sequence.next(0) for _ in range(200)]
    assert made == sorted(set(made))
    assert made[0] > 0


@given(st.lists(st.tuples(st.integers(0, 63), st.integers(NOW, NOW + 3)), max_size=200))
def test_ids_of_different_nodes_never_meet(calls: list[tuple[int, int]]) -> None:
    nodes = {n: IdSequence(n) for n in range(64)}
    made = [nodes[node].next(now) for node, now in calls]
    assert len(set(made)) == len(made)


def test_ids_at_the_end_of_this_design_still_fit_53_bits() -> None:
    last_ms = EPOCH_MS + (1 << 41) - 1
    assert IdSequence(63).next(last_ms) <= MAX_ID


@given(st.integers(NOW, NOW + 10**9))
def test_ids_tell_their_millisecond_when_the_clock_runs_normally(now: int) -> None:
    assert (IdSequence(3).next(now) >> 12) + EPOCH_MS == now


@pytest.mark.parametrize("node", [-1, 64])
def test_sequence_of_an_impossible_node_is_refused(node: int) -> None:
    with pytest.raises(ValueError, match="node must be 0 to 63"):
        IdSequence(node)


@given(st.integers(0, MAX_ID))
def test_parse_id_of_an_id_gives_it_back(value: int) -> None:
    assert parse_id(str(value)) == value


@pytest.mark.parametrize(
    "text",
    [
        *("-1", "+1", "01", "00", " 1", "1 ", "1\n", "0x1", "1e3", "1.0", "1_0", "a", "١", "²"),
        *(str(MAX_ID + 1), "9" * 16, "1" * 17, "1" * 5000, "\0", "1\0"),
    ],
)
def test_parse_id_of_anything_else_is_none(text: str) -> None:
    assert parse_id(text) is None


@given(st.text(min_size=1))
def test_parse_id_of_any_text_is_an_id_or_none(text: str) -> None:
    value = parse_id(text)
    assert value is None or (0 <= value <= MAX_ID and str(value) == text)
