"""What people do in a channel, each before a browser of their own: what one does, the others see."""

import asyncio
import contextlib
import re
import sqlite3

from playwright.async_api import Locator, expect

from browser.talking import Talker, Visit, meet, sit_down, stored
from support.rest import sign_in, sign_up
from support.server import RunningServer

NEW = "new-line"
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def place(talker: Talker, channel: str | None = None) -> Locator:
    """The channel in the sidebar."""
    return talker.page.locator(f'nav a[href="#/c/{channel or talker.channel}"]')


# -- sending -----------------------------------------------------------------------------------------


async def test_message_goes_from_sent_over_delivered_to_read(
    visit: Visit, site: RunningServer
) -> None:
    writer, reader = await meet(visit, site.url)
    await reader.page.close()
    await writer.say("is anybody there?")
    await expect(writer.mark("is anybody there?", "Sent")).to_be_visible()
    elsewhere = await reader.visitor.context.new_page()
    await elsewhere.goto(f"{site.url}/#/people/friends")
    await expect(writer.mark("is anybody there?", "Delivered")).to_be_visible()
    reader.look(elsewhere)
    await expect(place(reader)).to_contain_text("1 unread message")
    await reader.go(writer.channel)
    await reader.sees("is anybody there?")
    await expect(writer.mark("is anybody there?", f"Read by {reader.person.name}")).to_be_visible()
    await expect(place(reader)).not_to_contain_text("unread")
    await reader.say("yes")
    await writer.shows(["is anybody there?", "yes"])


async def test_in_a_small_group_one_sees_who_has_read(visit: Visit, site: RunningServer) -> None:
    writer, *readers = await meet(visit, site.url, 3)
    await writer.say("tea is ready")
    names = sorted(reader.person.name for reader in readers)
    await writer.sees("tea is ready")
    mark = writer.mark("tea is ready", "Read by .*, ")
    await expect(mark).to_be_visible()
    label = await mark.get_attribute("aria-label") or ""
    assert sorted(label.removeprefix("Read by ").split(", ")) == names


async def test_second_device_that_reads_clears_the_badge_of_the_first(
    visit: Visit, site: RunningServer
) -> None:
    writer, phone = await meet(visit, site.url)
    await phone.go("0")
    await writer.say("one")
    await writer.say("two")
    await expect(place(phone)).to_contain_text("2 unread messages")
    await expect(phone.page).to_have_title(re.compile(r"2|•"))
    again = await asyncio.to_thread(sign_in, site.url, phone.person.name)
    laptop = await sit_down(visit, again, writer.channel)
    await laptop.sees("two")
    await expect(place(phone)).not_to_contain_text("unread")
    assert await phone.page.get_by_role("log").get_by_text("two").count() == 0


# -- what is done with messages ----------------------------------------------------------------------


async def test_reply_shows_what_it_answers_and_leads_there(
    visit: Visit, site: RunningServer
) -> None:
    asker, answerer = await meet(visit, site.url)
    await asker.say("who has the key?")
    await answerer.do("who has the key?", "Reply")
    await expect(answerer.page.get_by_text(f"Reply to {asker.person.name}")).to_be_visible()
    await expect(answerer.page.locator(".composer q")).to_have_text("who has the key?")
    await expect(answerer.composer).to_be_focused()
    await answerer.composer.press_sequentially("I have")
    await answerer.composer.press("Enter")
    row = await asker.sees("I have")
    quote = row.get_by_role("button", name=asker.person.name)
    await expect(quote).to_contain_text("who has the key?")
    await quote.click()
    origin = asker.log.locator("article.lit")
    await expect(origin.locator(".text")).to_have_text("who has the key?")
    await answerer.do("who has the key?", "Reply")
    await answerer.composer.press("Escape")
    await expect(answerer.page.get_by_text(f"Reply to {asker.person.name}")).to_have_count(0)


async def test_right_click_opens_the_messages_menu_and_not_on_links(
    visit: Visit, site: RunningServer
) -> None:
    writer, reader = await meet(visit, site.url)
    await writer.say("look at https://example.org/there")
    row = await reader.sees("look at https://example.org/there")
    menu = reader.page.locator("[role=menu]:popover-open")
    await row.locator(".text").click(button="right", position={"x": 5, "y": 5})
    await expect(menu.get_by_role("menuitem", name="Copy a link to it")).to_be_visible()
    await reader.page.keyboard.press("Escape")
    await expect(menu).to_have_count(0)
    await row.get_by_role("link").click(button="right")
    await row.focus()
    await expect(menu).to_have_count(0)
    await reader.page.keyboard.press("Shift+F10")
    await expect(menu.get_by_role("menuitem", name="Copy the text")).to_be_focused()


