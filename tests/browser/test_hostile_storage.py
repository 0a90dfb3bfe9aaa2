"""What a browser has kept is somebody else's word, too: of an older version, half written, or written by an attacker."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from support.browser import Visitor
from support.hostility import IMAGE
from support.rest import Person, sign_up
from support.server import RunningServer
from support.witness import usable, watched

Visit = Callable[..., Awaitable[Visitor]]
ACCOUNTS = "hubbub.accounts"
SMALL = (
    "hubbub.folded",
    "hubbub.recent",
    "hubbub.language",
    "hubbub.theme",
    "hubbub.emoji",
    "hubbub.sound",
    "hubbub.desktop",
)
GARBAGE = ("", "{", "null", "[]", "7", '{"a":[{}]}', '[null,{},"c/__proto__"]', IMAGE)
_SET = "([keys, value]) => { for (const key of keys) localStorage.setItem(key, value); }"
_KEYS = "() => Object.keys(localStorage)"
# Rows into the tables that are there.
_PUT = """(rows) => new Promise((done, failed) => {
  const asked = indexedDB.open('hubbub');
  asked.onerror = () => failed(asked.error);
  asked.onsuccess = () => {
    const db = asked.result;
    const work = db.transaction(['outbox', 'drafts', 'known'], 'readwrite');
    for (const [table, row] of rows) work.objectStore(table).put(row);
    work.oncomplete = () => { db.close(); done(); };
    work.onabort = () => failed(work.error);
  };
})"""
# Another database in its place.
_OTHER = """([version, table]) => new Promise((done, failed) => {
  const gone = indexedDB.deleteDatabase('hubbub');
  gone.onerror = () => failed(gone.error);
  gone.onsuccess = () => {
    const made = indexedDB.open('hubbub', version);
    made.onupgradeneeded = () => table && made.result.createObjectStore(table);
    made.onerror = () => failed(made.error);
    made.onsuccess = () => { made.result.close(); done(); };
  };
})"""


async def leave(visitor: Visitor) -> None:
    """To where no script of the client runs, and its storage can be reached."""
    visitor.expect("/favicon.ico")  # which a browser asks for by itself
    await visitor.page.goto(f"{visitor.url}/icon.svg")


async def comes_up(visitor: Visitor, what: object) -> None:
    """The client starts, is connected, and what is written can be read."""
    await visitor.open("/c/0")
    await visitor.page.get_by_role("log").wait_for()
    await usable(visitor.page)
    assert await visitor.overflow() == 0, what


def states(person: Person) -> list[dict[str, Any]]:
    """What was last known, as the client keeps it, broken in many ways."""
    names = ("users", "channels", "servers", "relationships", "timelines", "activity", "positions")
    whole: dict[str, Any] = {name: {} for name in names}
    me = {"id": person.id, "username": person.name, "display_name": IMAGE}
    lobby = {"id": "0", "kind": "lobby", "name": IMAGE}
    message = {"id": "1", "channel_id": "0", "seq": 1, "content": IMAGE}
    broken: list[dict[str, Any]] = [
        {"channels": {"0": None}},
        {"channels": {"0": {}}},
        {"channels": {"0": lobby, "7": {"kind": "group"}}},
        {"servers": {"1": {}}},
        {"servers": {"1": {"id": "1", "name": IMAGE, "roles": None, "categories": 7}}},
        {"timelines": {"0": {"messages": [message], "hasOlder": False, "hasNewer": False}}},
        {"timelines": {"0": {"messages": {}}}},
        {"relationships": {"1": {"user": None}}},
        {"users": {"1": IMAGE}},
        {"positions": {"0": "x", "__proto__": -1}},
    ]
    return [{**whole, "me": me, **one} for one in broken]


async def test_garbage_in_small_things_is_passed_over(visit: Visit, site: RunningServer) -> None:
    visitor = await visit(sign_up(site.url))
    page = await visitor.sign_in("/c/0")
    found = await page.evaluate(_KEYS)
    keys = sorted({*SMALL, *found} - {ACCOUNTS})
    for value in GARBAGE:
        await leave(visitor)
        await page.evaluate(_SET, [keys, value])
        await comes_up(visitor, value)


async def test_garbage_in_what_was_last_known_is_forgotten(
    visit: Visit, site: RunningServer
) -> None:
    person = sign_up(site.url)
    visitor = await visit(person)
    witness = await watched(visitor)
    page = await visitor.sign_in("/c/0")
    await page.get_by_role("log").wait_for()
    for state in states(person):
        await leave(visitor)
        row = {"account": person.id, "name": "state", "value": {"shape": 1, "state": state}}
        await page.evaluate(_PUT, [["known", row]])
        await comes_up(visitor, state)
    await leave(visitor)
    queued = {"account": person.id, "nonce": "n", "tab": IMAGE, "order": "x", "pending": {}}
    rows = [
        ["outbox", queued],
        ["outbox", {**queued, "nonce": "m", "pending": None}],
        ["drafts", {"account": person.id, "channel": "0", "text": {"a": 1}}],
        ["drafts", {"account": person.id, "channel": "__proto__", "text": IMAGE}],
        ["known", {"account": person.id, "name": "preferences", "value": [IMAGE]}],
    ]
    await page.evaluate(_PUT, rows)
    await comes_up(visitor, rows)
    assert [alarm for alarm in await witness.calm() if "/icon.svg" not in alarm] == []


async def test_another_database_makes_way(visit: Visit, site: RunningServer) -> None:
    visitor = await visit(sign_up(site.url))
    page = await visitor.sign_in("/c/0")
    await page.get_by_role("log").wait_for()
    for other in ([1, None], [1, "old"], [99, "new"]):
        await leave(visitor)
        await page.evaluate(_OTHER, other)
        await comes_up(visitor, other)


async def test_accounts_that_cannot_be_read_are_nobodys(visit: Visit, site: RunningServer) -> None:
    visitor = await visit(sign_up(site.url))
    half = {"active": "1", "logins": [{"id": "1", "username": IMAGE}]}
    for kept in ("{", "null", '{"active": "__proto__", "logins": []}', json.dumps(half)):
        await leave(visitor)
        await visitor.page.evaluate(_SET, [[ACCOUNTS], kept])
        await visitor.open("/c/0")
        await visitor.page.locator('input[autocomplete~="username"]').wait_for()
    await visitor.sign_in("/c/0")
    await visitor.page.get_by_role("log").wait_for()
