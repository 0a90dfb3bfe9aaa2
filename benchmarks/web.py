"""The web client's budget, measured in Chromium on this machine: one line for each figure beside its goal.

PYTHONPATH=tests .venv/bin/python benchmarks/web.py [--messages 50000] [--seconds 10]; exits with 1 if a goal is missed.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.async_api import Error, async_playwright

from harness import webpage
from harness.paths import BENCHMARKS, BUILD, REPOSITORY
from harness.progress import tell
from harness.webpage import Figures, Place
from support.browser import ARGUMENTS, Visitor, chromium_path, visitor
from support.rest import sign_up
from support.server import RunningServer
from support.setup import claim


@dataclass(frozen=True)
class Goal:
    """What a figure may be."""

    label: str
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def is_one(self) -> bool:
        """Otherwise the figure is only reported."""
        return self.at_most is not None or self.at_least is not None

    def wording(self) -> str:
        if self.at_most is not None:
            return f"≤ {self.at_most:,g} {self.unit}"
        return "report" if self.at_least is None else f"≥ {self.at_least:,g} {self.unit}"

    def is_met(self, value: float | None) -> bool:
        """Not measured is missed."""
        if value is None:
            return False
        is_enough = self.at_least is None or value >= self.at_least
        return is_enough and (self.at_most is None or value <= self.at_most)


GOALS: Final = {
    "first_load_kb": Goal("first load, packed: page, scripts, styles", "KB", at_most=150),
    "interactive_s": Goal("interactive, CPU 4 × slower", "s", at_most=1.5),
    "scroll_fps": Goal("scrolling", "frames/s", at_least=50),
    "scroll_gap_ms": Goal("scrolling, longest gap between frames", "ms"),
    "nodes": Goal("nodes of the document, at most", "", at_most=5_000),
    "arrived_per_s": Goal("messages that arrive while typing", "/s", at_least=190),
    "typed_p50_ms": Goal("from key to picture, p50", "ms"),
    "typed_p95_ms": Goal("from key to picture, p95", "ms", at_most=50),
    "typed_lost": Goal("characters that the composer lost", "", at_most=0),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=50_000, help="in the channel")
    parser.add_argument("--seconds", type=float, default=10.0, help="of scrolling, and of typing")
    options = parser.parse_args()
    subprocess.run([sys.executable, str(REPOSITORY / "hatch_build.py")], check=True)
    figures, faults = asyncio.run(_measure(options.messages, options.seconds))
    missed = [name for name, goal in GOALS.items() if not goal.is_met(figures.get(name))]
    print("\n".join(_table(figures, missed)))
    for fault in faults:
        print(f"FAULT: {fault}")
    sys.exit(1 if missed or faults else 0)


def _table(figures: Mapping[str, float], missed: list[str]) -> list[str]:
    rows = []
    for name, goal in GOALS.items():
        value = figures.get(name)
        shown = "not measured" if value is None else f"{value:,.4g} {goal.unit}"
        verdict = "NO" if name in missed else "yes" if goal.is_one else ""
        rows.append(f"{goal.label:<44} {shown:>18}   {goal.wording():<16} {verdict}".rstrip())
    return rows


async def _measure(messages: int, seconds: float) -> tuple[Figures, list[str]]:
    BUILD.mkdir(exist_ok=True)
    figures: Figures = {}
    faults: list[str] = []
    with tempfile.TemporaryDirectory(prefix="run-web-", dir=BUILD) as folder:
        server = RunningServer(Path(folder))
        try:
            place = _settle(server, messages)
            async with _at(place) as who:
                await _all(place, who, seconds, figures, faults)
                faults += dict.fromkeys(who.unexpected())
        finally:
            if server.process is not None:
                server.terminate()
    return figures, faults


def _settle(server: RunningServer, messages: int) -> Place:
    """Two people in a group, where one of them has said much."""
    tell(f"filling a channel with {messages:,} messages")
    server.start()
    claim(server)  # else the client would offer to sign up
    reader, writer = sign_up(server.url), sign_up(server.url)
    channel = reader.group("budget")
    writer.join(channel)
    server.terminate()
    inside = [sys.executable, str(BENCHMARKS / "inside.py"), "talk", str(server.data)]
    subprocess.run([*inside, channel, writer.id, str(messages)], check=True)
    server.start()
    return Place(server.url, server.ws, channel, reader, writer)


@asynccontextmanager
async def _at(place: Place) -> AsyncIterator[Visitor]:
    path = chromium_path()
    assert path is not None, "TEST_HUBBUB_CHROMIUM=none leaves nothing to measure"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        # Motion as most people have it: it costs something.
        who = await visitor(browser, place.url, place.reader, reduced_motion="no-preference")
        async with who:
            yield who
        await browser.close()


async def _all(
    place: Place, who: Visitor, seconds: float, figures: Figures, faults: list[str]
) -> None:
    """Each part on its own: what one cannot do says nothing about the others."""
    parts: dict[str, Callable[[], Awaitable[Figures]]] = {
        "signing in": lambda: webpage.sign_in(place, who),
        "loading": lambda: webpage.load(place, who),
        "scrolling": lambda: webpage.scroll(place, who, seconds),
        "typing": lambda: webpage.type_while_others_write(place, who, seconds),
    }
    for name, part in parts.items():
        tell(name)
        try:
            found = await part()
        except (Error, AssertionError, TimeoutError) as error:
            faults.append(f"{name}: {str(error).splitlines()[0] if str(error) else 'too late'}")
            continue
        found["nodes"] = max(found.get("nodes", 0.0), figures.get("nodes", 0.0))
        figures.update(found)


if __name__ == "__main__":
    main()
