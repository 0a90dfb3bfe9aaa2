"""People before one open channel: what they type, and what stands on their screens."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any, Final

from playwright.async_api import Error, Locator, Page, expect

from support.browser import SECONDS, Visitor
from support.rest import Person, history, sign_up
from support.server import FACTOR

Visit = Callable[..., Awaitable[Visitor]]
# So tall that nothing of a test's talk has to be scrolled to.
TALL: Final = (1100, 2600)
BEHIND: Final = "No answer from the server"
WAITING: Final = "Waiting to be sent"
# What Chromium itself says of a server that is not there.
NO_SERVER: Final = "^console: .*(net::ERR_|WebSocket connection)"
_LINES: Final = """(log) => [...log.querySelectorAll('article')]
  .map((row) => ({ top: row.getBoundingClientRect().top, text: row.querySelector('.text')?.innerText ?? '' }))
  .sort((a, b) => a.top - b.top).map(({ text }) => text)"""
_ON_SCREEN: Final = f"""() => {{
  const log = document.querySelector('[role=log]');
  const {{ top: from, bottom: to }} = log.getBoundingClientRect();
  const found = {_LINES.replace(".sort", ".filter(({ top }) => top >= from && top < to).sort")[len("(log) => ") :]};
  return found.length > 0 && !found.includes('') && found;
}}"""
# A page that is being loaded anew has no history yet.
_SHOWS: Final = f"""(wanted) => {{
  const log = document.querySelector('[role=log]');
  return log !== null && JSON.stringify(({_LINES})(log)) === wanted;
}}"""
_CONNECTED: Final = """() => {
  if (document.body === null) return false;
  if (!document.body.innerText.includes('Not connected.')) return true;
  dispatchEvent(new Event('online'));
  return false;
}"""

expect.set_options(timeout=SECONDS * FACTOR * 1000)


class Talker:
    """A person at a channel. The page's parts are found by what a screen reader says of them."""

    def __init__(self, visitor: Visitor, person: Person, channel: str) -> None:
        self.visitor = visitor
        self.person = person
        self.channel = channel
        self.look(visitor.page)

    def look(self, page: Page) -> None:
        """At another page of the same browser."""
        self.page = page
        self.log = page.get_by_role("log")
        self.composer = page.get_by_role("textbox", name=re.compile("^Message "))
        self.banner = page.get_by_role("status").filter(has_text=re.compile("kept"))

    async def until(self, expression: str, argument: object = None) -> Any:
        """As the visitor's, of the page that is looked at."""
        return await (await self.page.wait_for_function(expression, arg=argument)).json_value()

    async def open(self, page: Page) -> None:
        """The channel in another tab of the same browser."""
        self.look(page)
        await page.goto(f"{self.visitor.url}/#/c/{self.channel}")

    async def say(self, text: str) -> None:
        """Types it into the composer, and sends it by Enter."""
        await self.composer.fill(text)
        await self.composer.press("Enter")

    def message(self, text: str) -> Locator:
        """The row that says this, not one that answers it."""
        said = self.page.locator(".text").get_by_text(text, exact=True)
        return self.log.get_by_role("article").filter(has=said)

    def mark(self, text: str, name: str) -> Locator:
        """How far one's own message is, such as `Sent` or `Read by …`."""
        return self.message(text).get_by_role("img", name=re.compile(f"^{name}"))

    async def sees(self, text: str) -> Locator:
        """The row that says this, once it is there."""
        found = self.message(text)
        await expect(found).to_be_visible()
        return found

    async def do(self, text: str, action: str) -> None:
        """A button of a message, which is shown where the pointer is."""
        row = await self.sees(text)
        await row.hover()
        await row.get_by_role("button", name=action, exact=True).click()

    async def choose(self, text: str, item: str) -> None:
        """Something of a message's menu."""
        await self.do(text, "More")
        await self.page.get_by_role("menuitem", name=item, exact=True).click()

    async def lines(self) -> list[str]:
        """What the rows say, from top to bottom."""
        found: list[str] = await self.log.evaluate(_LINES)
        return found

    async def on_screen(self) -> list[str]:
        """Of these, those that begin on the screen, once they can be seen: a busy machine is late with what was scrolled to,
        and hides each row until it is measured."""
        found: list[str] = await self.until(_ON_SCREEN)
        return found

    async def shows(self, wanted: list[str]) -> None:
        """Waits until the rows say exactly this, from top to bottom."""
        try:
            await self.visitor.until(
                _SHOWS, json.dumps(wanted, ensure_ascii=False, separators=(",", ":"))
            )
        except Error:
            assert await self.lines() == wanted

    async def go(self, channel: str) -> None:
        """To another channel of the sidebar."""
        await self.page.locator(f'nav a[href="#/c/{channel}"]').click()


def stored(person: Person, channel: str) -> list[str]:
    """What the server has, oldest first."""
    return [str(message["content"]) for message in history(person, channel)]


async def meet(
    visit: Visit, url: str, count: int = 2, name: str = "reading", **options: Any
) -> list[Talker]:
    """New people, each in a browser of their own, in a new group of the first."""
    people = [await asyncio.to_thread(sign_up, url) for _ in range(count)]
    channel = people[0].group(name)
    for person in people[1:]:
        person.join(channel)
    return list(
        await asyncio.gather(*(sit_down(visit, person, channel, **options) for person in people))
    )


async def sit_down(visit: Visit, person: Person, channel: str, **options: Any) -> Talker:
    """Somebody signs in on a device of their own, and is at the channel."""
    visitor = await visit(person, url=person.url, **options)
    await visitor.sign_in(f"/c/{channel}")
    talker = Talker(visitor, person, channel)
    await expect(talker.log).to_have_attribute("aria-busy", "false")
    return talker


async def connected(*talkers: Talker) -> None:
    """Once everybody's page is connected again. Each is told that the network is back, as often as it takes: how long a
    page waits between its own tries is not what is tested here."""
    await asyncio.gather(*(talker.until(_CONNECTED) for talker in talkers))


async def kept(talker: Talker) -> None:
    """Once the page can be opened without a server."""
    await talker.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")


async def queue(talker: Talker, texts: list[str]) -> None:
    """Sends them, one after the other, while there is no server: each waits."""
    for text in texts:
        await talker.say(text)
        await expect(talker.mark(text, WAITING)).to_be_visible()
