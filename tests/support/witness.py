"""Sees what a page does that nobody asked it to: what hostile content would do, and what an address alone must not."""

import json
import re
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.async_api import Dialog, Frame, Page, Request, WebSocket

from support.browser import Visitor

# What may only be looked at, and what a page says of itself unasked: that one has seen something.
LOOKING: Final = frozenset(
    ("connect", "heartbeat", "history", "mark_read", "mark_delivered", "typing")
)
_QUIET_POSTS: Final = frozenset(("/api/v1/auth/refresh", "/csp-reports"))
_ALARM: Final = """
Object.defineProperty(window, 'xss', { configurable: true, get: () => undefined, set: () => window.hubbubAlarm('a script ran') });
const TAGS = new Set(['SCRIPT', 'STYLE', 'LINK', 'META', 'BASE', 'TITLE', 'IFRAME', 'FRAME', 'OBJECT', 'EMBED', 'PORTAL', 'APPLET', 'AUDIO',
  'VIDEO', 'SOURCE', 'MARQUEE', 'MATH', 'ANIMATE', 'SET', 'FOREIGNOBJECT', 'NOSCRIPT', 'XMP', 'PLAINTEXT']);
const ADDRESSES = ['href', 'src', 'action', 'formaction', 'xlink:href', 'data', 'poster', 'background'];
const look = (node) => {
  if (TAGS.has(node.nodeName.toUpperCase()) && document.body?.contains(node)) window.hubbubAlarm(`there is ${node.outerHTML.slice(0, 200)}`);
  for (const name of node.getAttributeNames()) {
    if (name.startsWith('on')) window.hubbubAlarm(`handler ${name} of ${node.outerHTML.slice(0, 200)}`);
    if (!ADDRESSES.includes(name)) continue;
    const value = node.getAttribute(name);
    const scheme = URL.canParse(value, location.href) ? new URL(value, location.href).protocol : 'none';
    if (!['http:', 'https:', 'mailto:', 'blob:'].includes(scheme)) window.hubbubAlarm(`address ${name}=${value}`);
  }
};
const all = (node) => {
  if (!(node instanceof Element)) return;
  look(node);
  node.querySelectorAll('*').forEach(look);
};
new MutationObserver((records) => records.forEach(({ type, target, addedNodes }) => type === 'attributes' ? look(target) : addedNodes.forEach(all)))
  .observe(document, { childList: true, subtree: true, attributes: true });
"""


class Witness:
    """Of one visitor, from before the page is opened. `alarms`: scripts, handlers, dialogs, windows, elements and addresses
    that have no place in the client, and leaving the page. `deeds`: what the page asked the server to change."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.alarms: list[str] = []
        self.deeds: list[str] = []

    async def begin(self) -> None:
        """Takes its place."""
        context, page = self.visitor.context, self.visitor.page
        await context.expose_function("hubbubAlarm", self._on_alarm)
        await page.add_init_script(_ALARM)
        page.on("dialog", self._on_dialog)
        page.on("popup", lambda popup: self.alarms.append(f"window {popup.url}"))
        page.on("framenavigated", self._on_frame)
        page.on("request", self._on_request)
        page.on("websocket", self._on_socket)

    async def calm(self) -> list[str]:
        """Everything alarming so far, once what was going on in the page has been told."""
        await self.visitor.page.evaluate("() => new Promise((done) => setTimeout(done))")
        return self.alarms

    def _on_alarm(self, text: str) -> None:
        self.alarms.append(text)

    async def _on_dialog(self, dialog: Dialog) -> None:
        self.alarms.append(f"dialog {dialog.message}")
        await dialog.dismiss()

    def _on_frame(self, frame: Frame) -> None:
        here, parts = urlsplit(self.visitor.url), urlsplit(frame.url)
        if frame.parent_frame is not None or parts[:3] != (here.scheme, here.netloc, "/"):
            self.alarms.append(f"went to {frame.url}")

    def _on_request(self, request: Request) -> None:
        path = urlsplit(request.url).path
        if request.method not in ("GET", "HEAD") and path not in _QUIET_POSTS:
            self.deeds.append(f"{request.method} {path}")

    def _on_socket(self, socket: WebSocket) -> None:
        socket.on("framesent", self._on_frame_sent)

    def _on_frame_sent(self, payload: str | bytes) -> None:
        sent: dict[str, Any] = json.loads(payload)
        if sent["type"] not in LOOKING:
            self.deeds.append(f"frame {sent['type']}")


async def watched(visitor: Visitor) -> Witness:
    """A witness who has begun."""
    witness = Witness(visitor)
    await witness.begin()
    return witness


async def usable(page: Page) -> None:
    """The page shows something, and its first button with an action does it: the switcher opens and closes."""
    await page.get_by_role("button", name=re.compile(r"^Jump to")).first.click()
    await page.get_by_role("dialog", name="Jump to a place").wait_for()
    await page.keyboard.press("Escape")
    await page.get_by_role("dialog").wait_for(state="detached")
