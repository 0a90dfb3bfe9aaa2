"""The server goes, the network goes, the page goes: nothing is lost, nothing comes twice, all in order."""

import asyncio
import datetime as dt
import json
import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from playwright.async_api import WebSocketRoute, expect

from browser.talking import (
    BEHIND,
    NO_SERVER,
    TALL,
    WAITING,
    Talker,
    Visit,
    connected,
    kept,
    meet,
    queue,
    sit_down,
    stored,
)
from support.rest import sign_up
from support.server import RunningServer

UNSENT = re.compile(f"^({WAITING}|Sending)")
ROUNDS = 3
EACH = 6


async def talk(talker: Talker, turn: int, numbers: Sequence[int] = range(EACH - 1)) -> None:
    """Some messages as fast as a browser types, the next one when the last one stands there."""
    for n in numbers:
        text = f"{talker.person.name} {turn}.{n}"
        await talker.say(text)
        await talker.sees(text)


def said(talker: Talker) -> list[str]:
    """All of it, in the order in which it was typed."""
    return [f"{talker.person.name} {turn}.{n}" for turn in range(ROUNDS) for n in range(EACH)]


async def kill_amid(server: RunningServer, talkers: list[Talker], turn: int) -> None:
    """While both are sending: when some of the turn is stored, and some is not."""
    behind = turn * EACH * len(talkers)
    await talkers[0].log.locator(f'[data-seq="{behind + 3}"]').wait_for()
    await asyncio.to_thread(server.kill)


async def test_server_is_killed_while_two_people_type_and_send(
    visit: Visit, fresh_site: RunningServer
) -> None:
    talkers = await meet(visit, fresh_site.url, size=TALL)
    for talker in talkers:
        talker.visitor.expect(NO_SERVER)
    for turn in range(ROUNDS):
        killing = kill_amid(fresh_site, talkers, turn)
        await asyncio.gather(killing, *(talk(talker, turn) for talker in talkers))
        for talker in talkers:
            await expect(talker.banner).to_contain_text(BEHIND)
            # A slow kill may have let all the others through.
            await talk(talker, turn, [EACH - 1])
        assert await talkers[0].log.get_by_role("img", name=WAITING).count() > 0, "void: no queue"
        draft = f"half a thought {turn}, "
        starting = asyncio.to_thread(fresh_site.start)
        await asyncio.gather(starting, *(t.composer.press_sequentially(draft) for t in talkers))
        typing = [t.composer.press_sequentially("the rest") for t in talkers]
        await asyncio.gather(connected(*talkers), *typing)
        for talker in talkers:
            await expect(talker.composer).to_have_value(f"{draft}the rest")
            await expect(talker.banner).to_have_count(0)
    for talker in talkers:
        await expect(talker.log.get_by_role("img", name=UNSENT)).to_have_count(0)
    everything = stored_by(talkers)
    for talker in talkers:
        await talker.shows(everything)
        assert [t for t in everything if t.startswith(f"{talker.person.name} ")] == said(talker)
        await expect(talker.log.get_by_role("img", name=WAITING)).to_have_count(0)
    assert len(stored_by(talkers)) == 2 * ROUNDS * EACH


def stored_by(talkers: list[Talker]) -> list[str]:
    return stored(talkers[0].person, talkers[0].channel)


# -- what is lost on the way -------------------------------------------------------------------------


