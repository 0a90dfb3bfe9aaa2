"""What was shown, held against what was done: a mark for every action, actor and observer, and what is wrong."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from grid.declared import CANNOT, SHOWN_OTHERWISE, forms
from grid.play import TALKERS, Done, Played
from grid.talkers import ACTIONS, Action, Seen


class Mark(StrEnum):
    """What a cell came to."""

    NATIVE = "✓"
    NEAREST = "≈"
    NOTHING = "–"
    CANNOT = " "
    WRONG = "✗"


class Place(NamedTuple):
    """A cell."""

    action: Action
    actor: str
    observer: str


class Grid(NamedTuple):
    """`wrong`: why a cell is, or what no cell has room for."""

    marks: Mapping[Place, Mark]
    wrong: list[str]


def judge(played: Played) -> Grid:
    """All cells of a run."""
    marks: dict[Place, Mark] = {}
    wrong: list[str] = list(_undeclared())
    for observer, shown in played.shown.items():
        bad = _Reader(observer, shown).read(played.done)
        wrong += [f"{observer} was shown {why}" for why in bad.values()]
        for done in played.done:
            place = Place(done.seen.action, done.actor, observer)
            is_wrong = done in bad or marks.get(place) is Mark.WRONG
            marks[place] = Mark.WRONG if is_wrong else _mark(observer, done.seen.action)
    for place in _all_places():
        marks.setdefault(place, _missing(place))
        if marks[place] is Mark.WRONG and (place.actor, place.action) not in CANNOT:
            wrong.append(f"{place}: wrong or never done")
    return Grid(marks, wrong)


def _all_places() -> Iterable[Place]:
    return (Place(a, actor, observer) for a in ACTIONS for actor in TALKERS for observer in TALKERS)


def _mark(observer: str, action: Action) -> Mark:
    otherwise = SHOWN_OTHERWISE.get((observer, action))
    if otherwise is None:
        return Mark.NATIVE
    return Mark.NOTHING if otherwise.form is None else Mark.NEAREST


def _missing(place: Place) -> Mark:
    return Mark.CANNOT if (place.actor, place.action) in CANNOT else Mark.WRONG


def _undeclared() -> Iterable[str]:
    """The table and the talkers must agree."""
    for name, talker in TALKERS.items():
        for action in ACTIONS:
            if talker.can(action) == ((name, action) in CANNOT):
                yield f"{name} {action}: a talker can what is declared that it cannot, or the reverse"


class _Reader:
    """One observer's log: each thing once, in the order in which it was done, and nothing else."""

    def __init__(self, observer: str, shown: list[Seen]) -> None:
        self._observer = observer
        self._shown = shown

    def read(self, all_done: Iterable[Done]) -> dict[Done | None, str]:
        """What was done and is shown wrongly; None: something that nobody did."""
        bad: dict[Done | None, str] = {}
        known: set[int] = set()
        last = -1
        for done in all_done:
            for want in forms(self._observer, done.seen):
                at = [n for n, seen in enumerate(self._shown) if seen == want]
                known.update(at)
                if len(at) != 1:
                    bad[done] = f"{want} {len(at)} times"
                elif at[0] < last:
                    bad[done] = f"{want} too late"
                else:
                    last = at[0]
        self._strays(known, all_done, bad)
        return bad

    def _strays(
        self, known: set[int], all_done: Iterable[Done], bad: dict[Done | None, str]
    ) -> None:
        for n, seen in enumerate(self._shown):
            if n in known:
                continue
            mine = [d for d in all_done if d.seen[:3] == seen[:3]]
            for done in mine or (None,):
                bad[done] = f"{seen}, unasked"
