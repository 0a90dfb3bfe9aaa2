"""Links that somebody was given to click: an address shows a page or says that there is none, and never does anything."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from support.browser import Visitor
from support.rest import Person, sign_up
from support.server import RunningServer
from support.witness import usable, watched

Visit = Callable[..., Awaitable[Visitor]]
IMAGE = "<img src=x onerror=window.xss=1>"
PARTS = (IMAGE, "__proto__", "constructor", "..%2F..%2Fauth%2Fsessions", "9" * 400)
# Elsewhere they are all the same part of the code.
ODD = (
    "%3Cimg%20src%3Dx%20onerror%3Dwindow.xss%3D1%3E",
    "javascript:window.xss=1",
    "..",
    "%2e%2e",
    "%",
    "%E0%A4%A",
    "%00",
    "\u202e",
    "0?x=1",
    "a b",
)
PLACES = (
    "/{}",
    "/c/{}",
    "/c/{}/settings/overview",
    "/c/0/m/{}",
    "/c/0/settings/{}",
    "/s/{}/settings/overview",
    "/s/SERVER/settings/{}",
    "/s/SERVER/settings/roles/{}",
    "/people/{}",
    "/settings/{}",
    "/admin/{}",
    "/claim/{}",
)
# Goes to one address after the other, and says which left the page without its frame, or with nothing in its place.
_WALK = """async (routes) => {
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const shown = () => document.querySelector('main')?.innerText.trim() && document.querySelector('nav');
  const broken = [];
  for (const route of routes) {
    location.hash = route;
    let left = 300;
    while ((await frame(), !shown()) && left-- > 0);
    if (!shown()) broken.push(route);
  }
  return broken;
}"""


def standing(person: Person) -> dict[str, Any]:
    """Everything of a person that a link could want to change."""
    paths = ("/users/@me", "/servers", "/channels", "/relationships", "/users/@me/notify", "/bots")
    return {path: person.ok("GET", path) for path in paths}


async def test_no_address_breaks_the_page(visit: Visit, site: RunningServer) -> None:
    victim = sign_up(site.url)
    server = str(victim.ok("POST", "/servers", {"name": "mine"})["id"])
    visitor = await visit(victim)
    # What is asked for and is not there is an error in the console, too.
    visitor.expect("^console: Failed to load resource: .* 40[04] ")
    witness = await watched(visitor)
    page = await visitor.sign_in("/c/0")
    odd = [f"/c/{part}" for part in ODD]
    routes = [place.replace("{}", part) for place in PLACES for part in PARTS]
    routes = [route.replace("SERVER", server) for route in routes]
    assert await page.evaluate(_WALK, [*odd, *routes]) == []
    assert [deed for deed in witness.deeds if deed != "POST /api/v1/auth/login"] == []
    assert await witness.calm() == []
    await usable(page)
    # What one has seen is remembered: the page begins there next time.
    await page.evaluate("() => { location.hash = '#/c/__proto__'; }")
    await page.get_by_role("heading", name="There is nothing at this address").wait_for()
    await page.goto("about:blank")
    witness.alarms.clear()
    await visitor.open()
    await visitor.until("() => document.querySelector('main')?.innerText.trim()")
    await usable(page)
