"""A grid as a page and as a table for a terminal."""

from collections.abc import Iterator

from grid.declared import CANNOT, SHOWN_OTHERWISE
from grid.judge import Grid, Mark, Place
from grid.play import TALKERS
from grid.talkers import ACTIONS, Action

_HEAD = """\
# Interoperability: who does what, and who sees it

What `make grid` writes, from clients of every dialect in one group on a real server; `make test` fails where this page is not
what a run gives. Each row watches, each column acts.

| mark | |
|---|---|
| ✓ | the observer got its dialect's own form of it: once, in the order of all, with the same id |
| ≈ | once, in order, in the nearest form that the observer's dialect has (below) |
| – | nothing came, and nothing shall (below) |
| | the actor's dialect cannot do it (below) |
| ✗ | wrong |
"""
_TITLES: dict[Action, str] = {
    "send": "A message is sent",
    "edit": "A message is edited",
    "recall": "A message is recalled",
    "react": "A reaction is put on a message",
    "read": "A message is marked read",
    "join": "Somebody joins",
    "leave": "Somebody leaves",
}
_COLORS = {Mark.NATIVE: 32, Mark.NEAREST: 36, Mark.NOTHING: 90, Mark.CANNOT: 90, Mark.WRONG: 31}


def page(grid: Grid) -> str:
    """Markdown."""
    return "\n".join([_HEAD, *_tables(grid), *_reasons()])


def _tables(grid: Grid) -> Iterator[str]:
    for action in ACTIONS:
        yield f"## {_TITLES[action]}\n"
        yield f"| sees ↓ does → | {' | '.join(TALKERS)} |"
        yield f"|---|{':-:|' * len(TALKERS)}"
        for observer in TALKERS:
            marks = [grid.marks[Place(action, actor, observer)] for actor in TALKERS]
            yield f"| {observer} | {' | '.join(marks)} |"
        yield ""


def _reasons() -> Iterator[str]:
    yield "## What is declared\n"
    yield "| dialect | | why |\n|---|---|---|"
    for (dialect, action), reason in CANNOT.items():
        if dialect in TALKERS:
            yield f"| {dialect} | does not {action} | {reason} |"
    for (dialect, action), otherwise in SHOWN_OTHERWISE.items():
        if dialect in TALKERS:
            how = "is shown nothing of" if otherwise.form is None else "is shown otherwise:"
            yield f"| {dialect} | {how} {action} | {otherwise.reason} |"
    yield ""


def table(grid: Grid, *, colored: bool) -> str:
    """For a terminal."""
    width = max(map(len, TALKERS)) + 2
    lines: list[str] = []
    for action in ACTIONS:
        head = "".join(f"{name:>{width}}" for name in TALKERS)
        lines += [f"\n{_TITLES[action]}", f"{'sees / does':<{width}}{head}"]
        for observer in TALKERS:
            marks = [grid.marks[Place(action, actor, observer)] for actor in TALKERS]
            cells = "".join(_cell(mark, width, colored=colored) for mark in marks)
            lines.append(f"{observer:<{width}}{cells}")
    return "\n".join([*lines, "", *grid.wrong])


def _cell(mark: Mark, width: int, *, colored: bool) -> str:
    text = f"{mark.value:>{width}}"
    return f"\x1b[{_COLORS[mark]}m{text}\x1b[0m" if colored else text
