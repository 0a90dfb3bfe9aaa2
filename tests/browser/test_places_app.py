"""The page as an app: what is seen of it while one looks elsewhere, and what it does without a server and with a newer one."""

import asyncio
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

import hubbub
from browser.talking import NO_SERVER, TALL, Talker, Visit, connected, meet, sit_down, stored
from support.browser import SECONDS, Visitor
from support.rest import Person, call, sign_up
from support.server import FACTOR, RunningServer, running
from support.setup import claim

SOURCE = Path(hubbub.__file__).parents[1]
PLAIN = "/icon.svg"
ICON = "() => document.querySelector('link[rel=icon]').getAttribute('href')"
DRAWN = "(other) => ((found) => found.startsWith('blob:') && found !== other && found)(document.querySelector('link[rel=icon]').href)"
# What would be shown is told to the test, and shown by nobody.
TELL = """
if ('ServiceWorkerRegistration' in window) ServiceWorkerRegistration.prototype.showNotification = async (title, options) => void hubbubTold({ title, ...options });
window.Notification = class { static permission = 'granted'; constructor(title, options) { hubbubTold({ title, ...options }); } };
"""
# As the browser does it when a notice is clicked, which it alone may let come to the front.
CLICK = """(data) => {
  WindowClient.prototype.focus = async function () { return this; };
  const event = new ExtendableEvent('notificationclick');
  event.notification = { data, close() {} };
  self.dispatchEvent(event);
}"""
CACHED = """async () => (await Promise.all((await caches.keys()).map(async (name) =>
  (await (await caches.open(name)).keys()).map((request) => new URL(request.url).pathname)))).flat()"""
# All rows of all tables, and all values, as one text.
KEPT = """async () => {
  const found = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })];
  for (const { name } of await indexedDB.databases()) {
    const db = await new Promise((done, failed) => {
      const asked = indexedDB.open(name);
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    });
    for (const table of db.objectStoreNames) {
      found.push(JSON.stringify(await new Promise((done) => {
        const asked = db.transaction(table).objectStore(table).getAll();
        asked.onsuccess = () => done(asked.result);
      })));
    }
    db.close();
  }
  return found.join('\\n');
}"""
# Once the newest worker, which may wait, is the one that works.
BEGUN = """async () => {
  const { waiting, active } = await navigator.serviceWorker.ready;
  const newest = waiting ?? active;
  while (newest.state !== 'activated') await new Promise((done) => newest.addEventListener('statechange', done, { once: true }));
}"""
READY = "() => navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null || new Promise((done) => navigator.serviceWorker.addEventListener('controllerchange', () => done(true), { once: true })))"


def titled(text: str) -> re.Pattern[str]:
    """A title, without the marks that keep a name from turning it around."""
    return re.compile("^" + re.escape(text).replace("NAME", "\u2068[^\u2069]+\u2069") + "$")


# -- title and icon ----------------------------------------------------------------------------------


async def test_title_and_icon_count_what_is_meant_for_one_until_it_is_read(
    visit: Visit, site: RunningServer
) -> None:
    ann, bob = sign_up(site.url), sign_up(site.url)
    talk, quiet = ann.group("Talk"), bob.group("Quiet")
    bob.join(talk)
    here, there = await sit_down(visit, bob, quiet), await sit_down(visit, bob, quiet)
    await expect(here.page).to_have_title(titled("NAME – Hubbub"))
    assert await here.page.evaluate(ICON) == PLAIN
    for n in range(3):
        ann.send(talk, f"<@{bob.id}> {n}")
    for talker in (here, there):
        await expect(talker.page).to_have_title(titled("(3) NAME – Hubbub"))
    three = await here.until(DRAWN, "")
    ann.send(talk, "to nobody")
    ann.send(talk, f"<@{bob.id}> again")
    await expect(here.page).to_have_title(titled("(4) NAME – Hubbub"))
    await here.until(DRAWN, three)
    await there.go(talk)
    for talker in (here, there):
        await expect(talker.page).to_have_title(titled("NAME – Hubbub"))
        await talker.until(f"(plain) => ({ICON})() === plain", PLAIN)
    await there.go(quiet)
    ann.send(talk, "to nobody")
    await expect(here.page).to_have_title(titled("• NAME – Hubbub"))
    await here.until(DRAWN, three)
    await here.go(talk)
    await expect(here.page).to_have_title("\u2068Talk\u2069 – Hubbub")
    await expect(there.page).to_have_title("\u2068Quiet\u2069 – Hubbub")
    await here.until(f"(plain) => ({ICON})() === plain", PLAIN)


