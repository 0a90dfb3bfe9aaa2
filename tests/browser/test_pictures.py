"""Pictures of people and pictures that are messages, whole and broken."""

import struct
import zlib
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import expect

from browser.talking import Talker
from support.browser import Visitor
from support.rest import HTTP, Person, sign_up
from support.server import RunningServer

Visit = Callable[..., Awaitable[Visitor]]
WIDTH, HEIGHT = 40, 20


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png() -> bytes:
    """A red one of WIDTH × HEIGHT."""
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    rows = (b"\0" + b"\xff\0\0" * WIDTH) * HEIGHT
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


# The server tells a picture by its first bytes: the rest may be anything.
BROKEN = png()[:8] + b"rubbish" * 50


def show(person: Person, channel: str, content: bytes) -> None:
    """As a client of channelchat sends a picture."""
    url = f"{person.url}/channelchat/api/v1/channels/{channel}/image"
    query = {"accesstoken": person.token}
    answer = HTTP.post(url, params=query, files={"image": ("a.png", content)})
    assert answer.status_code < 300, answer.text


def wear(person: Person, content: bytes) -> None:
    url, headers = (
        f"{person.url}/api/v1/users/@me/avatar",
        {"authorization": f"Bearer {person.token}"},
    )
    assert HTTP.put(url, headers=headers, content=content).status_code == 200


async def at_the_channel(visit: Visit, person: Person, channel: str) -> Talker:
    visitor = await visit(person)
    await visitor.sign_in(f"/c/{channel}")
    return Talker(visitor, person, channel)


async def test_pictures_of_another_dialect_are_seen(visit: Visit, site: RunningServer) -> None:
    ann, bob = sign_up(site.url), sign_up(site.url)
    channel = ann.group("Pictures")
    bob.join(channel)
    wear(ann, png())
    show(ann, channel, png())
    talker = await at_the_channel(visit, bob, channel)
    picture = talker.log.get_by_role("img", name=f"Picture by {ann.name}")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("(image) => [image.naturalWidth, image.naturalHeight]") == [
        WIDTH,
        HEIGHT,
    ]
    face = talker.log.locator("article .avatar img")
    await expect(face).to_be_visible()
    assert await face.evaluate("(image) => image.naturalWidth") == WIDTH
    show(ann, channel, png())  # while one looks
    await expect(talker.log.get_by_role("img", name=f"Picture by {ann.name}")).to_have_count(2)


@pytest.mark.parametrize("how", ["rubbish", "refused"])
async def test_where_a_picture_is_broken_its_name_and_a_letter_stand(
    visit: Visit, site: RunningServer, how: str
) -> None:
    ann, bob = sign_up(site.url), sign_up(site.url)
    channel = ann.group("Pictures")
    bob.join(channel)
    content = BROKEN if how == "rubbish" else png()
    wear(ann, content)
    show(ann, channel, content)
    visitor = await visit(bob)
    if how == "refused":
        visitor.expect("status of 500")
        for wanted in ("**/image", "**/avatar**"):
            await visitor.context.route(
                wanted, lambda route: route.fulfill(status=500, body="<p>no")
            )
    await visitor.sign_in(f"/c/{channel}")
    talker = Talker(visitor, bob, channel)
    row = talker.log.get_by_role("article")
    await expect(row).to_contain_text(f"Picture by {ann.name}")
    assert "/image" not in await row.inner_text()
    await expect(row.locator(".avatar")).to_have_attribute("data-letter", ann.name[0].upper())
    await expect(row.locator("img")).to_have_count(0)
    await talker.say("still here")
    await talker.sees("still here")