async def test_escape_in_the_picker_leads_back_to_what_opened_it(
    visit: Visit, site: RunningServer
) -> None:
    writer, _ = await meet(visit, site.url)
    for text in ("one", "two", "three"):
        await writer.say(text)
    row = await writer.sees("three")
    await row.hover()
    await row.get_by_role("button", name="Add a reaction").click()
    search = writer.page.get_by_role("searchbox", name="Search emoji")
    await expect(search).to_be_focused()
    await (await writer.sees("one")).hover(force=True)
    await search.fill("heart")
    await writer.page.keyboard.press("Escape")
    await expect(search).to_have_count(0)
    await expect(row.get_by_role("button", name="Add a reaction")).to_be_focused()


async def test_arrow_up_edits_the_last_of_ones_own(visit: Visit, site: RunningServer) -> None:
    writer, reader = await meet(visit, site.url)
    await writer.say("teh first")
    await writer.say("teh last")
    await reader.sees("teh last")
    await reader.say("not mine")
    await writer.sees("not mine")
    await writer.composer.press("ArrowUp")
    box = writer.page.get_by_role("textbox", name="Edit the message")
    await expect(box).to_have_value("teh last")
    await box.fill("the last")
    await box.press("Enter")
    await expect(writer.composer).to_be_focused()
    wanted = ["teh first", "the last", "not mine"]
    await asyncio.gather(writer.shows(wanted), reader.shows(wanted))
    await expect((await reader.sees("the last")).get_by_text("edited", exact=True)).to_be_visible()
    await writer.composer.press("ArrowUp")
    await box.fill("never mind")
    await box.press("Escape")
    await writer.shows(wanted)
    assert stored(writer.person, writer.channel) == wanted


async def test_recalled_message_leaves_its_place_and_nothing_of_what_it_said(
    visit: Visit, site: RunningServer
) -> None:
    writer, reader = await meet(visit, site.url)
    await writer.say("a secret")
    await writer.say("nothing")
    await reader.sees("a secret")
    await writer.choose("a secret", "Recall")
    dialog = writer.page.get_by_role("dialog", name="Recall this message?")
    await dialog.get_by_role("button", name="Recall").click()
    for talker in (writer, reader):
        await expect(talker.log.get_by_text("This message was recalled.")).to_be_visible()
        await expect(talker.log.get_by_text("a secret")).to_have_count(0)
        assert await talker.lines() == ["", "nothing"]
    await expect(writer.composer).to_be_focused()


async def test_reactions_are_added_counted_and_taken_back(
    visit: Visit, site: RunningServer
) -> None:
    writer, reader = await meet(visit, site.url)
    await writer.say("we did it")
    await reader.do("we did it", "Add a reaction")
    search = reader.page.get_by_role("searchbox", name="Search emoji")
    await search.fill("party popper")
    await search.press("Enter")
    mine, theirs = (
        talker.message("we did it").get_by_role("button", name="🎉") for talker in (writer, reader)
    )
    await expect(mine).to_have_accessible_name(f"🎉 1: {reader.person.name}")
    await expect(mine).to_have_attribute("aria-pressed", "false")
    await mine.click()
    await expect(theirs).to_contain_text("2")
    await theirs.click()
    await expect(mine).to_contain_text("1")
    await expect(mine).to_have_accessible_name(f"🎉 1: {writer.person.name}")
    await mine.click()
    await expect(theirs).to_have_count(0)


async def test_pinned_message_is_found_again(visit: Visit, site: RunningServer) -> None:
    owner, member = await meet(visit, site.url)
    await owner.say("the rules")
    await owner.say("something else")
    await owner.choose("the rules", "Pin")
    await expect((await member.sees("the rules")).get_by_text("Pinned")).to_be_visible()
    await member.page.get_by_role("button", name="Pinned messages").click()
    dialog = member.page.get_by_role("dialog", name="Pinned messages")
    await expect(dialog.get_by_role("listitem")).to_contain_text(["the rules"])
    await dialog.get_by_role("button", name="Jump").click()
    await expect(member.log.locator("article.lit .text")).to_have_text("the rules")
    await owner.choose("the rules", "Unpin")
    await expect((await member.sees("the rules")).get_by_text("Pinned")).to_have_count(0)


# -- who is there ------------------------------------------------------------------------------------


async def test_typing_is_seen_until_it_is_sent(visit: Visit, site: RunningServer) -> None:
    writer, reader = await meet(visit, site.url)
    line = reader.page.get_by_text(f"{writer.person.name} is typing …")
    await writer.composer.press_sequentially("hello")
    await expect(line).to_be_visible()
    await writer.composer.press("Enter")
    await reader.sees("hello")
    await expect(line).to_have_count(0)


async def test_presence_follows_who_comes_and_goes(visit: Visit, site: RunningServer) -> None:
    anna, ben = await meet(visit, site.url)
    members = anna.page.get_by_role("group", name="Members")
    await expect(members.get_by_role("heading", name="Online – 2")).to_be_visible()
    await ben.page.close()
    await expect(members.get_by_role("heading", name="Offline – 1")).to_be_visible()
    await ben.open(await ben.visitor.context.new_page())
    await expect(members.get_by_role("heading", name="Online – 2")).to_be_visible()


