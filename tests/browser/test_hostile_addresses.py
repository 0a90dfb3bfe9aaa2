"""Links that somebody was given to click: an address shows a page or says that there is none, and never does anything."""

import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from playwright.async_api import Route

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
_REFUSED = "chrome-error://chromewebdata/"
# Goes to one address after the other, and says which left the page without its frame. What a script broke on is a trouble.
_WALK = """async (routes) => {
  const frames = async (n) => { while (n-- > 0) await new Promise((done) => requestAnimationFrame(() => setTimeout(done))); };
  const broken = [];
  for (const route of routes) {
    location.hash = route;
    await frames(3);
    if (!document.querySelector('main') || !document.querySelector('nav')) broken.push(route);
  }
  return broken;
}"""


def standing(person: Person) -> dict[str, Any]:
    """Everything of a person that a link could want to change, but for what was looked at."""
    paths = ("/users/@me", "/servers", "/relationships", "/users/@me/notify", "/bots")
    found = {path: person.ok("GET", path) for path in paths}
    return found | {"channels": [row["id"] for row in person.ok("GET", "/channels")]}


async def test_no_address_breaks_the_page(visit: Visit, site: RunningServer) -> None:
    victim = sign_up(site.url)
    server = str(victim.ok("POST", "/servers", {"name": "mine"})["id"])
    visitor = await visit(victim)
    # What is asked for and is not there is an error in the console, too.
    visitor.expect("^console: Failed to load resource: .* (400|404|422) ")
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


async def test_no_link_does_anything_by_itself(
    visit: Visit, site: RunningServer, administrator: Person
) -> None:
    """Whoever is signed in as an administrator and clicks what a stranger wrote: the page waits for them."""
    stranger, victim = sign_up(site.url), sign_up(site.url)
    server = str(stranger.ok("POST", "/servers", {"name": "trap"})["id"])
    code = stranger.ok("POST", f"/servers/{server}/invites", {})["code"]
    group = stranger.group("trap")
    administrator.ok("PATCH", f"/admin/users/{victim.id}", {"admin": True})
    own = victim.group("mine")
    before = standing(victim)
    visitor = await visit(victim)
    visitor.expect("^console: Failed to load resource: .* (400|404|422) ")
    witness = await watched(visitor)
    page = await visitor.sign_in("/c/0")
    links = [
        f"/invite/{code}",
        f"/invite/{code}/accept",
        f"/c/{group}",
        f"/c/{group}/join",
        f"/c/{own}/leave",
        f"/c/{own}/settings/overview/delete",
        f"/c/{own}?send=hello",
        f"/people/find?befriend={stranger.id}",
        f"/people/requests/{stranger.id}/accept",
        "/claim/0123456789",
        "/settings/devices/everywhere",
        "/settings/bots/new?username=mine",
        f"/admin/people/{stranger.id}/make_admin",
        "/sign-out",
    ]
    assert await page.evaluate(_WALK, links) == []
    await visitor.open(f"/invite/{code}")
    # What would come in is there to be pressed, and was not.
    await page.get_by_role("heading", name="trap").wait_for()
    assert await page.get_by_role("button", name="Join", exact=True).is_visible()
    assert witness.deeds == ["POST /api/v1/auth/login"]
    assert standing(victim) == before
    assert await witness.calm() == []


@contextlib.asynccontextmanager
async def elsewhere(visitor: Visitor, page: str = "") -> AsyncIterator[list[dict[str, str]]]:
    """Another site, `http://trap.test/`, with this page; yields the headers of what it is asked."""
    told: list[dict[str, str]] = []

    async def answer(route: Route) -> None:
        told.append(await route.request.all_headers())
        body = f"<!doctype html><link rel=icon href='data:,'>{page}"
        await route.fulfill(body=body, content_type="text/html")

    visitor.expect(r"^elsewhere: http://trap\.test/")
    await visitor.context.route(re.compile(r"^http://trap\.test/"), answer)
    yield told


async def test_where_a_link_leads_does_not_hear_who_followed_it(
    visit: Visit, site: RunningServer
) -> None:
    ann = sign_up(site.url)
    channel = ann.group()
    ann.send(channel, "[innocent](http://trap.test/)")
    visitor = await visit(ann)
    async with elsewhere(visitor) as told:
        page = await visitor.sign_in(f"/c/{channel}")
        async with visitor.context.expect_page() as opened:
            await page.get_by_role("log").get_by_role("link", name="innocent").click()
        other = await opened.value
        await other.wait_for_load_state()
        assert "referer" not in told[0]
        assert await other.evaluate("() => [window.opener, document.referrer]") == [None, ""]


async def test_other_sites_get_no_hold_of_the_page(visit: Visit, site: RunningServer) -> None:
    """Neither in a frame, over which one could be made to click, nor in a window of theirs."""
    visitor = await visit()
    trap = (
        f'<iframe src="{site.url}/"></iframe><a target=_blank rel=opener href="{site.url}/">x</a>'
    )
    async with elsewhere(visitor, trap):
        await visitor.page.goto("http://trap.test/")
        frame = visitor.page.frames[1]
        assert f"{site.url}/" in visitor.requests
        assert (frame.url, await frame.locator("#app").count()) == (_REFUSED, 0)
        async with visitor.context.expect_page() as opened:
            await visitor.page.get_by_role("link", name="x").click()
        reached = await opened.value
        await reached.locator('input[autocomplete~="username"]').wait_for()
        assert await reached.evaluate("() => window.opener") is None
