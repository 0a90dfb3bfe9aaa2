"""`make grid`: plays everything once, prints the table and writes docs/interoperability.md; 1 where it is not green."""

import asyncio
import sys
import tempfile
from pathlib import Path

from grid.judge import judge
from grid.page import page, table
from grid.play import ENVIRONMENT, play
from support.server import running

PAGE = Path(__file__).parents[2] / "docs" / "interoperability.md"


def main() -> int:
    """The exit code."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), ENVIRONMENT) as server:
        grid = judge(asyncio.run(play(server)))
    sys.stdout.write(table(grid, colored=sys.stdout.isatty()) + "\n")
    PAGE.write_text(page(grid), encoding="utf-8")
    return 1 if grid.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