async def test_mention_is_completed_shown_by_name_and_counted(
    visit: Visit, site: RunningServer
) -> None:
    writer, meant = await meet(visit, site.url)
    await meant.go("0")
    await writer.composer.press_sequentially(f"look, @{meant.person.name}")
    option = writer.page.get_by_role("option", name=re.compile(meant.person.name))
    await expect(option).to_have_attribute("aria-selected", "true")
    await writer.composer.press("Enter")
    await writer.composer.press_sequentially("here")
    await writer.composer.press("Enter")
    await expect(place(meant)).to_contain_text("1 message for you")
    await expect(meant.page).to_have_title(re.compile("1"))
    await meant.go(writer.channel)
    await expect(meant.log.locator(".mention.me")).to_have_text(f"@{meant.person.name}")
    await expect(place(meant)).not_to_contain_text("for you")
    assert stored(writer.person, writer.channel) == [f"look, <@{meant.person.id}> here"]


# -- where one is ------------------------------------------------------------------------------------


async def test_line_new_stands_where_one_left_off(visit: Visit, site: RunningServer) -> None:
    writer, reader = await meet(visit, site.url)
    await writer.say("old")
    await expect(writer.mark("old", "Read by")).to_be_visible()
    await reader.go("0")
    for text in ("first new", "second new"):
        await writer.say(text)
    await expect(place(reader)).to_contain_text("2 unread messages")
    await reader.go(writer.channel)
    await reader.shows(["old", "first new", "second new"])
    line = reader.log.locator("[data-row]", has=reader.page.get_by_test_id(NEW))
    await expect(line).to_have_count(1)
    await expect(line.locator(".text")).to_have_text("first new")
    await expect(place(reader)).not_to_contain_text("unread")
    await reader.go("0")
    await reader.go(writer.channel)
    await reader.sees("second new")
    await expect(reader.page.get_by_test_id(NEW)).to_have_count(0)


def long_ago(server: RunningServer, channel: str, days: dict[int, int]) -> None:
    """Puts messages, by their `seq`, so many days back. The server is not running meanwhile."""
    server.terminate()
    path = server.data / "hubbub.db"
    with contextlib.closing(sqlite3.connect(path)) as file, file as database:
        for seq, back in days.items():
            changed = database.execute(
                "UPDATE messages SET created_at = created_at - ? WHERE channel_id = ? AND seq = ?",
                (back * 86_400_000, int(channel), seq),
            )
            assert changed.rowcount == 1
    server.start()


async def test_days_are_apart_and_a_date_leads_to_its_first_message(
    visit: Visit, fresh_site: RunningServer
) -> None:
    person = sign_up(fresh_site.url)
    channel = person.group()
    for n in range(90):
        person.send(channel, f"line {n}")
    long_ago(fresh_site, channel, {n + 1: 9 - n // 10 for n in range(90)})
    talker = await sit_down(visit, person, channel)
    await talker.sees("line 89")
    middle = await talker.page.evaluate(
        "() => { const day = new Date(); day.setDate(day.getDate() - 5); return day.toLocaleDateString('sv'); }"
    )
    await talker.page.get_by_role("button", name="Jump to a date").click()
    await talker.page.get_by_label("Date", exact=True).fill(middle)
    await talker.page.get_by_role("button", name="Jump", exact=True).click()
    await expect(talker.message("line 40")).to_be_in_viewport()
    first = talker.log.locator(
        "[data-row]", has=talker.page.get_by_text(re.compile(r"day, .* 20\d\d$"))
    )
    texts = await first.locator(".text").all_inner_texts()
    assert "line 40" in texts
    assert all(text.endswith("0") for text in texts), texts
    await talker.page.get_by_role("button", name="To the latest message").click()
    await expect(talker.message("line 89")).to_be_in_viewport()


async def test_history_grows_upwards_without_jumping_and_leads_back_to_the_latest(
    visit: Visit, site: RunningServer
) -> None:
    person = sign_up(site.url)
    channel = person.group()
    for n in range(180):
        person.send(channel, f"line {n}")
    talker = await sit_down(visit, person, channel)
    await expect(talker.message("line 179")).to_be_in_viewport()
    await talker.log.hover()
    top = "(log) => log.scrollTop === 0 && !!document.querySelector('[data-seq=\"1\"]')"
    found: list[str] = []
    while not await talker.log.evaluate(top):
        lines = await talker.on_screen()
        numbers = [int(line.removeprefix("line ")) for line in lines]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), lines
        found = [*lines, *(line for line in found if line not in lines)]
        await talker.page.mouse.wheel(0, -500)
        await talker.page.evaluate(TWO_FRAMES)
    found = [*(lines := await talker.on_screen()), *(line for line in found if line not in lines)]
    assert found == [f"line {n}" for n in range(180)]
    await expect(talker.page.get_by_text("This is the beginning of")).to_be_visible()
    await talker.page.get_by_role("button", name="To the latest message").click()
    await expect(talker.message("line 179")).to_be_in_viewport()
