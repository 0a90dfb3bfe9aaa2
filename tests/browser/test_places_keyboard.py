"""Without a mouse: the whole way from signing in to changing a setting and back, and where the focus is on it."""

import re
from collections.abc import Awaitable, Callable

from playwright.async_api import Page, expect

from support.browser import PHONE, Visitor
from support.rest import PASSWORD, Person

Visit = Callable[..., Awaitable[Visitor]]
MOST_TABS = 60
NAME = """() => {
  const one = document.activeElement;
  const label = one.labels?.[0]?.textContent ?? '';
  return (one.getAttribute('aria-label') ?? (label || one.textContent)).trim();
}"""
# A ring around it, or the caret of a text.
SEEN = """() => {
  const one = document.activeElement;
  if (one === null || one === document.body) return 'nothing has the focus';
  const { outlineStyle, outlineWidth } = getComputedStyle(one);
  const ring = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1;
  const box = one.getBoundingClientRect();
  const inside = box.width > 0 && box.bottom > 0 && box.top < innerHeight;
  return inside && (ring || one.matches('input, textarea')) ? '' : `not to be seen: ${one.outerHTML.slice(0, 120)}`;
}"""


async def seen(page: Page) -> None:
    assert await page.evaluate(SEEN) == ""


async def tab_to(page: Page, name: str, key: str = "Tab") -> None:
    """Presses Tab until what has this name has the focus, which is to be seen all the way."""
    met = []
    for _ in range(MOST_TABS):
        await page.keyboard.press(key)
        met.append(await page.evaluate(NAME))
        assert await page.evaluate(SEEN) == "", f"after {met}"
        if re.search(name, met[-1]):
            return
    raise AssertionError(f"Tab does not lead to {name}, but to {met}")


async def enter(page: Page, person: Person) -> None:
    await tab_to(page, "User name or e-mail")
    await page.keyboard.type(person.name)
    await tab_to(page, "Password")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("navigation", name="Places")).to_be_visible()


async def jump(page: Page, letters: str, heading: str) -> None:
    await page.keyboard.press("Control+k")
    switcher = page.get_by_role("combobox", name="Jump to a place")
    await expect(switcher).to_be_focused()
    await page.keyboard.type(letters)
    await expect(page.get_by_role("option").first).to_contain_text(heading)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    await expect(switcher).to_have_count(0)


async def test_whole_way_is_gone_by_the_keyboard_alone(
    visit: Visit, person: Callable[[], Person]
) -> None:
    ada = person()
    ada.group("Engines")
    ada.group("Bridges")
    visitor = await visit(ada)
    page = await visitor.open()
    await enter(page, ada)
    await jump(page, "engi", "Engines")
    field = page.get_by_role("textbox", name="Message Engines")
    await expect(field).to_be_focused()
    await page.keyboard.type("It weaves algebra")
    await page.keyboard.press("Enter")
    # Not the row that waits to be sent, which goes when the message is there.
    message = page.locator("article[data-message]").filter(has_text="It weaves algebra")
    await expect(message).to_be_visible()
    await expect(field).to_be_focused()
    await react(page, ada)
    await edit(page)
    await settle(page)


async def react(page: Page, person: Person) -> None:
    """From the composer back into the history, onto the newest message."""
    await tab_to(page, "^Messages in Engines", "Shift+Tab")
    await page.keyboard.press("End")
    await expect(page.get_by_role("article", name=f"{person.name}, ")).to_be_focused()
    await seen(page)
    await page.keyboard.press("+")
    await expect(page.get_by_role("searchbox", name="Search emoji")).to_be_focused()
    await page.keyboard.type("rocket")
    await expect(page.get_by_role("button", name="rocket", exact=True)).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name=f"🚀 1: {person.name}")).to_be_visible()
    await seen(page)


async def edit(page: Page) -> None:
    """The last message, by ↑ in the empty composer."""
    await page.keyboard.press("Escape")
    field = page.get_by_role("textbox", name="Message Engines")
    await expect(field).to_be_focused()
    await page.keyboard.press("ArrowUp")
    editor = page.get_by_role("textbox", name="Edit the message")
    await expect(editor).to_be_focused()
    await page.keyboard.type(" and numbers")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("article").filter(has_text="and numbers")).to_be_visible()
    await expect(field).to_be_focused()


