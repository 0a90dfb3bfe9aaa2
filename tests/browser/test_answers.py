"""The server answers something else than it should: nothing is lost, and what went wrong is said."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Route, WebSocketRoute, expect

from browser.talking import (
    NO_SERVER,
    TALL,
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
from support.server import RunningServer, running
from support.setup import claim

# What Chromium itself says of a server that answers something else.
NO_ANSWER = "^console: (Failed to load resource|WebSocket connection|.*Unexpected response code)"


@contextlib.asynccontextmanager
async def impostor(port: int, answer: bytes) -> AsyncIterator[None]:
    """Something else listens where the server was, and says the same to everything."""

    async def reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(reply, "127.0.0.1", port):
        yield


def http(status: str, body: str, kind: str) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return (head + body).encode()


WRONG = {
    "500": http("500 Internal Server Error", "{}", "application/json"),
    "HTML": http("200 OK", "<!doctype html><title>Sign in to the Wi-Fi</title>", "text/html"),
    "garbage": b"\x00\xff garbage \r\n\r\n",
    "429": http(
        "429 Too Many Requests", '{"code":"rate_limited","message":"x"}', "application/json"
    ),
}


@pytest.mark.parametrize("kind", WRONG)
async def test_server_that_answers_something_else_costs_nothing(
    visit: Visit, fresh_site: RunningServer, kind: str
) -> None:
    (writer,) = await meet(visit, fresh_site.url, 1, size=TALL)
    writer.visitor.expect(f"{NO_SERVER}|{NO_ANSWER}")
    await writer.say("before")
    await writer.sees("before")
    await kept(writer)
    await asyncio.to_thread(fresh_site.kill)
    async with impostor(fresh_site.port, WRONG[kind]):
        await queue(writer, ["one", "two"])
        await writer.page.get_by_role("button", name="Try now").click()
        await writer.page.evaluate("() => dispatchEvent(new Event('online'))")
        if kind != "HTML":  # whose page would be shown, as it should be
            await writer.page.reload()
        await expect(writer.banner).to_contain_text("what you write is kept")
        await writer.shows(["before", "one", "two"])
    await asyncio.to_thread(fresh_site.start)
    await connected(writer)
    await writer.shows(["before", "one", "two"])
    await expect(writer.mark("two", "Sent")).to_be_visible()
    assert stored(writer.person, writer.channel) == ["before", "one", "two"]


ANSWERS: dict[str, dict[str, Any]] = {
    "500": {"status": 500, "json": {"code": "internal", "message": "Something broke."}},
    "HTML": {"status": 200, "body": "<h1>Hello</h1>", "content_type": "text/html"},
    "another shape": {"status": 200, "json": {"messages": [{"id": 5}], "has_more": "yes"}},
    "429": {"status": 429, "json": {"code": "rate_limited", "message": "Wait.", "retry_after": 1}},
}


@pytest.mark.parametrize("kind", ANSWERS)
async def test_history_that_does_not_come_is_said_and_asked_for_again(
    visit: Visit, site: RunningServer, kind: str
) -> None:
    person = sign_up(site.url)
    channel = person.group()
    person.send(channel, "it was here all the time")
    visitor = await visit(person)
    visitor.expect(NO_ANSWER)

    async def wrong(route: Route) -> None:
        await route.fulfill(**ANSWERS[kind])

    await visitor.context.route("**/messages?*", wrong)
    await visitor.sign_in(f"/c/{channel}")
    talker = Talker(visitor, person, channel)
    alert = talker.page.get_by_role("alert").filter(has_text="could not be loaded")
    await expect(alert).to_be_visible()
    await visitor.context.unroute("**/messages?*")
    await alert.get_by_role("button").click()
    await talker.shows(["it was here all the time"])
    await expect(alert).to_have_count(0)


GARBAGE = [
    "",
    "null",
    "[1, 2]",
    "{",
    '{"type": 5}',
    '{"type": "new_message"}',
    '{"type": "new_message", "data": {"channel_id": 5, "message": []}}',
    '{"type": "message_ack", "ref": 1, "data": {"seq": "first"}}',
    '{"type": "of tomorrow", "data": {}}',
    "x" * 300_000,
]


async def test_frames_that_are_garbage_are_passed_over(visit: Visit, site: RunningServer) -> None:
    sockets: list[WebSocketRoute] = []

    def connect(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        socket.connect_to_server()

    writer, reader = await meet(visit, site.url, size=TALL)
    reader.visitor.expect("passed over a frame")
    await reader.visitor.context.route_web_socket("**/gateway", connect)
    await reader.page.reload()
    await connected(reader)
    await reader.composer.fill("a draft")
    for frame in GARBAGE:
        sockets[-1].send(frame)
    await writer.say("real")
    await reader.sees("real")
    await expect(reader.composer).to_have_value("a draft")
    await reader.composer.press("Enter")
    await writer.shows(["real", "a draft"])
    assert len(sockets) == 1, "it was connected anew"


async def test_who_writes_too_fast_waits_and_loses_nothing(
    visit: Visit, built_client: None, tmp_path: Path
) -> None:
    with running(tmp_path, {"HUBBUB_RATE_LIMITS": "on"}) as server:
        claim(server)
        person = sign_up(server.url)
        channel = person.group()
        talker = await sit_down(visit, person, channel, size=TALL)
        wanted = [f"line {n}" for n in range(26)]  # 20 at once, then 5 a second
        for text in wanted:
            await talker.say(text)
        await talker.shows(wanted)
        await expect(talker.log.get_by_role("alert")).to_have_count(0)
        await expect(talker.mark("line 25", "Sent")).to_be_visible()
        assert stored(person, channel) == wanted
