"""Coming in: signing up and in, staying in, going out, on one device and on several."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from support.browser import Visitor
from support.rest import PASSWORD, Person, sign_in, sign_up
from support.server import RunningServer, running
from support.setup import printed_token

Visit = Callable[..., Awaitable[Visitor]]
REFUSED = r"the server responded with a status of 4\d\d"


async def fill(page: Page, **fields: str) -> None:
    labels = {
        "name": "User name",
        "password": "Password",
        "shown": "Display name (optional)",
        "email": "E-mail (optional)",
    }
    for field, text in fields.items():
        await page.get_by_label(labels[field], exact=True).fill(text)


async def submit(page: Page, name: str = "Sign up") -> None:
    await page.locator("form").get_by_role("button", name=name, exact=True).click()


async def to_sign_up(visitor: Visitor) -> Page:
    page = await visitor.open()
    await page.get_by_role("button", name="Sign up").click()
    await expect(page.get_by_role("heading", name="Sign up to Hubbub")).to_be_visible()
    return page


async def test_one_signs_up_and_stays_in_over_a_reload(visit: Visit, site: RunningServer) -> None:
    visitor = await visit()
    page = await to_sign_up(visitor)
    name = f"ada{id(page)}"
    await fill(page, name=name, password=PASSWORD, shown="Ada Byron", email=f"{name}@example.org")
    await submit(page)
    await expect(page.get_by_role("button", name="Account Ada Byron")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("button", name="Account Ada Byron")).to_be_visible()
    assert sign_in(site.url, f"{name}@example.org").name == name


async def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(
    visit: Visit, site: RunningServer
) -> None:
    taken = sign_up(site.url)
    visitor = await visit()
    visitor.expect(REFUSED)
    page = await to_sign_up(visitor)
    await fill(page, name="a", password="short", email="nobody")
    await submit(page)
    wrong = {"User name": "2 characters", "Password": "8 characters", "E-mail": "name@example.org"}
    for label, text in wrong.items():
        field = page.get_by_label(re.compile(f"^{label}( \\(optional\\))?$"))
        await expect(field).to_have_attribute("aria-invalid", "true")
        await expect(field).to_have_accessible_description(re.compile(text))
    await expect(page.get_by_label("User name", exact=True)).to_be_focused()
    await fill(page, name=taken.name, password=PASSWORD, email="")
    await submit(page)
    field = page.get_by_label("User name", exact=True)
    await expect(field).to_have_accessible_description(re.compile("This name is taken"))
    await expect(field).to_have_value(taken.name)
    await expect(page.get_by_label("Password", exact=True)).to_have_value(PASSWORD)


async def test_wrong_password_is_said_and_the_right_one_leads_to_the_place_of_the_address(
    visit: Visit, person: Callable[[], Person]
) -> None:
    ada = person()
    group = ada.group("Engines")
    visitor = await visit(ada)
    visitor.expect(REFUSED)
    page = await visitor.open(f"/c/{group}")
    await page.get_by_label("User name or e-mail").fill(ada.name)
    await page.get_by_label("Password", exact=True).fill("not the password")
    await submit(page, "Sign in")
    await expect(page.get_by_role("alert")).to_have_text("The user name or the password is wrong.")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Engines")).to_be_visible()


async def test_expired_access_token_is_refreshed_without_a_word(
    visit: Visit, person: Callable[[], Person]
) -> None:
    """As after a night: the token that is kept has ended by this browser's clock."""
    ada = person()
    group = ada.group("Engines")
    visitor = await visit(ada)
    page = await visitor.sign_in(f"/c/{group}")
    await visitor.interactive()
    await page.evaluate("""() => {
      const kept = JSON.parse(localStorage.getItem('hubbub.accounts'));
      kept.logins[0].expires_at = 0;
      kept.logins[0].access_token = 'ended';
      localStorage.setItem('hubbub.accounts', JSON.stringify(kept));
    }""")
    async with page.expect_response("**/api/v1/auth/refresh") as refreshed:
        await page.reload()
    assert (await refreshed.value).ok
    await page.get_by_role("textbox", name="Message Engines").fill("still here")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("article").filter(has_text="still here")).to_be_visible()
    await expect(page.get_by_role("status").filter(has_text="Connecting")).to_have_count(0)


async def test_first_person_becomes_the_administrator_with_the_printed_token(
    visit: Visit, built_client: None, tmp_path: Path
) -> None:
    with running(tmp_path) as server:
        visitor = await visit(url=server.url)
        visitor.expect(REFUSED)
        page = await visitor.open()
        await expect(page.get_by_text("no administrator yet")).to_be_visible()
        await fill(page, name="first", password=PASSWORD)
        await submit(page)
        token = page.get_by_label("Token")
        await token.fill("wrong")
        await submit(page, "Make me the administrator")
        await expect(token).to_have_accessible_description(re.compile("not the token"))
        await token.fill(printed_token(server))
        await submit(page, "Make me the administrator")
        await expect(page.get_by_role("heading", name="Administration")).to_be_visible()
        await expect(page.get_by_text("@first")).to_be_visible()


