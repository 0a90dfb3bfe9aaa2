"""One Chromium and one server with the built client for all tests of this folder; a context of one's own for each person.

The tests of this folder share one event loop, the browser's.
"""

import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from support.browser import ARGUMENTS, Visitor, chromium_path, visitor
from support.rest import Person, sign_up
from support.server import RunningServer, running
from support.setup import claim

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
Visit = Callable[..., Awaitable[Visitor]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="package"), append=False)


@pytest.fixture(scope="package")
def built_client() -> None:
    """Builds the client if its sources have changed since it was built."""
    command = [sys.executable, str(ROOT / "hatch_build.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (ROOT / "src" / "hubbub" / "web_dist" / "index.html").is_file(), done.stderr


@pytest.fixture(scope="package")
def claimed(
    built_client: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[RunningServer, Person]]:
    """A server with the client, and its administrator."""
    folder = tmp_path_factory.mktemp("site")
    with running(folder, {"HUBBUB_PRESENCE_GRACE_SECONDS": "0.2"}) as started:
        yield started, claim(started)


@pytest.fixture(scope="package")
def site(claimed: tuple[RunningServer, Person]) -> RunningServer:
    """A server with the client, shared: make your own people and channels, and leave it running."""
    return claimed[0]


@pytest.fixture(scope="package")
def administrator(claimed: tuple[RunningServer, Person]) -> Person:
    """Of the shared server."""
    return claimed[1]


@pytest.fixture
def fresh_site(built_client: None, tmp_path: Path) -> Iterator[RunningServer]:
    """One of its own, for tests that kill or stop it."""
    with running(tmp_path) as started:
        claim(started)
        yield started


@pytest.fixture
def person(site: RunningServer) -> Callable[[], Person]:
    """Makes new people on the shared server."""
    return lambda: sign_up(site.url)


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def chromium() -> AsyncIterator[Browser]:
    """The one browser process."""
    path = chromium_path()
    if path is None:
        pytest.skip("TEST_HUBBUB_CHROMIUM=none: the browser tests are not wanted")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="package")
async def visit(chromium: Browser, site: RunningServer) -> AsyncIterator[Visit]:
    """`await visit(person)`: somebody before a browser of their own, at the shared server or at `url`. The test fails
    if any of them met with a trouble."""
    everybody: list[Visitor] = []
    async with contextlib.AsyncExitStack() as stack:

        async def come(
            person: Person | None = None, *, url: str = site.url, **options: Any
        ) -> Visitor:
            found = await visitor(chromium, url, person, **options)
            everybody.append(found)
            return await stack.enter_async_context(found)

        yield come
    troubles = [trouble for who in everybody for trouble in who.unexpected()]
    assert not troubles, "\n".join(troubles)
