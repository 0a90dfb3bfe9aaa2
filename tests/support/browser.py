"""A person before a browser: one page in a context of its own, watched for everything that must not happen."""

import asyncio
import contextlib
import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, TypedDict
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Request

from support.rest import PASSWORD, Person
from support.server import FACTOR

NONE: Final = "none"
DESKTOP: Final = (1440, 900)
PHONE: Final = (390, 844)
SECONDS: Final = 25.0
_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
_AXE: Final = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
# What a page was kept from, also where the console says nothing of it.
_WATCH: Final = """
document.addEventListener('securitypolicyviolation', (event) =>
  window.hubbubViolation(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`));
"""
# What has happened is told before what comes after it.
_SETTLE: Final = "() => new Promise((resolve) => setTimeout(resolve))"
_RUN_AXE: Final = """async ([within, rules]) => {
  const only = rules.length > 0 ? { runOnly: rules } : {};
  const { violations } = await axe.run(within === '' ? document : within, { resultTypes: ['violations'], ...only });
  return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, impact, help, nodes }) => ({ id, impact, help, where: nodes.map(({ target }) => target.join(' ')) }));
}"""
ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


class Finding(TypedDict):
    """One rule of axe that a page breaks, and the selectors of where."""

    id: str
    impact: str
    help: str
    where: list[str]


def chromium_path() -> str | None:
    """The program: what TEST_HUBBUB_CHROMIUM names, or one on the path. None: these tests are not wanted."""
    given = os.environ.get("TEST_HUBBUB_CHROMIUM", "")
    if given == NONE:
        return None
    found = given or next(filter(None, map(shutil.which, _NAMES)), None)
    assert found, (
        "There is no Chromium: run tests/browser/chromium.sh, or set TEST_HUBBUB_CHROMIUM."
    )
    return found


class Visitor:
    """`person` is who signs in, or nobody. `troubles`: violations of the policy, errors in the console or of scripts,
    requests to elsewhere; whoever leaves with any has failed, unless `expect` named it."""

    def __init__(self, url: str, person: Person | None, context: BrowserContext) -> None:
        self.url = url
        self.person = person
        self.context = context
        self.troubles: list[str] = []
        self.requests: list[str] = []
        self._expected: list[re.Pattern[str]] = []
        self._news = asyncio.Event()
        self.page: Page

    async def __aenter__(self) -> "Visitor":
        self.context.set_default_timeout(SECONDS * FACTOR * 1000)
        await self.context.expose_function("hubbubViolation", self._note_violation)
        await self.context.add_init_script(_WATCH)
        self.context.on("request", self._note_request)
        self.context.on("console", self._note_console)
        self.context.on("weberror", lambda error: self._note(f"script: {error.error.stack}"))
        self.page = await self.context.new_page()
        return self

    async def __aexit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        for page in self.context.pages:
            with contextlib.suppress(
                Error
            ):  # it has crashed, or goes elsewhere: then that is the trouble
                await page.evaluate(_SETTLE)
        await self.context.close()

    def expect(self, pattern: str) -> None:
        """Troubles that this finds are meant: a refused sign-in is an error in the console, too."""
        self._expected.append(re.compile(pattern))

    def unexpected(self) -> list[str]:
        """The troubles that nobody expected."""
        return [t for t in self.troubles if not any(p.search(t) for p in self._expected)]

    async def trouble(self, pattern: str) -> str:
        """Waits for one that is meant, which is then expected."""
        self.expect(pattern)
        async with asyncio.timeout(SECONDS * FACTOR):
            while True:
                found = [t for t in self.troubles if re.search(pattern, t)]
                if found:
                    return found[0]
                self._news.clear()
                await self._news.wait()

    # -- doing --------------------------------------------------------------------------------------

    async def open(self, route: str = "/") -> Page:
        """The page at a route of the client, such as `/c/123`; returns when its scripts have run."""
        await self.page.goto(f"{self.url}/" if route == "/" else f"{self.url}/#{route}")
        return self.page

    async def sign_in(self, route: str = "/", password: str = PASSWORD) -> Page:
        """Through the form, as people do, behind which the route is; returns when the form has gone. The fields are
        found by what they say that they take, which is the same in all languages. Where there is no administrator yet,
        the client offers to sign up instead."""
        assert self.person is not None, "nobody is to be signed in"
        page = await self.open(route)
        await page.locator('input[autocomplete~="username"]').fill(self.person.name)
        secret = page.locator('input[autocomplete="current-password"]')
        await secret.fill(password)
        await secret.press("Enter")
        await secret.wait_for(state="detached")
        return page

    async def interactive(self) -> float:
        """Waits for the mark `hubbub:interactive`; in ms since the navigation began."""
        script = "() => performance.getEntriesByName('hubbub:interactive')[0]?.startTime"
        found = await self.page.wait_for_function(script)
        return float(await found.json_value())

    async def until(self, expression: str, argument: object = None) -> Any:
        """What an expression of JavaScript comes to, once that is true; fails after SECONDS."""
        # Not `evaluate` in a loop: the page tells when, nobody sleeps.
        return await (await self.page.wait_for_function(expression, arg=argument)).json_value()

    # -- looking ------------------------------------------------------------------------------------

    async def axe(
        self, within: str = "", *, rules: Sequence[str] = (), passing: Sequence[str] = ()
    ) -> list[Finding]:
        """Serious and critical findings in the whole page, or in what the selector `within` finds; by all rules or
        only by `rules`, and without those in `passing`. axe is run beside the page's own scripts, where the policy
        does not reach."""
        assert _AXE.is_file(), "axe-core is not installed: run `make test`, or `npm ci` in web."
        if not await self.page.evaluate("() => 'axe' in window"):
            await self.page.evaluate(_AXE.read_text())
        found: list[Finding] = await self.page.evaluate(_RUN_AXE, [within, list(rules)])
        return [finding for finding in found if finding["id"] not in passing]

    async def overflow(self) -> int:
        """By how many pixels the page is wider than its window; 0 where nothing has to be scrolled sideways."""
        script = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(await self.page.evaluate(script))

    # -- watching -----------------------------------------------------------------------------------

    def _note(self, trouble: str) -> None:
        self.troubles.append(trouble)
        self._news.set()

    def _note_violation(self, text: str) -> None:
        self._note(f"policy: {text}")

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._note(f"console: {message.text} ({message.location.get('url', '')})")

    def _note_request(self, request: Request) -> None:
        self.requests.append(request.url)
        parts = urlsplit(request.url)
        if (
            parts.scheme in ("http", "https", "ws", "wss")
            and parts.netloc != urlsplit(self.url).netloc
        ):
            self._note(f"elsewhere: {request.url}")


async def visitor(
    browser: Browser,
    url: str,
    person: Person | None = None,
    *,
    size: tuple[int, int] = DESKTOP,
    **options: Any,
) -> Visitor:
    """Opened by `async with`. `options` are those of a context: `locale`, `color_scheme`, `timezone_id`, `has_touch`,
    `reduced_motion`. English, light and without motion if they say nothing else."""
    chosen = {"locale": "en-US", "color_scheme": "light", "reduced_motion": "reduce", **options}
    width, height = size
    try:
        context = await browser.new_context(viewport={"width": width, "height": height}, **chosen)
    except Error as error:
        raise AssertionError(f"Chromium opened no window: {error}") from error
    return Visitor(url, person, context)
