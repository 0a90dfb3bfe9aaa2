"""Very much in one channel: fifty thousand messages, and two hundred more each second."""

import asyncio
import contextlib
import sqlite3

from playwright.async_api import expect

from browser.talking import TALL, Visit, sit_down, stored
from support.rest import sign_up
from support.server import RunningServer
from support.sockets import Native

MANY = 50_000
# Rows beyond the screen are there for a while, but not more than this.
ROWS = 150
FLOOD, A_SECOND = 600, 200
_WATCH = """() => {
  window.most = 0;
  const count = () => { window.most = Math.max(window.most, document.querySelectorAll('article').length); };
  new MutationObserver(count).observe(document.querySelector('[role=log]'), { childList: true, subtree: true });
  count();
}"""
_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def fill(server: RunningServer, channel: str, first: int) -> None:
    """Copies the only message there is up to MANY, a second apart, while the server is not running."""
    server.terminate()
    path = server.data / "hubbub.db"
    with contextlib.closing(sqlite3.connect(path)) as file, file as database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(messages)")]
        changed = {
            "id": "id - (:many - n) * 4096",
            "seq": "n",
            "version": "version - 1 + n",
            "content": "'line ' || n",
            "nonce": "NULL",
            "created_at": "created_at - (:many - n) * 1000",
        }
        chosen = ", ".join(changed.get(column, column) for column in columns)
        database.execute(
            "CREATE TEMP TABLE made AS WITH RECURSIVE numbers(n) AS "  # columns of the schema
            f"(SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :many) SELECT {chosen} FROM messages, numbers "
            "WHERE messages.id = :first",
            {"many": MANY, "first": first},
        )
        database.execute("DELETE FROM messages WHERE id = ?", (first,))
        database.execute("INSERT INTO messages SELECT * FROM made")
        database.execute(
            "UPDATE channels SET last_seq = ?, version = version - 1 + ? WHERE id = ?",
            (MANY, MANY, int(channel)),
        )
    server.start()


async def test_fifty_thousand_messages_are_never_many_rows(
    visit: Visit, fresh_site: RunningServer
) -> None:
    person = sign_up(fresh_site.url)
    channel = person.group()
    sent = person.send(channel, "line 1")
    await asyncio.to_thread(fill, fresh_site, channel, int(sent["id"]))
    talker = await sit_down(visit, person, channel)
    await talker.page.evaluate(_WATCH)
    await talker.log.hover()
    numbers: list[int] = []
    for _ in range(60):
        await talker.page.mouse.wheel(0, -2_000)
        await talker.page.evaluate(_FRAMES)
        numbers = [int(line.removeprefix("line ")) for line in await talker.on_screen()]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert numbers[0] < MANY - 300, "void: it did not scroll"
    await (
        talker.page.get_by_role("button", name="new message")
        .or_(talker.page.get_by_role("button", name="To the latest message"))
        .click()
    )
    await expect(talker.message(f"line {MANY}")).to_be_in_viewport()
    await talker.say("one more")
    await expect(talker.message("one more")).to_be_in_viewport()
    assert 0 < await talker.page.evaluate("() => window.most") < ROWS


async def pour(socket: Native, channel: str) -> None:
    """So many messages a second, in tenths of a second."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    for n in range(FLOOD):
        data = {"channel_id": channel, "content": f"flood {n}", "nonce": str(n)}
        await socket.send({"type": "send_message", "data": data})
        # The pace is what is tested, not something that is waited for.
        if (ahead := n / A_SECOND - (loop.time() - begun)) > 0.1:
            await asyncio.sleep(ahead)
    await socket.drain()


async def test_typing_stays_whole_while_two_hundred_messages_a_second_arrive(
    visit: Visit, site: RunningServer
) -> None:
    person, crowd = sign_up(site.url), sign_up(site.url)
    channel = person.group()
    crowd.join(channel)
    writer = await sit_down(visit, person, channel, size=TALL)
    text = "the quick brown fox jumps over the lazy dog, and then once more 你好 " * 3
    async with Native(site.ws, crowd.token) as socket:
        flood = asyncio.create_task(pour(socket, channel))
        await writer.sees("flood 20")
        await writer.composer.press_sequentially(text)
        await expect(writer.composer).to_have_value(text)
        await writer.composer.press("Enter")
        await flood
    await expect(writer.message(f"flood {FLOOD - 1}")).to_be_in_viewport()
    found = stored(person, channel)
    assert [line for line in found if line.startswith("flood")] == [
        f"flood {n}" for n in range(FLOOD)
    ]
    assert [line for line in found if not line.startswith("flood")] == [text.strip()]
    shown = await writer.lines()
    assert shown == found[-len(shown) :]
