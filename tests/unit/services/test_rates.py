"""T30: rates per key, by a clock that the test holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.clock import FakeClock
from hubbub.model.errors import Code, Refused
from hubbub.services.rates import COMMANDS, KEYS, MESSAGES, SIGN_INS, Rate, Rates

RATES = [COMMANDS, MESSAGES, SIGN_INS, Rate(1, 1), Rate(3, 0.05), Rate(7, 3)]
rates = st.builds(Rate, burst=st.integers(1, 300), per_second=st.floats(0.01, 100))


def _granted(limits: Rates, rate: Rate, tries: int, key: object = "k") -> int:
    return sum(_take(limits, rate, key) is None for _ in range(tries))


def _take(limits: Rates, rate: Rate, key: object = "k") -> Refused | None:
    try:
        limits.take(rate, key)
    except Refused as refusal:
        return refusal
    return None


@pytest.mark.parametrize("rate", RATES)
def test_t30_burst_is_exact_at_one_moment(rate: Rate) -> None:
    granted = _granted(Rates(FakeClock(), enabled=True), rate, rate.burst + 20)
    assert abs(granted - rate.burst) <= 1


@given(rates, st.floats(0, 500))
def test_t30_count_over_a_time_is_burst_plus_rate(rate: Rate, seconds: float) -> None:
    clock = FakeClock()
    limits = Rates(clock, enabled=True)
    granted = _granted(limits, rate, rate.burst + 2)
    clock.advance(seconds)
    earned = min(rate.burst, int(seconds * rate.per_second))
    assert abs(granted - rate.burst) <= 1
    assert abs(_granted(limits, rate, rate.burst + 2) - earned) <= 1


@pytest.mark.parametrize("rate", RATES)
def test_t30_sustained_tries_get_exactly_the_rate(rate: Rate) -> None:
    clock = FakeClock()
    limits = Rates(clock, enabled=True)
    seconds, granted = 100, 0
    for _ in range(seconds * 10):
        granted += _granted(limits, rate, max(1, round(rate.per_second / 5)))
        clock.advance(0.1)
    expected = rate.burst + seconds * rate.per_second
    assert abs(granted - expected) <= 1 + rate.per_second / 10


@pytest.mark.parametrize(
    "rate",
    [
        RATES[0],
        RATES[1],
        *RATES[2:5],
        RATES[5],
    ],
)
def test_t30_refusal_says_when_and_a_moment_before_it_is_still_refused(rate: Rate) -> None:
    clock = FakeClock()
    limits = Rates(clock, enabled=True)
    _granted(limits, rate, rate.burst + 1)
    refusal = _take(limits, rate)
    assert refusal is not None
    assert refusal.code is Code.RATE_LIMITED
    assert refusal.retry_after is not None
    assert refusal.retry_after == pytest.approx(1 / rate.per_second, abs=0.0015)
    clock.advance(refusal.retry_after - 0.002)
    assert _take(limits, rate) is not None
    clock.advance(0.004)
    assert _take(limits, rate) is None


@given(rates)
def test_t30_who_waits_as_long_as_told_is_let_in(rate: Rate) -> None:
    clock = FakeClock()
    limits = Rates(clock, enabled=True)
    _granted(limits, rate, rate.burst + 1)
    refusal = _take(limits, rate)
    assert refusal is not None
    assert refusal.retry_after is not None
    clock.advance(refusal.retry_after)
    assert _take(limits, rate) is None


def test_t30_keys_do_not_pay_for_each_other_and_one_key_is_shared() -> None:
    limits = Rates(FakeClock(), enabled=True)
    assert _granted(limits, SIGN_INS, 50, "a") == SIGN_INS.burst
    assert _granted(limits, SIGN_INS, 50, "b") == SIGN_INS.burst
    assert _granted(limits, SIGN_INS, 50, "a") == 0


def test_t30_refused_tries_cost_nothing() -> None:
    clock = FakeClock()
    limits = Rates(clock, enabled=True)
    _granted(limits, MESSAGES, 10_000)
    clock.advance(1 / MESSAGES.per_second)
    assert _granted(limits, MESSAGES, 5) == 1


def test_t30_a_wall_clock_jump_changes_nothing() -> None:
    clock = FakeClock()
    limits = Rates(clock, enabled=True)
    _granted(limits, MESSAGES, MESSAGES.burst)
    for day in (86_400, -172_800):
        clock.jump(day)
        assert _take(limits, MESSAGES) is not None


def test_t30_clear_forgives_what_was_owed() -> None:
    limits = Rates(FakeClock(), enabled=True)
    _granted(limits, SIGN_INS, 50)
    limits.clear("k")
    assert _granted(limits, SIGN_INS, 50) == SIGN_INS.burst


def test_t30_off_never_refuses() -> None:
    limits = Rates(FakeClock(), enabled=False)
    assert _granted(limits, SIGN_INS, 1000) == 1000
    assert len(limits._paid_until) == 0


def test_t30_memory_is_bounded_with_more_than_100k_keys_that_all_owe() -> None:
    limits = Rates(FakeClock(), enabled=True)
    for n in range(KEYS + 20_000):
        limits.take(MESSAGES, n)
    assert len(limits._paid_until) <= KEYS


def test_t30_paid_up_keys_are_forgotten_first_and_debtors_remembered() -> None:
    clock = FakeClock()
    limits = Rates(clock, enabled=True)
    for n in range(KEYS - 1):
        limits.take(MESSAGES, n)
    clock.advance(10)
    _granted(limits, SIGN_INS, SIGN_INS.burst, "debtor")
    limits.take(MESSAGES, "one more")
    assert len(limits._paid_until) <= 3
    assert _take(limits, SIGN_INS, "debtor") is not None
