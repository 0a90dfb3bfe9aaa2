"""`make grid`: plays everything once, prints the table and writes docs/interoperability.md; 1 where it is not green."""

import asyncio
import sys
import tempfile
from pathlib import Path

from grid.judge import Grid, judge
from grid.page import page, table
from grid.play import ENVIRONMENT, play
from support.server import running

PAGE = Path(__file__).parents[2] / "docs" / "interoperability.md"


_LEGEND = "✓ its own form  ≈ its nearest form  – nothing, as declared  ✗ wrong  blank: that dialect can't do it"


def verdict(grid: Grid) -> str:
    """What the marks mean, and what to do now."""
    if not grid.wrong:
        return f"{_LEGEND}\nNothing is wrong. Reasons are in docs/interoperability.md, which has been written."
    return (
        f"{_LEGEND}\n{len(grid.wrong)} wrong, listed above: mend the dialect, or declare the difference with its reason in "
        "tests/grid/declared.py. docs/interoperability.md has been written and shows it; don't commit it so."
    )


def main() -> int:
    """The exit code."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), ENVIRONMENT) as server:
        grid = judge(asyncio.run(play(server)))
    sys.stdout.write(f"{table(grid, colored=sys.stdout.isatty())}\n{verdict(grid)}\n")
    PAGE.write_text(page(grid), encoding="utf-8")
    return 1 if grid.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
