"""A community is run by clicks alone, and everybody whom it concerns sees it at once."""

import re
import struct
import zlib
from collections.abc import Awaitable, Callable

from playwright.async_api import FilePayload, Locator, Page

from support.browser import Visitor
from support.rest import Person, call, sign_in, sign_up
from support.server import RunningServer

Visit = Callable[..., Awaitable[Visitor]]


async def save(page: Page) -> None:
    """What has been changed in the form of the page."""
    await page.get_by_role("button", name="Save", exact=True).click()
    await page.get_by_role("status").filter(has_text="Saved").wait_for()


async def menu(page: Page, label: str, item: str) -> None:
    await page.get_by_role("button", name=label, exact=True).click()
    await page.get_by_role("menuitem", name=item, exact=True).click()


async def in_dialog(page: Page, button: str, **fields: str) -> None:
    """Fills the open dialog's fields, presses its button, and waits until it has closed."""
    dialog = page.get_by_role("dialog")
    for label, text in fields.items():
        await dialog.get_by_label(label, exact=True).fill(text)
    await dialog.get_by_role("button", name=button, exact=True).click()
    await dialog.wait_for(state="detached")


def sidebar(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Places")


async def enter(visitor: Visitor, route: str) -> Page:
    """Signs in; returns when the page has heard from the server, before which it stands there anew."""
    page = await visitor.sign_in(route)
    await sidebar(page).get_by_role("link", name="Lobby").wait_for()
    return page


def main(page: Page) -> Locator:
    return page.get_by_role("main")


async def new_server(page: Page, name: str) -> str:
    """Its id."""
    await menu(page, "New, or join", "New server")
    await in_dialog(page, "Create", Name=name, **{"First channel": "talk"})
    await sidebar(page).get_by_role("region", name=name).wait_for()
    await menu(page, f"Menu of {name}", "Server settings")
    await page.wait_for_url(re.compile(r"#/s/\d+/settings/overview$"))
    return page.url.split("/")[-3]


async def section(page: Page, name: str) -> None:
    await main(page).get_by_role("link", name=name, exact=True).click()
    await main(page).get_by_role("heading", name=name, level=2).wait_for()


async def test_a_server_from_nothing_to_its_audit_log(visit: Visit, site: RunningServer) -> None:
    ann, bob = sign_up(site.url), sign_up(site.url)
    owner, guest = await visit(ann), await visit(bob)
    page = await enter(owner, "/c/0")
    await new_server(page, "Readers")
    await section(page, "Channels")
    await page.get_by_role("button", name="New category").click()
    await in_dialog(page, "Create", Name="Quiet")
    await page.get_by_role("button", name="New channel").click()
    await page.get_by_role("dialog").get_by_label("Category").select_option("Quiet")
    await in_dialog(page, "Create", Name="poems")
    await sidebar(page).get_by_role("link", name="poems").wait_for()
    await section(page, "Roles")
    for name in ("Low", "High"):
        await page.get_by_role("button", name="Create a role").click()
        await page.get_by_label("Name", exact=True).fill(name)
        await save(page)
        await page.get_by_role("link", name="All roles").click()
    await page.get_by_role("button", name="Move High up").click()
    await page.get_by_role("status").filter(has_text="High is now number 1").wait_for()
    await section(page, "Invites")
    await page.get_by_role("button", name="Create a link").click()
    link = await page.get_by_label("Link", exact=True).input_value()
    # Whoever has the link comes in by it.
    other = await enter(guest, "/c/0")
    await guest.open(link.partition("#")[2])
    await other.get_by_role("button", name="Join", exact=True).click()
    await sidebar(other).get_by_role("link", name="poems").click()
    await other.get_by_role("log").wait_for()
    await deny(page, other, bob)
    await members(page, other, bob)


async def deny(page: Page, other: Page, who: Person) -> None:
    """A channel that somebody looks at is not there any more for them, and comes back."""
    await section(page, "Channels")
    await main(page).get_by_role("link", name="poems", exact=True).click()
    await section(page, "Permissions")
    picker = page.get_by_role("combobox", name="Add a member")
    await picker.fill(who.name)
    await page.get_by_role("option", name=re.compile(who.name)).click()
    cell = page.get_by_role("radiogroup", name=f"See the channel, {who.name}")
    await cell.get_by_label("Denied").check(force=True)
    await save(page)
    said = other.get_by_role("status").filter(has_text=re.compile("You can no longer see .?poems"))
    await said.wait_for()
    assert await sidebar(other).get_by_role("link", name="poems").count() == 0
    await cell.get_by_label("As in the server").check(force=True)
    await save(page)
    await sidebar(other).get_by_role("link", name="poems").click()
    await other.get_by_role("log").wait_for()


async def members(page: Page, other: Page, who: Person) -> None:
    """Gets a role and a nickname, is kicked and banned; all of it is written down."""
    await menu(page, "Menu of Readers", "Server settings")
    await section(page, "Members")
    await menu(page, f"More about {who.name}", "Roles and nickname")
    await page.get_by_role("dialog").get_by_label("Low").check()
    await in_dialog(page, "Save", **{"Nickname here": "Bobby"})
    row = main(page).get_by_role("listitem").filter(has_text="Bobby")
    await row.get_by_text("Low", exact=True).wait_for()
    await menu(page, "More about Bobby", "Ban")
    await in_dialog(page, "Ban", Reason="too loud")
    await sidebar(other).get_by_role("region", name="Readers").wait_for(state="detached")
    await section(page, "Bans")
    ban = main(page).get_by_role("listitem").filter(has_text=who.name)
    await ban.get_by_text("too loud").wait_for()
    await ban.get_by_role("button", name="Lift the ban").click()
    await in_dialog(page, "Lift the ban")
    await main(page).get_by_text("Nobody is banned.").wait_for()
    await section(page, "Audit log")
    for done in ("created the category Quiet", "banned", "lifted the ban of"):
        await main(page).get_by_text(done).first.wait_for()
    await main(page).get_by_text("too loud").wait_for()


async def test_a_private_group_lets_in_kicks_and_is_deleted(
    visit: Visit, site: RunningServer
) -> None:
    ann, bob = sign_up(site.url), sign_up(site.url)
    owner, asking = await visit(ann), await visit(bob)
    page = await enter(owner, "/c/0")
    await menu(page, "New, or join", "New group")
    await page.get_by_role("dialog").get_by_label("Private").check()
    await in_dialog(page, "Create", Name="Secret")
    await page.wait_for_url(re.compile(r"#/c/[1-9]\d+$"))
    group = page.url.rpartition("/")[2]
    other = await enter(asking, "/c/0")
    await menu(page, "Menu of Secret", "Settings")
    await section(page, "Requests")
    bob.ok("PUT", f"/channels/{group}/members/@me")
    await main(page).get_by_role("button", name="Let in").click()
    await sidebar(other).get_by_role("link", name="Secret").click()
    await other.get_by_role("log").wait_for()
    await section(page, "Overview")
    await page.get_by_label("Name", exact=True).fill("Open secret")
    await save(page)
    await other.get_by_role("heading", name="Open secret").wait_for()
    await section(page, "Members")
    await menu(page, f"More about {bob.name}", "Kick")
    await in_dialog(page, "Kick")
    await sidebar(other).get_by_role("link", name="Open secret").wait_for(state="detached")
    await section(page, "Overview")
    await page.get_by_role("button", name="Delete the group").click()
    dialog = page.get_by_role("dialog")
    assert await dialog.get_by_role("button", name="Delete", exact=True).is_disabled()
    await in_dialog(page, "Delete", **{"Type the name Open secret to go on": "Open secret"})
    await sidebar(page).get_by_role("link", name="Open secret").wait_for(state="detached")


def png() -> bytes:
    """A red square of 64 pixels."""
    size = 64
    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    rows = (b"\0" + b"\xc8\x1e\x3c" * size) * size
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    made = (
        struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(made)


def picture(content: bytes) -> FilePayload:
    """A file that says that it is a PNG."""
    return FilePayload(name="me.png", mimeType="image/png", buffer=content)


async def test_a_new_name_and_picture_are_seen_by_others(visit: Visit, site: RunningServer) -> None:
    ann, bob = sign_up(site.url), sign_up(site.url)
    group = ann.group()
    bob.join(group)
    ann.send(group, "hello")
    me, other = await visit(ann), await visit(bob)
    seen = await enter(other, f"/c/{group}")
    await seen.get_by_role("log").get_by_text("hello").wait_for()
    page = await enter(me, "/settings/profile")
    chooser = page.locator("input[type=file]")
    await chooser.set_input_files(picture(b"<svg onload=window.xss=1>"))
    await page.get_by_role("alert").filter(has_text="no picture").wait_for()
    await chooser.set_input_files(picture(png()))
    await page.get_by_role("dialog", name="Cut it to a square").wait_for()
    await in_dialog(page, "Use it")
    await page.get_by_label("Display name").fill("Ann the Great")
    await save(page)
    row = seen.get_by_role("log").get_by_role("article").first
    await row.get_by_text("Ann the Great").wait_for()
    await row.locator("img[src^='blob:']").wait_for()
    shown = "() => document.querySelector('[role=log] article img').naturalWidth > 0"
    assert await other.until(shown)
    await page.get_by_role("button", name="Remove").click()
    await row.locator("img").wait_for(state="detached")


async def test_another_device_is_signed_out(visit: Visit, site: RunningServer) -> None:
    ann = sign_up(site.url)
    here, there = await visit(ann), await visit(ann)
    there.expect("40[13]")
    other = await enter(there, "/c/0")
    await other.get_by_role("log").wait_for()
    page = await enter(here, "/settings/devices")
    await main(page).get_by_text("This device").wait_for()
    await page.get_by_role("button", name="Sign out all others").click()
    await in_dialog(page, "Sign out all others")
    await other.locator('input[autocomplete~="username"]').wait_for()
    assert await main(page).get_by_role("button", name="Sign out", exact=True).count() == 0


async def test_tokens_of_programs_are_shown_once(visit: Visit, site: RunningServer) -> None:
    ann = sign_up(site.url)
    visitor = await visit(ann)
    page = await enter(visitor, "/settings/bots")
    name = f"bot-{ann.name}"
    await page.get_by_label("User name", exact=True).fill(name)
    await page.get_by_role("button", name="Create", exact=True).click()
    token = await page.get_by_label(re.compile("^Token of")).input_value()
    assert Person(site.url, "", "", token, "", "").ok("GET", "/users/@me")["username"] == name
    server = str(ann.ok("POST", "/servers", {"name": "mine"})["id"])
    channel = ann.ok("GET", f"/servers/{server}/channels")[0]["id"]
    await visitor.open(f"/c/{channel}/settings/webhooks")
    await page.get_by_label("Name", exact=True).fill("builds")
    await page.get_by_role("button", name="Create", exact=True).click()
    address = await page.get_by_label("Address of builds").input_value()
    posted = call("POST", address, {"content": "built"})
    assert posted.status < 300
    for route, made in (("/settings/bots", name), (f"/c/{channel}/settings/webhooks", "builds")):
        await visitor.open(route)
        await page.reload()
        await main(page).get_by_text(made, exact=True).first.wait_for()
        assert await page.locator("input[readonly]").count() == 0
        shown = await page.content()
        assert token not in shown
        assert address not in shown


async def test_whoever_is_disabled_is_out_at_once(
    visit: Visit, site: RunningServer, administrator: Person
) -> None:
    bob = sign_up(site.url)
    boss, victim = await visit(administrator), await visit(bob)
    victim.expect("40[13]")
    other = await enter(victim, "/c/0")
    await other.get_by_role("log").wait_for()
    page = await enter(boss, "/admin/people")
    await page.get_by_label("Search by name or e-mail").fill(bob.name)
    row = main(page).get_by_role("listitem").filter(has_text=bob.name)
    await row.get_by_text("Online now").wait_for()
    await menu(page, f"More about {bob.name}", "Disable")
    await in_dialog(page, "Disable")
    await row.get_by_text("Disabled", exact=True).wait_for()
    await other.locator('input[autocomplete~="username"]').wait_for()
    await menu(page, f"More about {bob.name}", "Enable")
    await in_dialog(page, "Enable")
    await row.get_by_text("Disabled", exact=True).wait_for(state="detached")
    assert sign_in(site.url, bob.name).id == bob.id
    await section(page, "Figures")
    await main(page).get_by_text("People online").wait_for()
    await section(page, "Settings")
    await main(page).get_by_text("rate_limits").first.wait_for()