# -- notices on the desktop --------------------------------------------------------------------------


class Notices:
    """What the browser of a visitor was asked to show, in all its tabs."""

    def __init__(self) -> None:
        self.shown: list[dict[str, Any]] = []
        self._news = asyncio.Event()

    async def begin(self, visitor: Visitor) -> None:
        """Before the page is opened."""
        await visitor.context.grant_permissions(["notifications"], origin=visitor.url)
        await visitor.context.expose_function("hubbubTold", self._note)
        await visitor.context.add_init_script(TELL)

    def _note(self, notice: dict[str, Any]) -> None:
        self.shown.append(notice)
        self._news.set()

    async def count(self, wanted: int) -> list[dict[str, Any]]:
        """Once there are so many; more fail the test."""
        async with asyncio.timeout(SECONDS * FACTOR):
            while len(self.shown) < wanted:
                self._news.clear()
                await self._news.wait()
        assert len(self.shown) == wanted, self.shown
        return self.shown


async def listening(visit: Visit, person: Person, channel: str) -> tuple[Talker, Notices]:
    """Somebody at a channel whose notices are seen."""
    visitor, notices = await visit(person), Notices()
    await notices.begin(visitor)
    page = await visitor.sign_in(f"/c/{channel}")
    talker = Talker(visitor, person, channel)
    await expect(talker.log).to_have_attribute("aria-busy", "false")
    await page.evaluate(READY)
    return talker, notices


async def test_one_is_told_once_of_what_is_meant_for_one_and_led_there(
    visit: Visit, site: RunningServer
) -> None:
    ann, bob = sign_up(site.url), sign_up(site.url)
    talk, quiet = ann.group("Talk"), bob.group("Quiet")
    bob.join(talk)
    talker, notices = await listening(visit, bob, quiet)
    other = Talker(talker.visitor, bob, quiet)
    await other.open(await talker.visitor.context.new_page())
    await expect(other.log).to_have_attribute("aria-busy", "false")
    ann.send(talk, f"<@{bob.id}> **bold** `code` <img src=x onerror=alert(1)>")
    (first,) = await notices.count(1)
    assert first["body"] == f"@{bob.name} bold code <img src=x onerror=alert(1)>"
    assert ann.name in first["title"]
    assert "Talk" in first["title"]
    direct = ann.ok("POST", "/dms", {"user_id": bob.id})["id"]
    ann.send(direct, "only for you")
    second = (await notices.count(2))[1]
    assert (second["title"], second["body"]) == (ann.name, "only for you")
    await other.page.close()
    worker = talker.visitor.context.service_workers[0]
    await worker.evaluate(CLICK, second["data"])
    await talker.page.wait_for_url(f"**/#/c/{direct}")
    await talker.sees("only for you")
    await worker.evaluate(CLICK, {"to": "https://elsewhere.example/"})
    await talker.page.wait_for_url(re.compile("#/(c/0)?$"))
    assert len(notices.shown) == 2


