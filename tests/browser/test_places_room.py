"""What stands where: nothing covers what it belongs to, and names have the room that there is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
from playwright.async_api import Locator, Page, expect

from support.browser import DESKTOP, PHONE, Visitor
from support.rest import Person, sign_up
from support.server import RunningServer

Visit = Callable[..., Awaitable[Visitor]]
LONG = "Annabella Teacher Winterbottom"
SERVER = "The hillside reading circle"
# Text that its box cuts, by its own doing or for want of room.
CUT = "(one) => one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight + 1"
DONE = "() => document.querySelector('main h2') !== null"


@dataclass(frozen=True)
class Home:
    """A server of one's own with a long name, as has its owner."""

    owner: Person
    server: str
    channel: str


@pytest.fixture
def home(site: RunningServer) -> Home:
    owner = sign_up(site.url)
    owner.ok("PATCH", "/users/@me", {"display_name": LONG})
    made = owner.ok("POST", "/servers", {"name": SERVER, "first_channel": "announcements"})
    return Home(owner, str(made["id"]), str(made["channels"][0]["id"]))


@dataclass(frozen=True)
class Box:
    """Where something is, in pixels."""

    left: float
    top: float
    right: float
    bottom: float


async def box(found: Locator) -> Box:
    await found.wait_for()
    at = await found.bounding_box()
    assert at is not None, "it is not shown"
    return Box(at["x"], at["y"], at["x"] + at["width"], at["y"] + at["height"])


async def cut(found: Locator) -> bool:
    await found.wait_for()
    return bool(await found.evaluate(CUT))


async def settings(visitor: Visitor, route: str) -> Page:
    page = await visitor.sign_in(route)
    await visitor.until(DONE)
    return page


async def test_a_role_is_added_above_the_matrix_and_shown_at_once(visit: Visit, home: Home) -> None:
    for name in ("Keepers", "Readers"):
        home.owner.ok("POST", f"/servers/{home.server}/roles", {"name": name})
    visitor = await visit(home.owner, size=DESKTOP)
    page = await settings(visitor, f"/c/{home.channel}/settings/permissions")
    table = await box(page.get_by_role("table"))
    field = page.get_by_label("Add a role")
    for one in (field, page.get_by_role("list", name="What the marks mean")):
        assert (await box(one)).bottom <= table.top < DESKTOP[1]
    await field.select_option("Readers")
    await page.get_by_role("columnheader", name="Readers").wait_for()
    # It asks for the next one, without the one that is there.
    await expect(field.locator("option:checked")).to_have_text("Choose …")
    assert await field.locator("option").all_inner_texts() == ["Choose …", "Keepers"]


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
async def test_the_button_to_copy_covers_no_code(
    visit: Visit, home: Home, size: tuple[int, int]
) -> None:
    long = "make " + " ".join(f"target-{n}" for n in range(40))
    home.owner.send(home.channel, f"```sh\nls\n```\n\n```sh\n{long}\n```")
    page = await (await visit(home.owner, size=size)).sign_in(f"/c/{home.channel}")
    for n in range(2):
        code = await box(page.locator(".code pre").nth(n))
        button = await box(page.get_by_role("button", name="Copy the code").nth(n))
        assert code.right <= button.left
        assert code.top <= button.top
        assert button.bottom <= code.bottom


async def test_buttons_stand_as_high_as_the_fields_beside_them(visit: Visit, home: Home) -> None:
    visitor = await visit(home.owner, size=DESKTOP)
    page = await settings(visitor, f"/s/{home.server}/settings/invites")
    button = await box(page.get_by_role("button", name="Create a link", exact=True))
    for label in ("Valid for", "Uses"):
        field = await box(page.get_by_label(label))
        assert (field.top, field.bottom) == (button.top, button.bottom)


async def test_names_have_the_room_that_there_is(visit: Visit, home: Home) -> None:
    visitor = await visit(home.owner, size=DESKTOP)
    page = await settings(visitor, f"/s/{home.server}/settings/channels")
    assert not await cut(page.locator("main h1"))
    plus = await box(page.get_by_role("button", name="New, or join"))
    assert plus.right <= (await box(page.get_by_role("navigation", name="Places"))).right
    await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert not await cut(page.locator("main h1"))
    assert not await cut(page.get_by_role("main").get_by_role("link", name="announcements"))


async def test_badges_leave_a_member_the_line_of_their_name(visit: Visit, home: Home) -> None:
    home.owner.ok("PATCH", "/users/@me", {"display_name": "Annabella Teacher"})
    page = await (await visit(home.owner, size=DESKTOP)).sign_in(f"/c/{home.channel}")
    row = page.get_by_test_id("members").get_by_role("button")
    await expect(row.locator("small")).to_have_text("Owner · you")
    assert not await cut(row.locator(".name"))


@pytest.mark.parametrize(
    ("size", "touch", "shown"),
    [(DESKTOP, False, True), (DESKTOP, True, False), (PHONE, False, False)],
)
async def test_keys_are_told_of_where_there_are_keys(
    visit: Visit, home: Home, size: tuple[int, int], touch: bool, shown: bool
) -> None:
    options = {"has_touch": touch, "is_mobile": touch}
    page = await (await visit(home.owner, size=size, **options)).sign_in("/")
    jump = page.get_by_role("button", name="Jump to …")
    await jump.wait_for()
    assert await jump.locator("kbd").is_visible() == shown