def without_acks(lost: list[Any]) -> Callable[[WebSocketRoute], None]:
    """The server stores, but its answer does not arrive: the connection ends in its place, three times."""
    closing: list[asyncio.Future[None]] = []

    def connect(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        is_cut = False

        def pass_on(text: str | bytes) -> None:
            nonlocal is_cut
            frame = json.loads(text)
            if frame["type"] == "message_ack" and len(lost) < 3 and not is_cut:
                is_cut = True
                lost.append(frame["data"]["duplicate"])
                closing.append(asyncio.ensure_future(socket.close(code=1012, reason="lost")))
            if not is_cut:
                socket.send(text)

        server.on_message(pass_on)

    return connect


async def test_answer_that_is_lost_leads_to_no_second_message(
    visit: Visit, site: RunningServer
) -> None:
    writer, reader = await meet(visit, site.url, size=TALL)
    lost: list[Any] = []
    await writer.visitor.context.route_web_socket("**/gateway", without_acks(lost))
    await writer.page.reload()
    await connected(writer)
    wanted = ["one", "two", "two", "three"]
    for text in wanted:
        await writer.say(text)
    await connected(writer)
    await reader.shows(wanted)
    await writer.shows(wanted)
    await expect(writer.log.get_by_role("img", name=WAITING)).to_have_count(0)
    assert stored(writer.person, writer.channel) == wanted
    assert len(lost) == 3
    assert True in lost, "void: nothing was sent again"


# -- offline -----------------------------------------------------------------------------------------


async def test_offline_queue_goes_out_once_and_in_order(visit: Visit, site: RunningServer) -> None:
    writer, reader = await meet(visit, site.url, size=TALL)
    writer.visitor.expect(NO_SERVER)
    await kept(writer)
    await writer.visitor.context.set_offline(True)  # Playwright's own
    offline = writer.page.get_by_role("status").filter(has_text="You are offline")
    # What is open already only falls silent, but the server is asked: sooner than a heartbeat's answer is due.
    await expect(offline).to_have_count(1, timeout=8_000)
    wanted = [f"line {n}" for n in range(8)]
    for text in wanted:
        await writer.say(text)
    await expect(writer.log.get_by_role("img", name=UNSENT)).to_have_count(8)
    await writer.page.reload()
    await expect(offline).to_have_count(1)
    await writer.shows(wanted)
    await reader.say("meanwhile")
    await reader.shows(["meanwhile"])
    await writer.visitor.context.set_offline(False)  # Playwright's own
    await connected(writer)
    await writer.shows(["meanwhile", *wanted])
    await reader.shows(["meanwhile", *wanted])
    await expect(offline).to_have_count(0)
    assert stored(writer.person, writer.channel) == ["meanwhile", *wanted]


async def test_reload_and_closed_page_lose_nothing_that_waits(
    visit: Visit, fresh_site: RunningServer
) -> None:
    writer, reader = await meet(visit, fresh_site.url, size=TALL)
    for talker in (writer, reader):
        talker.visitor.expect(NO_SERVER)
    await writer.say("before")
    await reader.shows(["before"])
    await kept(writer)
    await asyncio.to_thread(fresh_site.kill)
    await queue(writer, ["one", "two"])
    await writer.composer.fill("a draft")
    await writer.page.reload()
    await writer.shows(["before", "one", "two"])
    await expect(writer.composer).to_have_value("a draft")
    await queue(writer, ["three"])
    await writer.page.close()
    await asyncio.to_thread(fresh_site.start)
    await writer.open(await writer.visitor.context.new_page())
    await connected(writer, reader)
    wanted = ["before", "one", "two", "three"]
    await writer.shows(wanted)
    await reader.shows(wanted)
    await expect(writer.mark("three", "Read")).to_be_visible()
    assert stored(writer.person, writer.channel) == wanted


async def test_second_tab_does_not_send_what_waits_in_the_first(
    visit: Visit, fresh_site: RunningServer
) -> None:
    (writer,) = await meet(visit, fresh_site.url, 1, size=TALL)
    writer.visitor.expect(NO_SERVER)
    other = Talker(writer.visitor, writer.person, writer.channel)
    await other.open(await writer.visitor.context.new_page())
    await other.say("before")
    await expect(other.mark("before", "Sent")).to_be_visible()
    await asyncio.to_thread(fresh_site.kill)
    await queue(writer, ["one", "two"])
    await queue(other, ["three"])
    await asyncio.to_thread(fresh_site.start)
    await connected(writer, other)
    for talker in (writer, other):
        await expect(talker.log.locator("[data-seq]")).to_have_count(4)
        await expect(talker.log.get_by_role("img", name=UNSENT)).to_have_count(0)
    found = stored(writer.person, writer.channel)
    assert sorted(found) == ["before", "one", "three", "two"]
    assert found.index("one") < found.index("two")
    await writer.shows(found)
    await other.shows(found)


# -- what one may no longer --------------------------------------------------------------------------


async def test_who_is_kicked_while_writing_keeps_the_draft(
    visit: Visit, site: RunningServer
) -> None:
    owner, victim = await meet(visit, site.url)
    await victim.composer.fill("before I forget")
    path = f"/channels/{owner.channel}/members/{victim.person.id}"
    owner.person.ok("DELETE", path)
    heading = victim.page.get_by_role("heading", name="This channel is not there")
    await expect(heading).to_be_visible()
    await expect(victim.page.get_by_role("textbox", name="Your draft")).to_have_value(
        "before I forget"
    )
    await expect(victim.page.locator(f'nav a[href="#/c/{owner.channel}"]')).to_have_count(0)
    victim.person.join(owner.channel)
    await expect(victim.composer).to_have_value("before I forget")
    await victim.composer.press("Enter")
    await owner.sees("before I forget")


async def test_permission_that_is_lost_while_typing_leaves_the_text(
    visit: Visit, site: RunningServer
) -> None:
    owner, member = sign_up(site.url), sign_up(site.url)
    server = owner.ok("POST", "/servers", {"name": "library", "first_channel": "reading"})
    channel = str(owner.ok("GET", f"/servers/{server['id']}/channels")[0]["id"])
    member.ok(
        "POST", "/invites/" + owner.ok("POST", f"/servers/{server['id']}/invites", {})["code"]
    )
    talker = await sit_down(visit, member, channel)
    await talker.composer.press_sequentially("I was about to ")
    path = f"/channels/{channel}/overrides/{server['everyone_role_id']}"
    owner.ok("PUT", path, {"kind": "role", "deny": ["SEND_MESSAGES"]})
    await expect(talker.page.get_by_role("status").filter(has_text="but not write")).to_be_visible()
    await expect(talker.composer).not_to_be_editable()
    await talker.composer.press("Enter")
    await expect(talker.composer).to_have_value("I was about to ")
    owner.ok("DELETE", path)
    await expect(talker.composer).to_be_editable()
    await talker.composer.press("End")
    await talker.composer.press_sequentially("say it")
    await talker.composer.press("Enter")
    await talker.sees("I was about to say it")
    assert stored(owner, channel) == ["I was about to say it"]


# -- clocks ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hours", [-7, 7])
async def test_clock_that_jumps_by_hours_changes_no_order(
    visit: Visit, fresh_site: RunningServer, hours: int
) -> None:
    writer, reader = await meet(visit, fresh_site.url, size=TALL)
    for talker in (writer, reader):
        talker.visitor.expect(NO_SERVER)
    await writer.say("one")
    await kept(writer)
    await reader.sees("one")
    await asyncio.to_thread(fresh_site.kill)
    await queue(writer, ["two"])
    await writer.page.reload()
    await queue(writer, ["three"])
    jumped = dt.datetime.now(dt.UTC) + dt.timedelta(hours=hours)
    await writer.page.clock.set_system_time(jumped)
    await writer.page.reload()
    await queue(writer, ["four"])
    await writer.page.reload()
    await writer.shows(["one", "two", "three", "four"])
    await asyncio.to_thread(fresh_site.start)
    await connected(writer, reader)
    wanted = ["one", "two", "three", "four"]
    await reader.shows(wanted)
    await writer.shows(wanted)
    assert stored(writer.person, writer.channel) == wanted