async def test_one_is_told_nothing_of_what_one_sees_or_does_not_want(
    visit: Visit, site: RunningServer
) -> None:
    ann, bob = sign_up(site.url), sign_up(site.url)
    here, muted, last = (ann.group(name) for name in ("Here", "Muted", "Last"))
    for channel in (here, muted, last):
        bob.join(channel)
    bob.ok("PUT", f"/channels/{muted}/notify", {"notify": "nothing"})
    talker, notices = await listening(visit, bob, here)
    for channel in (muted, here, last):  # told in this order, if at all
        ann.send(channel, f"<@{bob.id}> in {channel}")
    (told,) = await notices.count(1)
    assert told["body"] == f"@{bob.name} in {last}"
    await talker.page.evaluate("() => { document.hasFocus = () => false; }")
    ann.send(muted, f"<@{bob.id}> again")
    ann.send(here, f"<@{bob.id}> behind another window")
    found = await notices.count(2)
    assert found[1]["body"] == f"@{bob.name} behind another window"


# -- without a server --------------------------------------------------------------------------------


async def test_page_opens_without_a_server_and_what_is_written_goes_out_once(
    visit: Visit, fresh_site: RunningServer
) -> None:
    (writer,) = await meet(visit, fresh_site.url, 1, size=TALL)
    writer.visitor.expect(NO_SERVER)
    await writer.say("before")
    await expect(writer.mark("before", "Sent")).to_be_visible()
    await writer.page.evaluate(READY)
    await asyncio.to_thread(fresh_site.kill)
    await writer.page.reload()
    await writer.shows(["before"])
    banner = writer.page.get_by_role("status").filter(has_text="you see what was last known")
    await expect(banner).to_have_count(1)
    await writer.say("meanwhile")
    await writer.shows(["before", "meanwhile"])
    await writer.page.reload()
    await writer.shows(["before", "meanwhile"])
    await asyncio.to_thread(fresh_site.start)
    await connected(writer)
    await expect(writer.mark("meanwhile", "Sent")).to_be_visible()
    await writer.page.reload()
    await writer.shows(["before", "meanwhile"])
    await expect(banner).to_have_count(0)
    assert stored(writer.person, writer.channel) == ["before", "meanwhile"]


# -- as an app ---------------------------------------------------------------------------------------


async def test_manifest_is_valid_and_its_icons_are_what_it_says(
    visit: Visit, site: RunningServer
) -> None:
    visitor = await visit()
    page = await visitor.open()
    browser = await visitor.context.new_cdp_session(page)
    found = await browser.send("Page.getAppManifest")
    assert found["errors"] == []
    manifest = json.loads(found["data"])
    assert manifest["start_url"] == manifest["scope"] == "/"
    assert manifest["display"] == "standalone"
    for icon in manifest["icons"]:
        answer = call("GET", f"{site.url}{icon['src']}")
        assert (answer.status, answer.headers["content-type"]) == (200, icon["type"])
        size = await page.evaluate(
            """async (src) => {
              const image = Object.assign(new Image(), { src });
              await image.decode();
              return `${image.naturalWidth}x${image.naturalHeight}`;
            }""",
            icon["src"],
        )
        assert icon["sizes"] in (size, "any")
    purposes = {icon.get("purpose", "any"): icon["sizes"] for icon in manifest["icons"]}
    assert purposes["maskable"] == "512x512"


async def test_worker_keeps_the_page_alone_and_signing_out_leaves_nothing(
    visit: Visit, site: RunningServer
) -> None:
    (writer,) = await meet(visit, site.url, 1)
    person, page = writer.person, writer.page
    await page.evaluate(READY)
    await page.reload()
    await writer.say("a secret")
    await writer.sees("a secret")
    await writer.composer.fill("a half secret")
    for route in ("/settings/devices", "/people/friends", f"/c/{writer.channel}/settings"):
        await writer.visitor.open(route)
        await page.get_by_role("main").get_by_role("heading").first.wait_for()
    cached = await page.evaluate(CACHED)
    assert "/" in cached
    allowed = re.compile(r"/|/assets/[\w.-]+|/icon[\w-]*\.(svg|png)|/manifest\.webmanifest")
    assert [path for path in cached if not allowed.fullmatch(path)] == []
    traces = (person.id, person.name, writer.channel, "secret", "token")
    kept = await page.evaluate(KEPT)
    assert [trace for trace in traces if trace not in kept] == [], "void: nothing was kept"
    await writer.visitor.open(f"/c/{writer.channel}")
    await page.get_by_role("button", name=re.compile("^Account")).click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await page.get_by_role("dialog").get_by_role("button", name="Sign out").click()
    await page.get_by_role("heading", name="Sign in to Hubbub").wait_for()
    gone = (
        "async (traces) => ((kept) => !traces.some((trace) => kept.includes(trace)))(await ("
        + KEPT
        + ")())"
    )
    await writer.until(gone, list(traces))
    assert set(await page.evaluate(CACHED)) == set(cached)