async def settle(page: Page) -> None:
    """Changes the shown name in the settings, and comes back to where one was."""
    await page.keyboard.press("Control+k")
    await page.keyboard.type("Settings")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Settings", exact=True)).to_be_visible()
    await expect(page.locator("main:focus-within")).to_be_attached()
    await tab_to(page, "Display name")
    await page.keyboard.press("Control+a")
    await page.keyboard.type("Ada Byron")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Account Ada Byron")).to_be_visible()
    await tab_to(page, "^Back$", "Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("textbox", name="Message Engines")).to_be_focused()


async def test_switcher_closes_on_escape_and_gives_the_focus_back(
    visit: Visit, person: Callable[[], Person]
) -> None:
    ada = person()
    group = ada.group("Engines")
    visitor = await visit(ada)
    page = await visitor.sign_in(f"/c/{group}")
    field = page.get_by_role("textbox", name="Message Engines")
    await expect(field).to_be_focused()
    for keys in ("Control+k", "Control+/"):
        await page.keyboard.press(keys)
        await expect(page.get_by_role("dialog")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await expect(field).to_be_focused()


async def test_arrows_with_alt_lead_from_channel_to_channel(
    visit: Visit, person: Callable[[], Person]
) -> None:
    ada = person()
    ada.group("Bridges")
    group = ada.group("Engines")
    visitor = await visit(ada)
    page = await visitor.sign_in(f"/c/{group}")
    await expect(page.get_by_role("heading", name="Engines")).to_be_visible()
    await page.keyboard.press("Alt+ArrowDown")
    await expect(page.get_by_role("heading", name="Bridges")).to_be_visible()
    await page.keyboard.press("Alt+ArrowUp")
    await expect(page.get_by_role("heading", name="Engines")).to_be_visible()


async def test_who_wants_no_motion_gets_none(visit: Visit, person: Callable[[], Person]) -> None:
    visitor = await visit(person(), reduced_motion="reduce")
    page = await visitor.sign_in("/people/friends")
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("dialog")).to_be_visible()
    moving = "() => document.getAnimations().filter((one) => one.playState === 'running').length"
    assert await page.evaluate(moving) == 0


async def test_phone_shows_the_list_or_the_place_and_sends_by_the_button(
    visit: Visit, person: Callable[[], Person]
) -> None:
    ada = person()
    ada.group("Engines")
    visitor = await visit(ada, size=PHONE, has_touch=True, is_mobile=True)
    page = await visitor.sign_in()
    places = page.get_by_role("navigation", name="Places")
    await places.get_by_role("link", name="Engines").tap()
    await expect(places).to_be_hidden()
    field = page.get_by_role("textbox", name="Message Engines")
    await field.tap()
    await page.keyboard.type("one")
    await page.keyboard.press("Enter")
    await page.keyboard.type("two")
    await expect(field).to_have_value("one\ntwo")
    await page.get_by_role("button", name="Send").tap()
    await expect(page.get_by_role("article").filter(has_text="two")).to_be_visible()
    assert await visitor.overflow() == 0
    await page.get_by_role("button", name="To the list of channels").tap()
    await expect(places).to_be_visible()
    await expect(places.get_by_role("link", name="Engines")).to_be_focused()


async def test_arrived_message_is_announced_to_screen_readers(
    visit: Visit, person: Callable[[], Person]
) -> None:
    ada, bob = person(), person()
    group = ada.group("Engines")
    bob.join(group)
    visitor = await visit(ada)
    page = await visitor.sign_in(f"/c/{group}")
    await expect(page.get_by_role("textbox", name="Message Engines")).to_be_focused()
    await visitor.interactive()
    bob.send(group, "A new card")
    said = page.locator("[aria-live=polite], [role=status], [role=log]")
    await expect(said.filter(has_text=f"{bob.name}: A new card").first).to_be_attached()
    history = page.get_by_role("article").filter(has_text="A new card")
    await expect(history).to_have_accessible_name(re.compile(f"^{bob.name}, "))
