"""What is done with the web client in Chromium, and measured inside it."""

import asyncio
import contextlib
import itertools
import json
import re
import statistics
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from playwright.async_api import CDPSession, Locator, Page, Response
from websockets.asyncio.client import ClientConnection

from support.browser import Visitor
from support.rest import Person
from support.sockets import Native

Figures = dict[str, float]

_LOADS: Final = 3
_SLOWER: Final = 4
_PER_SECOND: Final = 200
_WRITERS: Final = 4
_KEYS_PER_SECOND: Final = 12
_TEXT: Final = "how long until one sees what one types "
_SPEED: Final = 2_500  # px/s: a quick hand on a wheel
_LOADED: Final = ("document", "script", "stylesheet")

_WATCH_FRAMES: Final = """() => {
  const found = window.budget = { times: [], nodes: 0 };
  const step = (time) => {
    found.times.push(time);
    if (found.times.length % 15 === 0) found.nodes = Math.max(found.nodes, document.getElementsByTagName('*').length);
    if (window.budget === found) requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}"""
_FRAMES: Final = "() => { const found = window.budget; window.budget = null; return found; }"
# From when the browser had the key to when the frame that shows it has been handed on.
_WATCH_KEYS: Final = """() => {
  window.keys = [];
  addEventListener('keydown', (event) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => window.keys.push(performance.now() - event.timeStamp);
    port2.postMessage(null);
  }), { capture: true });
}"""
_NODES: Final = "() => document.getElementsByTagName('*').length"


@dataclass(frozen=True)
class Place:
    """A channel with very much in it, who reads there and who writes."""

    url: str
    ws: str
    channel: str
    reader: Person
    writer: Person


async def sign_in(place: Place, who: Visitor) -> Figures:
    """By the form; the rest is measured as somebody who stays signed in."""
    await who.sign_in(f"/c/{place.channel}")
    await who.interactive()
    return {}


async def load(place: Place, who: Visitor) -> Figures:
    """With nothing in the cache, several times; the median."""
    cdp = await who.context.new_cdp_session(who.page)
    sizes, times = [], []
    for _ in range(_LOADS):
        await _forget(cdp, place.url)
        await cdp.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
        bytes_loaded, ms = await _load(place, who)
        await cdp.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        sizes.append(bytes_loaded / 1024)
        times.append(ms / 1000)
    nodes = await who.page.evaluate(_NODES)
    return {
        "first_load_kb": max(sizes),
        "interactive_s": statistics.median(times),
        "nodes": float(nodes),
    }


async def _forget(cdp: CDPSession, origin: str) -> None:
    """What a first visit would not have; the sign-in stays."""
    await cdp.send("Network.clearBrowserCache")
    kinds = "service_workers,cache_storage"
    await cdp.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": kinds})


async def _load(place: Place, who: Visitor) -> tuple[int, float]:
    """Bytes of bodies on the wire until the client can be used, and the time until then in ms."""
    found: list[Response] = []

    def note(response: Response) -> None:
        found.append(response)

    await who.page.goto("about:blank")  # what the page before is still loading is not of this one
    who.page.on("response", note)
    try:
        await who.open(f"/c/{place.channel}")
        ms = await who.interactive()
    finally:
        who.page.remove_listener("response", note)
    wanted = [
        response
        for response in found
        if response.request.resource_type in _LOADED and response.url.startswith(place.url)
    ]
    sizes = [await response.request.sizes() for response in wanted]
    assert len(sizes) >= 2, "neither a page nor a script was loaded"
    return sum(size["responseBodySize"] for size in sizes), ms


async def scroll(place: Place, who: Visitor, seconds: float) -> Figures:
    """Back in time with the wheel, one long gesture; frames are those that the page's own thread makes."""
    timeline = await _timeline(place, who)
    box = await timeline.bounding_box()
    assert box is not None, "the timeline cannot be seen"
    newest = await _first_seen(who.page)
    cdp = await who.context.new_cdp_session(who.page)
    await who.page.evaluate(_WATCH_FRAMES)
    gesture = {
        "x": box["x"] + box["width"] / 2,
        "y": box["y"] + box["height"] / 2,
        "yDistance": int(_SPEED * seconds),
        "speed": _SPEED,
        "gestureSourceType": "mouse",
    }
    await cdp.send("Input.synthesizeScrollGesture", gesture)
    found = await who.page.evaluate(_FRAMES)
    assert await _first_seen(who.page) != newest, "the wheel moved nothing"
    return {**_frames(found["times"]), "nodes": float(found["nodes"])}