# -- a newer version ---------------------------------------------------------------------------------


@pytest.fixture
def own_source(built_client: None, tmp_path: Path) -> Iterator[RunningServer]:
    """A server that serves a copy of what was built, in `source` of its folder."""
    source = tmp_path / "source"
    shutil.copytree(SOURCE, source, ignore=shutil.ignore_patterns("__pycache__"))
    with running(tmp_path, source=source) as server:
        claim(server)
        yield server


def entry_of(page: Path) -> str:
    """The script that the page begins with, without its folder and its `.js`."""
    found = re.search(r"/assets/(index-[\w-]+)\.js", page.read_text())
    assert found, page.read_text()
    return found[1]


def rebuilt(folder: Path) -> str:
    """Gives the first script another name, in all files that name it, as another build would do."""
    name, newer = entry_of(folder / "index.html"), "index-Newer000"
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        if path.suffix == ".gz":
            path.unlink()
        elif path.suffix in (".js", ".html"):
            path.write_text(path.read_text().replace(f"{name}.js", f"{newer}.js"))
    (folder / "assets" / f"{name}.js").rename(folder / "assets" / f"{newer}.js")
    return newer


async def loads(page: Page, name: str) -> None:
    await expect(page.locator(f'script[src="/assets/{name}.js"]')).to_be_attached()


async def built_anew(writer: Talker, server: RunningServer) -> tuple[str, Locator]:
    """A newer version is served to an open page, which says so: its first script, and what is said."""
    folder = server.folder / "source" / "hubbub" / "web_dist"
    writer.visitor.expect(NO_SERVER)
    await loads(writer.page, entry_of(folder / "index.html"))
    await writer.page.evaluate(READY)
    await asyncio.to_thread(server.kill)
    newer = rebuilt(folder)
    await asyncio.to_thread(server.start)
    await connected(writer)
    said = writer.page.get_by_role("status").filter(has_text="A new version of this page")
    await expect(said).to_be_visible()
    return newer, said


async def test_newer_version_is_said_and_taken_by_reloading(
    visit: Visit, own_source: RunningServer
) -> None:
    (writer,) = await meet(visit, own_source.url, 1)
    newer, said = await built_anew(writer, own_source)
    await writer.composer.fill("half a thought")
    async with writer.page.expect_navigation():
        await said.get_by_role("button", name="Reload").click()
    await loads(writer.page, newer)
    await expect(writer.composer).to_have_value("half a thought")
    await expect(said).to_have_count(0)
    assert f"/assets/{newer}.js" in await writer.page.evaluate(CACHED)


async def test_page_that_was_reloaded_is_the_newer_version_and_does_not_say_so_again(
    visit: Visit, own_source: RunningServer
) -> None:
    (writer,) = await meet(visit, own_source.url, 1)
    newer, said = await built_anew(writer, own_source)
    await writer.page.reload()  # by the browser's own button
    await loads(writer.page, newer)
    async with asyncio.timeout(SECONDS * FACTOR):
        await writer.page.evaluate(BEGUN)
    assert f"/assets/{newer}.js" in await writer.page.evaluate(CACHED)
    await expect(said).to_have_count(0)
