"""Attacks on people by what others write, in every field that somebody else sees: nothing of it runs, all of it is text."""

from collections.abc import Awaitable, Callable
from typing import Any

from support.browser import Visitor
from support.hostility import CORPUS, attacker, hostile_place, talk
from support.rest import Person, call, sign_up
from support.server import RunningServer
from support.sockets import Native
from support.witness import usable, watched

Visit = Callable[..., Awaitable[Visitor]]
# What the server takes as an emoji: anything short and visible.
EMOJI = (
    "<svg/onload=window.xss=1>",
    '"onmouseover="window.xss=1',
    "<script>window.xss=1</script>",
    "__proto__",
    "constructor",
    "\u202e<b>\u202e",
    "a" + "\u0301" * 31,
    "W" * 32,
)
# Goes down through a channel a window at a time; true once all messages have been in the page.
_ALL_SEEN = """(count) => {
  window.seen ??= new Set();
  for (const row of document.querySelectorAll('article[data-seq]')) window.seen.add(row.dataset.seq);
  const log = document.querySelector('[role=log]');
  if (log) log.scrollTop += log.clientHeight / 2;
  return window.seen.size >= count && window.seen.size;
}"""


def reports(server: RunningServer) -> str:
    """The metric's line."""
    lines = call("GET", f"{server.url}/metrics").body.splitlines()
    return str(next(line for line in lines if line.startswith("hubbub_csp_reports_total")))


async def react(person: Person, message: dict[str, Any]) -> None:
    """Over the socket: in an address some of it would be another address."""
    async with Native(site_ws(person), person.token) as socket:
        for emoji in EMOJI:
            ids = {"channel_id": message["channel_id"], "message_id": message["id"]}
            await socket.ask("add_reaction", **ids, emoji=emoji)


def site_ws(person: Person) -> str:
    return person.url.replace("http", "ws", 1)


async def test_nothing_that_is_said_runs(visit: Visit, site: RunningServer) -> None:
    before = reports(site)
    people = [attacker(site.url, vector) for vector in (CORPUS[1], CORPUS[7])]
    victim = sign_up(site.url)
    channel = people[0].group(CORPUS[1])
    for person in (people[1], victim):
        person.join(channel)
    sent = talk(people, channel)
    await react(people[0], sent[-1])
    people[0].ok("PUT", f"/channels/{channel}/pins/{sent[1]['id']}")
    visitor = await visit(victim)
    witness = await watched(visitor)
    page = await visitor.sign_in(f"/c/{channel}")
    assert await visitor.until(_ALL_SEEN, len(sent)) == len(sent)
    log = page.get_by_role("log")
    for emoji in ("__proto__", "<svg/onload=window.xss=1>"):
        await log.get_by_text(emoji, exact=True).wait_for()
    # What comes while one looks, and is told to screen readers and in the title.
    people[1].send(channel, f"<@{victim.id}> <@{people[0].id}> {CORPUS[1]}")
    await log.get_by_text(f"@{CORPUS[1]}", exact=True).wait_for()
    await page.get_by_role("button", name="Pinned messages").click()
    pins = page.get_by_role("dialog", name="Pinned messages")
    await pins.get_by_text(CORPUS[1], exact=True).first.wait_for()
    await page.keyboard.press("Escape")
    await usable(page)
    assert await witness.calm() == []
    assert reports(site) == before


async def test_no_name_on_any_page_is_more_than_text(
    visit: Visit, site: RunningServer, administrator: Person
) -> None:
    before = reports(site)
    victim = sign_up(site.url)
    place = hostile_place(site.url, victim)
    administrator.ok("PATCH", f"/admin/users/{victim.id}", {"admin": True})
    visitor = await visit(victim)
    witness = await watched(visitor)
    page = await visitor.sign_in(f"/c/{place.channel}")
    for route, text in place.pages():
        await visitor.open(route)
        inside = "([text]) => document.querySelector('main')?.innerText.includes(text)"
        assert await visitor.until(inside, [text]), route
        assert await visitor.overflow() == 0, route
    await usable(page)
    assert await witness.calm() == []
    assert reports(site) == before
