"""Every page and dialog: what axe finds, what is wider than the window, where the focus is afterwards."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from pathlib import Path

import pytest

from support.browser import Visitor
from support.rest import Person
from support.server import running
from support.setup import claim
from support.town import Town, build
from support.walk import HOME, NARROW_HOME, Look, close, dialogs, look, pages

Visit = Callable[..., Awaitable[Visitor]]
WIDE, NARROW = 1440, 390
HEIGHT = 900
WIDTHS = (320, 390, 768, 1440)
OPEN = "dialog[open], :popover-open"
# The frame around it is looked at once; a dialog is all that can be reached while it is open.
SHOWN = f"() => document.querySelector('{OPEN}') ? '{OPEN}' : 'main'"
FOCUS = "() => document.activeElement?.closest('body > *') ? '' : document.activeElement?.tagName ?? 'nothing'"
OUTSIDE = f"""() => [...document.querySelectorAll('{OPEN}')].map((one) => one.getBoundingClientRect())
  .filter(({{ left, right }}) => left < 0 || right > innerWidth).length"""
OTHER = {"light": "dark", "dark": "light"}
# Each language at both sizes; both themes with one of them, as words change no colours.
LOOKS = [
    ("en-US", WIDE, "light", "dark"),
    ("en-US", NARROW, "dark", "light"),
    ("zh-CN", WIDE, "dark", ""),
    ("zh-CN", NARROW, "light", ""),
]


@pytest.fixture(scope="module")
def town(built_client: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A community whose Mara is owner and administrator, on a server of its own."""
    with running(tmp_path_factory.mktemp("town")) as server:
        admin = claim(server)
        made = build(server.url)
        admin.ok("PATCH", f"/admin/users/{made.people['mara'].id}", {"admin": True})
        yield made


async def faults(visitor: Visitor, wanted: Look, second: str) -> list[str]:
    """What is wrong where one is: by axe in this theme, by its contrast in a second one, and sideways."""
    page = visitor.page
    within = await page.evaluate(SHOWN)
    found = [f"{wanted.name}: {one}" for one in await visitor.axe(within)]
    if second:
        await page.emulate_media(color_scheme=second)  # type: ignore[arg-type]  # light or dark
        again = await visitor.axe(within, rules=["color-contrast"])
        found += [f"{wanted.name}, {second}: {one}" for one in again]
        await page.emulate_media(color_scheme=OTHER[second])  # type: ignore[arg-type]  # the same
    if await page.evaluate(OUTSIDE):
        found.append(f"{wanted.name}: what is open is not whole in the window")
    return found


async def too_wide(visitor: Visitor, wanted: Look, width: int) -> list[str]:
    """At this width, and at the next smaller one that looks the same."""
    smaller = {WIDE: 768, NARROW: 320}[width]
    found = []
    for one in (smaller, width):
        await visitor.page.set_viewport_size({"width": one, "height": HEIGHT})
        if over := await visitor.overflow():
            found.append(f"{wanted.name}: {over} pixels wider than {one}")
    return found


async def tour(visitor: Visitor, looks: Iterable[Look], width: int, second: str) -> list[str]:
    """All faults; afterwards nothing is open, and the focus is somewhere."""
    found = []
    for wanted in looks:
        await look(visitor, wanted)
        found += await faults(visitor, wanted, second)
        if not wanted.steps:
            found += await too_wide(visitor, wanted, width)
        await close(visitor.page)
        if lost := await visitor.page.evaluate(FOCUS):
            found.append(f"{wanted.name}: afterwards the focus is on {lost}")
    return found


async def mara(visit: Visit, town: Town, language: str, width: int, theme: str) -> Visitor:
    """At the start, signed in; the frame around everything is without fault."""
    person: Person = town.people["mara"]
    size = (width, HEIGHT)
    options = {"size": size, "locale": language, "color_scheme": theme, "url": person.url}
    visitor = await visit(person, **options)
    await visitor.sign_in()
    await look(visitor, Look("frame", HOME, "main h1"))
    assert await visitor.axe() == []
    return visitor


@pytest.mark.parametrize(("language", "width", "theme", "second"), LOOKS)
async def test_pages_have_no_serious_finding_and_fit_the_window(
    visit: Visit, town: Town, language: str, width: int, theme: str, second: str
) -> None:
    visitor = await mara(visit, town, language, width, theme)
    assert await tour(visitor, pages(town), width, second) == []


@pytest.mark.parametrize(("language", "width", "theme", "second"), [LOOKS[0], LOOKS[3]])
async def test_dialogs_have_no_serious_finding_fit_and_give_the_focus_back(
    visit: Visit, town: Town, language: str, width: int, theme: str, second: str
) -> None:
    visitor = await mara(visit, town, language, width, theme)
    home = NARROW_HOME if width == NARROW else HOME
    assert await tour(visitor, dialogs(town, home), width, second) == []


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
async def test_entry_of_a_new_server_has_no_serious_finding_and_fits(
    visit: Visit, built_client: None, tmp_path: Path, language: str
) -> None:
    """Where nobody is the administrator yet there is most to say."""
    with running(tmp_path) as server:
        visitor = await visit(url=server.url, locale=language)
        page = await visitor.open("/invite/abc")
        await page.locator('input[autocomplete="new-password"]').wait_for()
        await page.locator("button[type=submit]").click()
        await page.locator("[aria-invalid=true]").first.wait_for()
        found = []
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": HEIGHT})
            for theme in OTHER:
                await page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # the same
                found += [f"{width}, {theme}: {one}" for one in await visitor.axe()]
            assert await visitor.overflow() == 0, f"at {width}"
    assert found == []