async def test_two_accounts_in_one_browser_are_switched_and_leave_one_by_one(
    visit: Visit, person: Callable[[], Person]
) -> None:
    ada, bob = person(), person()
    ada.group("Engines of Ada")
    bob.group("Bridges of Bob")
    visitor = await visit(ada)
    page = await visitor.sign_in()
    await page.get_by_role("button", name=f"Account {ada.name}").click()
    await page.get_by_role("menuitem", name="Sign in with another account").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("User name or e-mail").fill(bob.name)
    await dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    await dialog.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_role("link", name="Bridges of Bob")).to_be_visible()
    await expect(page.get_by_role("link", name="Engines of Ada")).to_have_count(0)
    await page.get_by_role("button", name=f"Account {bob.name}").click()
    await page.get_by_role("menuitemradio", name=ada.name).click()
    await expect(page.get_by_role("link", name="Engines of Ada")).to_be_visible()
    await sign_out(page, ada.name)
    await expect(page.get_by_role("link", name="Bridges of Bob")).to_be_visible()
    await sign_out(page, bob.name)
    await expect(page.get_by_role("heading", name="Sign in to Hubbub")).to_be_focused()


async def sign_out(page: Page, name: str) -> None:
    await page.get_by_role("button", name=f"Account {name}").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await page.get_by_role("dialog").get_by_role("button", name="Sign out").click()


async def test_signing_out_everywhere_throws_out_the_other_device(
    visit: Visit, person: Callable[[], Person]
) -> None:
    ada = person()
    first, second = await visit(ada), await visit(ada)
    for visitor in (first, second):
        visitor.expect(REFUSED)
    await second.sign_in()
    page = await first.sign_in("/settings/devices")
    await page.get_by_role("button", name="Sign out everywhere").click()
    await page.get_by_role("dialog").get_by_role("button", name="Sign out everywhere").click()
    for visitor in (first, second):
        await expect(visitor.page.get_by_role("heading", name="Sign in to Hubbub")).to_be_visible()


async def test_device_signed_out_elsewhere_keeps_its_draft(
    visit: Visit, person: Callable[[], Person]
) -> None:
    ada = person()
    group = ada.group("Engines")
    visitor = await visit(ada)
    visitor.expect(REFUSED)
    page = await visitor.sign_in(f"/c/{group}")
    field = page.get_by_role("textbox", name="Message Engines")
    await field.fill("half a thought")
    ada.ok("DELETE", "/auth/sessions")
    again = page.get_by_label("User name or e-mail")
    await again.fill(ada.name)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(field).to_have_value("half a thought")


async def test_invite_link_leads_in_after_signing_up(
    visit: Visit, person: Callable[[], Person]
) -> None:
    ada = person()
    server = ada.ok("POST", "/servers", {"name": "Analytical Society"})
    code = ada.ok("POST", f"/servers/{server['id']}/invites", {})["code"]
    visitor = await visit()
    page = await visitor.open(f"/invite/{code}")
    await expect(page.get_by_text("You have been invited")).to_be_visible()
    await fill(page, name=f"guest{id(page)}", password=PASSWORD)
    await submit(page)
    await expect(page.get_by_role("heading", name="Analytical Society")).to_be_visible()
    await page.get_by_role("button", name="Join", exact=True).click()
    await expect(page.get_by_role("heading", name="general", exact=True)).to_be_visible()
    members = ada.ok("GET", f"/servers/{server['id']}/members")
    rows = members["members"] if isinstance(members, dict) else members
    assert len(rows) == 2


async def test_closed_registration_is_said_and_not_offered(
    visit: Visit, built_client: None, tmp_path: Path
) -> None:
    with running(tmp_path, {"HUBBUB_REGISTRATION": "closed"}) as server:
        page = await (await visit(url=server.url)).open()
        await expect(page.get_by_text("Registration is closed here")).to_be_visible()
        await expect(page.get_by_role("button", name="Sign up")).to_have_count(0)


@pytest.mark.parametrize(
    ("language", "tag", "heading", "other", "after"),
    [
        ("zh-CN", "zh-Hans", "登录 Hubbub", "English", "Sign in to Hubbub"),
        ("en-GB", "en", "Sign in to Hubbub", "中文", "登录 Hubbub"),
    ],
)
async def test_browser_decides_the_language_until_one_switches(
    visit: Visit, language: str, tag: str, heading: str, other: str, after: str
) -> None:
    visitor = await visit(locale=language)
    page = await visitor.open()
    await expect(page.get_by_role("heading", name=heading)).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("lang", tag)
    await page.get_by_role("button", name=other).click()
    await expect(page.get_by_role("heading", name=after)).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("heading", name=after)).to_be_visible()