def _frames(times: list[float]) -> Figures:
    assert len(times) > 1, "no frame was made"
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    return {
        "scroll_fps": 1000 * len(gaps) / (times[-1] - times[0]),
        "scroll_gap_ms": max(gaps),
    }


async def _timeline(place: Place, who: Visitor) -> Locator:
    await who.open(f"/c/{place.channel}")
    await who.interactive()
    timeline = who.page.get_by_test_id("timeline")
    await timeline.wait_for()
    await who.until("() => document.querySelector('[role=log]')?.textContent.length > 200")
    return timeline


async def _first_seen(page: Page) -> str:
    """What stands at the top of the log."""
    return str(
        await page.evaluate("() => document.querySelector('[role=log]').textContent.slice(0, 200)")
    )


async def type_while_others_write(place: Place, who: Visitor, seconds: float) -> Figures:
    """At the speed of a good typist, at the newest messages."""
    await who.page.reload()
    await _timeline(place, who)
    page = who.page
    composer = page.get_by_placeholder(re.compile("^Message"))
    await composer.fill("")
    await composer.click()
    await page.evaluate(_WATCH_KEYS)
    await page.evaluate(_WATCH_FRAMES)
    async with _others(place, seconds + 2) as written:
        typed = await _type(page, seconds)
        arrived = written()
    nodes = (await page.evaluate(_FRAMES))["nodes"]
    latencies = sorted(await page.evaluate("() => window.keys"))
    assert len(latencies) > 10, "no key was heard"
    left = await composer.input_value()
    await composer.fill("")
    return {
        "arrived_per_s": arrived,
        "typed_p50_ms": statistics.median(latencies),
        "typed_p95_ms": latencies[int(len(latencies) * 0.95)],
        "typed_lost": float(len(typed) - len(left) if typed.startswith(left) else len(typed)),
        "nodes": float(nodes),
    }


async def _type(page: Page, seconds: float) -> str:
    """A key is pressed when it is due, not when the one before was done."""
    pressed = ""
    presses: list[asyncio.Task[None]] = []
    start = time.monotonic()
    for n in range(int(seconds * _KEYS_PER_SECOND)):
        await asyncio.sleep(max(0.0, start + n / _KEYS_PER_SECOND - time.monotonic()))
        key = _TEXT[n % len(_TEXT)]
        presses.append(asyncio.create_task(page.keyboard.press("Space" if key == " " else key)))
        pressed += key
    await asyncio.gather(*presses)
    return pressed


@asynccontextmanager
async def _others(place: Place, seconds: float) -> AsyncIterator[Callable[[], float]]:
    """People who write together so many messages a second; it says how many a second were acknowledged."""
    async with contextlib.AsyncExitStack() as stack:
        sockets = [
            await stack.enter_async_context(Native(place.ws, place.writer.token))
            for _ in range(_WRITERS)
        ]
        counts = [0] * _WRITERS
        start = time.monotonic()
        tasks = [
            asyncio.create_task(part)
            for n, socket in enumerate(sockets)
            for part in (_write(socket.ws, place.channel, seconds), _count(socket.ws, counts, n))
        ]
        try:
            yield lambda: sum(counts) / (time.monotonic() - start)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _write(ws: ClientConnection, channel: str, seconds: float) -> None:
    start, period = time.monotonic(), _WRITERS / _PER_SECOND
    for n in range(int(seconds / period)):
        await asyncio.sleep(max(0.0, start + n * period - time.monotonic()))
        data = {"channel_id": channel, "content": f"message {n} of many, and one reads on"}
        await ws.send(json.dumps({"type": "send_message", "ref": str(n), "data": data}))


async def _count(ws: ClientConnection, counts: list[int], index: int) -> None:
    async for frame in ws:
        counts[index] += '"message_ack"' in str(frame)
