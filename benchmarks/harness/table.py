"""The results as a table of plain text."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from harness.figures import Figures
from harness.goals import Goal, ratio
from harness.scenarios import Scenario

Results = Mapping[str, Figures]

_HEAD: Final = ("scenario", "measure")
_TAIL: Final = ("ratio", "goal", "met")
_VERDICTS: Final = {True: "yes", False: "NO", None: ""}


def table(outcomes: Sequence[tuple[Scenario, Results]], servers: Mapping[str, str]) -> str:
    """Return one row for each measure, one column for each server (name → label)."""
    rows = [[*_HEAD, *servers.values(), *_TAIL]]
    for scenario, results in outcomes:
        rows += _rows(scenario, results, list(servers))
    return "\n".join(_aligned(rows))


def remarks(outcomes: Sequence[tuple[Scenario, Results]]) -> str:
    """Return what a reader must know before believing the table."""
    lines = [
        f"{scenario.name}, {server}: {remark}"
        for scenario, results in outcomes
        for server, figures in results.items()
        for remark in _remarks(figures)
    ]
    return "\n".join(lines)


def _remarks(figures: Figures) -> Iterable[str]:
    if figures.faults:
        yield f"FAULT: {figures.faults}"
    if figures.values.get("generator_cpu", 0) > 0.9:
        yield f"the load generator used {figures.values['generator_cpu']:.0%} of its core"
    if figures.values.get("others_cpu", 0) > 0.05:
        yield f"others used {figures.values['others_cpu']:.0%} of the server's core"


def _rows(scenario: Scenario, results: Results, servers: Sequence[str]) -> list[list[str]]:
    rows = []
    for index, goal in enumerate(scenario.goals):
        share = ratio(results, goal.measure)
        rows.append(
            [
                scenario.name if index == 0 else "",
                goal.label,
                *(_cell(results.get(server), goal) for server in servers),
                "" if share is None else f"{share:.2f} ×",
                goal.wording(),
                _VERDICTS[goal.is_met(results)],
            ]
        )
    return rows


def _cell(figures: Figures | None, goal: Goal) -> str:
    if figures is None:
        return ""
    value = figures.values.get(goal.measure)
    mark = " !" if figures.faults else ""
    return f"{'–' if value is None else _number(value)}{mark}"


def _number(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _aligned(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    """Text to the left, numbers to the right, a line under the head."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for index, row in enumerate(rows):
        cells = [
            cell.ljust(width) if column < len(_HEAD) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()
        if index == 0:
            yield "  ".join("-" * width for width in widths)
