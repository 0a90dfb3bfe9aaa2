"""RFC 3339 in UTC with milliseconds."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.model.times import rfc3339


@given(st.integers(0, 4_102_444_800_000))
def test_rfc3339_of_any_time_reads_back_exactly(ms: int) -> None:
    text = rfc3339(ms)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", text)
    read = datetime.fromisoformat(text)
    assert read.tzinfo == UTC
    assert round(read.timestamp() * 1000) == ms


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (999, "1970-01-01T00:00:00.999Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (951_782_400_007, "2000-02-29T00:00:00.007Z"),
    ],
)
def test_rfc3339_of_odd_moments_is_exact(ms: int, text: str) -> None:
    assert rfc3339(ms) == text


def test_rfc3339_of_a_remembered_second_keeps_its_own_milliseconds() -> None:
    assert [rfc3339(1_000 + n)[-4:-1] for n in (1, 2, 1)] == ["001", "002", "001"]
