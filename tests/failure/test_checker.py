"""The checker is not blind: each violation is found in a log made by hand, and a good log has none."""

import copy
from collections.abc import Callable

import pytest

from support.checker import (
    Ack,
    Attach,
    Attempt,
    Entry,
    Gap,
    Kind,
    Log,
    Receipt,
    Rejection,
    check,
    report,
)

CHANNEL = "c"


def good_log() -> Log:
    """Two senders, three messages, a client that was there from the start, and one that came later."""
    log = Log()
    log.attempts += [
        Attempt(1.0, "anna", CHANNEL, "a1"),
        Attempt(1.1, "anna", CHANNEL, "a2"),
        Attempt(1.15, "anna", CHANNEL, "a1"),  # again: no answer had come
        Attempt(2.0, "bert", CHANNEL, "b1"),
    ]
    log.acks += [
        Ack(1.2, CHANNEL, "a1", "11", 1),
        Ack(1.3, CHANNEL, "a2", "12"),
        Ack(2.2, CHANNEL, "b1", "13", 3),
    ]
    log.views += [
        Attach("first", CHANNEL, 0),
        *(Receipt("first", CHANNEL, n, x) for n, x in enumerate(("a1", "a2", "b1"), 1)),
        Attach("late", CHANNEL, 1),
        Gap("late", CHANNEL, 2),
        Receipt("late", CHANNEL, 3, "b1"),
    ]
    log.finals[CHANNEL] = {"0": [Entry(1, "11", "a1"), Entry(2, "12", "a2"), Entry(3, "13", "b1")]}
    return log


def history(log: Log) -> list[Entry]:
    return log.finals[CHANNEL]["0"]


def lose(log: Log) -> None:
    history(log).pop()


def store_twice(log: Log) -> None:
    history(log).append(Entry(4, "14", "b1"))


def make_up(log: Log) -> None:
    history(log).append(Entry(4, "14", "nobody sent this"))


def reject(log: Log) -> None:
    log.rejections.append(Rejection(CHANNEL, "b1"))
    log.acks.pop()


def skip_a_seq(log: Log) -> None:
    history(log)[2] = Entry(4, "13", "b1")


def ack_another(log: Log) -> None:
    log.acks.append(Ack(2.3, CHANNEL, "b1", "99", 3))


def ack_wrong_seq(log: Log) -> None:
    log.acks[2] = Ack(2.2, CHANNEL, "b1", "13", 7)


def ack_wrong_id(log: Log) -> None:
    log.acks[1] = Ack(1.3, CHANNEL, "a2", "77")


def overtake(log: Log) -> None:
    log.finals[CHANNEL]["0"] = [
        Entry(1, "13", "b1"),
        Entry(2, "11", "a1"),
        Entry(3, "12", "a2"),
    ]


def swap_of_one_sender(log: Log) -> None:
    history(log)[:2] = [Entry(1, "12", "a2"), Entry(2, "11", "a1")]


def come_unattached(log: Log) -> None:
    log.views.insert(0, Receipt("early", CHANNEL, 3, "b1"))


def skip_silently(log: Log) -> None:
    del log.views[2]


def deliver_twice(log: Log) -> None:
    log.views.insert(3, log.views[2])


def garble(log: Log) -> None:
    log.views[1] = Receipt("first", CHANNEL, 1, "something else")


def stop_early(log: Log) -> None:
    log.views.pop()


def differ(log: Log) -> None:
    log.finals[CHANNEL]["1"] = history(log)[:2]


DAMAGE = [
    (lose, Kind.LOST),
    (store_twice, Kind.DUPLICATE),
    (make_up, Kind.PHANTOM),
    (reject, Kind.REJECTED_BUT_STORED),
    (skip_a_seq, Kind.SEQ_NOT_DENSE),
    (ack_another, Kind.ACK_DISAGREES),
    (ack_wrong_seq, Kind.ACK_SEQ_WRONG),
    (ack_wrong_id, Kind.ACK_SEQ_WRONG),
    (overtake, Kind.REALTIME_ORDER),
    (swap_of_one_sender, Kind.SENDER_FIFO),
    (come_unattached, Kind.CLIENT_UNATTACHED),
    (skip_silently, Kind.CLIENT_SILENT_GAP),
    (deliver_twice, Kind.CLIENT_DUP),
    (garble, Kind.CLIENT_CONTENT),
    (stop_early, Kind.CLIENT_BEHIND),
    (differ, Kind.NODES_DISAGREE),
]


def test_checker_finds_nothing_in_a_good_log() -> None:
    log = good_log()
    before = copy.deepcopy(log)
    assert check(log) == []
    assert log == before


@pytest.mark.parametrize(("damage", "kind"), DAMAGE, ids=[f.__name__ for f, _ in DAMAGE])
def test_checker_finds_each_violation(damage: Callable[[Log], None], kind: Kind) -> None:
    log = good_log()
    damage(log)
    assert kind in {violation.kind for violation in check(log)}


def test_checker_has_a_damaged_log_for_every_kind() -> None:
    assert {kind for _, kind in DAMAGE} == set(Kind)


def test_checker_reports_counts_and_the_first_violations() -> None:
    log = good_log()
    history(log).clear()
    text = report(check(log), most=1)
    assert "'LOST': 3" in text
    assert len(text.splitlines()) == 2
