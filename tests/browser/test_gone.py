"""A place goes while somebody is there: they are told why, stand at a place that is there, and are not led back."""

import json
import re
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from browser.talking import Talker, Visit
from support.rest import Person, sign_up
from support.server import RunningServer

NOTHING = "There is nothing at this address"
# What the page remembers of where one was.
RECENT = "() => localStorage.getItem('hubbub.recent') ?? '[]'"


async def at(visit: Visit, person: Person, channel: str) -> Talker:
    """Somebody who was in the lobby before."""
    visitor = await visit(person, url=person.url)
    page = await visitor.sign_in("/c/0")
    talker = Talker(visitor, person, channel)
    await page.get_by_role("navigation", name="Places").get_by_role("link", name="Lobby").wait_for()
    await talker.go(channel)
    await expect(talker.log).to_have_attribute("aria-busy", "false")
    await talker.until(f"(place) => JSON.parse(({RECENT})())[0] === place", f"c/{channel}")
    return talker


async def is_told(page: Page, text: str) -> None:
    """By a notice that names a place in its marks."""
    shown = page.get_by_role("status").filter(
        has_text=re.compile(text.replace("NAME", ".?Readers.?"))
    )
    await expect(shown).to_be_visible()


async def is_home(talker: Talker, *gone: str) -> None:
    """In the lobby, where one was before; neither the list, nor the way back, nor the switcher leads to what has gone."""
    page = talker.page
    await page.wait_for_url(re.compile(r"#/c/0$"))
    await expect(talker.log).to_be_visible()
    for place in gone:
        await expect(page.locator(f'nav a[href="#/{place}"]')).to_have_count(0)
    assert not set(json.loads(await page.evaluate(RECENT))) & set(gone)
    await page.keyboard.press("Control+k")
    switcher = page.get_by_role("dialog")
    await expect(switcher.get_by_role("option").first).to_be_visible()
    await expect(switcher.get_by_role("option", name="Readers")).to_have_count(0)
    await page.keyboard.press("Escape")
    await page.go_back()
    await page.wait_for_url(re.compile(r"#/c/0$"))
    await expect(page.get_by_role("heading", name=NOTHING)).to_have_count(0)
    await expect(talker.log).to_be_visible()


def group_of(site: RunningServer) -> tuple[Person, Person, str]:
    owner, member = sign_up(site.url), sign_up(site.url)
    group = owner.group("Readers")
    member.join(group)
    return owner, member, group


def server_of(site: RunningServer) -> tuple[Person, Person, dict[str, Any], str]:
    """A server, and the first of its channels."""
    owner, member = sign_up(site.url), sign_up(site.url)
    server = owner.ok("POST", "/servers", {"name": "Readers", "first_channel": "talk"})
    code = owner.ok("POST", f"/servers/{server['id']}/invites", {})["code"]
    member.ok("POST", f"/invites/{code}")
    channel = str(owner.ok("GET", f"/servers/{server['id']}/channels")[0]["id"])
    return owner, member, server, channel


# -- by others ---------------------------------------------------------------------------------------

BY_OTHERS: dict[str, tuple[str, dict[str, str], str]] = {
    "kicked": ("/members/{member}", {}, "You were removed from NAME"),
    "banned": ("/members/{member}", {"ban": "true"}, "You were banned from NAME"),
    "deleted": ("", {}, "NAME was deleted"),
}


@pytest.mark.parametrize("how", BY_OTHERS)
async def test_who_reads_a_group_is_told_how_it_went(
    visit: Visit, site: RunningServer, how: str
) -> None:
    owner, member, group = group_of(site)
    talker = await at(visit, member, group)
    path, query, text = BY_OTHERS[how]
    owner.ok("DELETE", f"/channels/{group}{path.format(member=member.id)}", **query)
    await is_told(talker.page, text)
    await is_home(talker, f"c/{group}")


async def test_who_is_led_home_does_not_type_there(visit: Visit, site: RunningServer) -> None:
    owner, member, group = group_of(site)
    talker = await at(visit, member, group)
    await expect(talker.composer).to_be_focused()
    owner.ok("DELETE", f"/channels/{group}/members/{member.id}")
    await talker.page.wait_for_url(re.compile(r"#/c/0$"))
    await expect(talker.page.get_by_role("main").get_by_role("heading").first).to_be_focused()
    await talker.page.keyboard.type("for the readers")
    await expect(talker.composer).to_have_value("")


@pytest.mark.parametrize("page", ["/c/{channel}", "/s/{server}/settings/members"])
async def test_who_is_banned_from_a_server_is_told_wherever_in_it(
    visit: Visit, site: RunningServer, page: str
) -> None:
    owner, member, server, channel = server_of(site)
    talker = await at(visit, member, channel)
    await talker.visitor.open(page.format(channel=channel, server=server["id"]))
    await expect(talker.page.get_by_role("main").get_by_role("heading").first).to_be_visible()
    owner.ok("PUT", f"/servers/{server['id']}/bans/{member.id}", {})
    await is_told(talker.page, "You were banned from NAME")
    await is_home(talker, f"c/{channel}", f"s/{server['id']}")


