"""The grid is green, and docs/interoperability.md is what a run gives; the judge is not blind."""

import asyncio
from collections.abc import Callable

import pytest

from grid.declared import CANNOT, SHOWN_OTHERWISE
from grid.judge import Grid, Mark, Place, judge
from grid.page import page, table
from grid.play import ENVIRONMENT, TALKERS, Played, play
from grid.run import PAGE, verdict
from grid.talkers import ACTIONS, Seen
from support.server import running


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    with running(tmp_path_factory.mktemp("grid"), ENVIRONMENT) as server:
        return asyncio.run(play(server))


def test_grid_when_played_is_green_and_the_page_is_what_it_gives(played: Played) -> None:
    grid = judge(played)
    assert grid.wrong == [], table(grid, colored=False)
    assert PAGE.read_text(encoding="utf-8") == page(grid), "run `make grid`"


def test_grid_has_done_everything_that_is_not_declared(played: Played) -> None:
    did = {(done.actor, done.seen.action) for done in played.done}
    wanted = {(name, action) for name in TALKERS for action in ACTIONS} - CANNOT.keys()
    assert did == wanted
    assert all(SHOWN_OTHERWISE[key].reason and key[1] in ACTIONS for key in SHOWN_OTHERWISE)


Spoil = Callable[[list[Seen]], object]
SPOILS: dict[str, Spoil] = {
    "lost": lambda log: log.pop(3),
    "twice": lambda log: log.append(log[3]),
    "in another order": lambda log: log.insert(0, log.pop(3)),
    "with another id": lambda log: log.__setitem__(3, log[3]._replace(about="1")),
    "by another": lambda log: log.__setitem__(3, log[3]._replace(who="1")),
    "unasked": lambda log: log.append(Seen("join", "1", "1")),
}


@pytest.mark.parametrize("spoil", SPOILS)
@pytest.mark.parametrize("observer", TALKERS)
def test_judge_when_a_log_is_spoilt_sees_it(played: Played, observer: str, spoil: str) -> None:
    logs = {name: list(log) for name, log in played.shown.items()}
    SPOILS[spoil](logs[observer])
    grid = judge(Played(played.done, logs))
    assert grid.wrong
    if spoil != "unasked":
        assert Mark.WRONG in _marks_of(grid, observer)


def test_judge_when_what_shall_not_come_does_sees_it(played: Played) -> None:
    silent = next(key for key, way in SHOWN_OTHERWISE.items() if way.form is None)
    observer, action = silent
    done = next(done for done in played.done if done.seen.action == action)
    logs = played.shown | {observer: [*played.shown[observer], done.seen]}
    grid = judge(Played(played.done, logs))
    assert grid.marks[Place(action, done.actor, observer)] is Mark.WRONG


def _marks_of(grid: Grid, observer: str) -> set[Mark]:
    return {mark for place, mark in grid.marks.items() if place.observer == observer}


def test_table_is_coloured_only_where_asked(played: Played) -> None:
    grid = judge(played)
    assert "\x1b" not in table(grid, colored=False)
    assert "\x1b[32m" in table(grid, colored=True)


def test_verdict_says_what_to_do(played: Played) -> None:
    grid = judge(played)
    assert "Nothing is wrong" in verdict(grid)
    said = verdict(grid._replace(wrong=["mew was shown too much"]))
    assert "1 wrong" in said
    assert "tests/grid/declared.py" in said
