"""Text and names that are made to be in the way: nothing is wider than its place, covers others, or holds the page up."""

from collections.abc import Awaitable, Callable

import pytest

from support.browser import DESKTOP, PHONE, Visitor
from support.rest import Person, sign_up
from support.server import RunningServer
from support.witness import usable

Visit = Callable[..., Awaitable[Visitor]]
ZALGO = "Z" + "\u0300\u0301\u0302\u0303\u0316\u0317\u0318\u0319" * 60
SHAPES = {
    "no space": "W" * 5_000,
    "no space, many": "\U0001f468\u200d\U0001f469\u200d" * 800,
    "address": "https://example.test/" + "a" * 4_900,
    "code": f"`{'x' * 4_000}`",
    "block": f"```\n{'x' * 4_000}\n```",
    "table": f"|{'x' * 300}" * 12 + "|\n" + "|---" * 12 + "|",
    "lines": "a" + "\n" * 200 + "b",
    "quotes": "> " * 2_000 + "deep",
    "lists": "\n".join(f"{'  ' * n}- item" for n in range(60)),
    "turned": "\u202e\u2066\u2067" * 500 + "turned",
    "invisible": "\u200b\u200c\u200d\ufeff" * 1_000 + "x",
    "zalgo": ZALGO * 8,
    "stars": "*" * 5_000,
    "brackets": "[" * 5_000,
    "pairs": "**a " * 1_250,
    "links": "[a](" * 1_250,
    "ticks": "`" * 5_000,
    "angles": "<" * 5_000,
    "mentions": "<@1>" * 1_250,
}
LONG = "W" * 100
# The longest time, in ms, that the page did not answer while messages were shown.
_BUSY = """new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) window.busiest = Math.max(window.busiest ?? 0, duration);
}).observe({ type: 'longtask', buffered: true })"""
# Whose text is painted outside of its own message: by what stands at the middle of the composer and of the head.
_COVERED = """() => ['main header h1', 'main textarea'].filter((wanted) => {
  const node = document.querySelector(wanted);
  const { left, top, width, height } = node.getBoundingClientRect();
  const found = document.elementFromPoint(left + width / 2, top + height / 2);
  return !(node.contains(found) || found?.contains(node));
})"""
# Messages that are wider than the history, or reach out of it.
_WIDE = """() => {
  const log = document.querySelector('[role=log]').getBoundingClientRect();
  return [...document.querySelectorAll('article .text')].filter((one) => {
    const { left, right } = one.getBoundingClientRect();
    return left < log.left - 1 || right > log.right + 1;
  }).length;
}"""
_SHOWN = (
    "(id) => document.querySelector(`article[data-message='${id}'] .text`)?.childElementCount > 0"
)


def crowd(site: RunningServer) -> tuple[Person, str]:
    """Somebody in a group where everything has the longest name there is."""
    ann, bob = sign_up(site.url), sign_up(site.url)
    group = str(ann.ok("POST", "/channels", {"name": LONG, "description": "W" * 1_024})["id"])
    bob.join(group)
    bob.ok("PATCH", "/users/@me", {"display_name": "\u200bZ" + "\u0300" * 97})
    ann.ok("PATCH", "/users/@me", {"display_name": LONG})
    server = ann.ok("POST", "/servers", {"name": LONG, "first_channel": LONG})["id"]
    ann.ok("POST", f"/servers/{server}/categories", {"name": LONG})
    ann.ok("POST", f"/servers/{server}/roles", {"name": LONG})
    for n, text in enumerate(SHAPES.values()):
        (ann, bob)[n % 2].send(group, text)
    return ann, group


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
async def test_nothing_is_wider_than_its_place_or_over_others(
    visit: Visit, site: RunningServer, size: tuple[int, int]
) -> None:
    ann, group = crowd(site)
    messages = ann.history(group)["messages"]
    visitor = await visit(ann, size=size)
    await visitor.page.add_init_script(_BUSY)
    page = await visitor.sign_in(f"/c/{group}")
    for message in messages:
        await visitor.open(f"/c/{group}/m/{message['id']}")
        await visitor.until(_SHOWN, message["id"])
        found = [await page.evaluate(_WIDE), await page.evaluate(_COVERED)]
        assert (found, await visitor.overflow()) == ([0, []], 0), message["content"][:40]
    assert await page.evaluate("() => window.busiest ?? 0") < 3_000
    for route in (
        "/people/friends",
        f"/c/{group}/settings/overview",
        f"/c/{group}/settings/members",
    ):
        await visitor.open(route)
        await page.get_by_role("main").get_by_role("heading").first.wait_for()
        assert await visitor.overflow() == 0, route
    if size == DESKTOP:
        await usable(page)


async def test_what_stacks_up_paints_on_no_other_line(visit: Visit, site: RunningServer) -> None:
    ann, bob = sign_up(site.url), sign_up(site.url)
    group = ann.group()
    bob.join(group)
    for text in ("above", ZALGO, "below"):
        ann.send(group, text)
    visitor = await visit(bob)
    page = await visitor.sign_in(f"/c/{group}")
    rows = page.locator("article .text")
    await rows.nth(2).wait_for()
    await page.mouse.move(0, 0)
    before = [await rows.nth(n).screenshot() for n in (0, 2)]
    await rows.nth(1).evaluate("(node) => { node.style.visibility = 'hidden'; }")
    assert [await rows.nth(n).screenshot() for n in (0, 2)] == before