async def test_what_went_while_one_was_away_is_said_as_far_as_it_is_known(
    visit: Visit, site: RunningServer
) -> None:
    owner, member, group = group_of(site)
    talker = await at(visit, member, group)
    await talker.page.goto("about:blank")
    # What was last known is shown, and what belongs to it asked for, before the server has said what there is.
    talker.visitor.expect(f"404.*/channels/{group}/")
    owner.ok("DELETE", f"/channels/{group}")
    await talker.page.goto(f"{site.url}/#/c/{group}")
    await is_told(talker.page, "You can no longer see NAME")
    await talker.page.wait_for_url(re.compile(r"#/c/0$"))
    await expect(talker.log).to_be_visible()


async def test_who_is_elsewhere_is_told_of_a_group_and_stays(
    visit: Visit, site: RunningServer
) -> None:
    owner, member, group = group_of(site)
    talker = await at(visit, member, group)
    await talker.visitor.open("/settings/profile")
    owner.ok("DELETE", f"/channels/{group}/members/{member.id}")
    await is_told(talker.page, "You were removed from NAME")
    await expect(talker.page).to_have_url(re.compile("#/settings/profile$"))


# -- by oneself --------------------------------------------------------------------------------------


async def confirm(page: Page, button: str, typed: str = "") -> None:
    """Says yes in the dialog."""
    dialog = page.get_by_role("dialog")
    if typed:
        await dialog.get_by_role("textbox").fill(typed)
    await dialog.get_by_role("button", name=button, exact=True).click()
    await dialog.wait_for(state="detached")


@pytest.mark.parametrize("by", ["menu", "settings"])
async def test_who_leaves_a_group_is_home(visit: Visit, site: RunningServer, by: str) -> None:
    _, member, group = group_of(site)
    talker = await at(visit, member, group)
    if by == "menu":
        await talker.page.get_by_role("button", name="Menu of Readers", exact=True).click()
        await talker.page.get_by_role("menuitem", name="Leave", exact=True).click()
    else:
        await talker.visitor.open(f"/c/{group}/settings/overview")
        await talker.page.get_by_role("main").get_by_role("button", name="Leave").click()
    await confirm(talker.page, "Leave" if by == "menu" else "Leave the group")
    await is_told(talker.page, "You left NAME")
    await is_home(talker, f"c/{group}")


async def test_who_leaves_a_server_is_home(visit: Visit, site: RunningServer) -> None:
    _, member, server, channel = server_of(site)
    talker = await at(visit, member, channel)
    await talker.page.get_by_role("button", name="Menu of Readers", exact=True).click()
    await talker.page.get_by_role("menuitem", name="Leave", exact=True).click()
    await confirm(talker.page, "Leave")
    await is_told(talker.page, "You left NAME")
    await is_home(talker, f"c/{channel}", f"s/{server['id']}")


@pytest.mark.parametrize("what", ["group", "server"])
async def test_who_deletes_a_place_is_home(visit: Visit, site: RunningServer, what: str) -> None:
    if what == "group":
        owner, _, channel = group_of(site)
        places, settings = [f"c/{channel}"], f"/c/{channel}/settings/overview"
    else:
        owner, _, server, channel = server_of(site)
        places = [f"c/{channel}", f"s/{server['id']}"]
        settings = f"/s/{server['id']}/settings/overview"
    talker = await at(visit, owner, channel)
    await talker.visitor.open(settings)
    await talker.page.get_by_role("main").get_by_role("button", name="Delete").click()
    await confirm(talker.page, "Delete", "Readers")
    await is_told(talker.page, "NAME was deleted")
    await is_home(talker, *places)


async def test_who_deletes_a_channel_sees_those_that_are_left_though_its_event_is_first(
    visit: Visit, site: RunningServer
) -> None:
    owner, _, server, channel = server_of(site)
    talker = await at(visit, owner, channel)
    await talker.visitor.open(f"/c/{channel}/settings/overview")

    async def late(route: Route) -> None:
        answer = await route.fetch()
        await talker.page.wait_for_url(re.compile(r"#/c/0$"))
        await route.fulfill(response=answer)

    await talker.page.route(f"**/api/v1/channels/{channel}", late)
    await talker.page.get_by_role("main").get_by_role("button", name="Delete").click()
    await confirm(talker.page, "Delete", "talk")
    await talker.page.wait_for_url(re.compile(f"#/s/{server['id']}/settings/channels$"))
    await expect(
        talker.page.get_by_role("main").get_by_role("button", name="New channel")
    ).to_be_visible()
