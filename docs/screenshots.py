"""Takes the README's pictures: a small community on a server of its own, in both languages and themes and at three sizes.

PYTHONPATH=tests .venv/bin/python docs/screenshots.py; writes docs/images/*.webp. The pictures need fonts for emoji and
for Chinese: `apt-get install fonts-noto-color-emoji fonts-noto-cjk`, if there are boxes where these should be.
"""

import asyncio
import base64
import contextlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.async_api import Browser, async_playwright

from support.browser import ARGUMENTS, chromium_path, visitor
from support.server import running
from support.setup import claim
from support.sockets import Native
from support.town import Town, build
from support.walk import Look, button, current, look

IMAGES: Final = Path(__file__).parent / "images"
# Who is there meanwhile.
ONLINE: Final = ("teo", "ines", "sam", "xiaoyu", "hao")
MOST_BYTES: Final = 150_000
_PACK: Final = """async (png) => {
  const picture = Object.assign(new Image(), { src: `data:image/png;base64,${png}` });
  await picture.decode();
  const canvas = Object.assign(document.createElement('canvas'), { width: picture.width, height: picture.height });
  canvas.getContext('2d').drawImage(picture, 0, 0);
  return canvas.toDataURL('image/webp', 0.9).split(',')[1];
}"""
SIZES: Final = {390: 844, 768: 1024, 1440: 900}


@dataclass(frozen=True)
class Picture:
    """Of what, for whom; without a `person` of the entry."""

    look: Look
    person: str
    language: str
    theme: str
    width: int

    @property
    def file(self) -> Path:
        """Such as `planting-en-light-1440.webp`."""
        name = f"{self.look.name}-{self.language[:2]}-{self.theme}-{self.width}.webp"
        return IMAGES / name


def pictures(town: Town) -> list[Picture]:
    """What the README shows."""
    garden = f"/c/{town.channels['planting']}"
    reading = f"/c/{town.reading}"
    direct = f"/c/{town.direct}"
    matrix = f"/c/{town.channels['committee']}/settings/permissions"
    people = "/admin/people"
    talk = Look("server", garden, "main article")
    chinese = Look("server", reading, "main article")
    entry = Look("entry", "/", "main form")
    emoji = (button("Insert an emoji", "插入表情"),)
    picker = Look("emoji", reading, "main article", emoji, "[role=dialog] .grid button")
    roles = Look("permissions", matrix, current(matrix))
    admin = Look("admin", people, current(people))
    return [
        Picture(entry, "", "en-US", "light", 768),
        Picture(entry, "", "zh-CN", "dark", 390),
        Picture(talk, "mara", "en-US", "light", 1440),
        Picture(talk, "mara", "en-US", "dark", 768),
        Picture(chinese, "xiaoyu", "zh-CN", "dark", 1440),
        Picture(chinese, "xiaoyu", "zh-CN", "light", 390),
        Picture(picker, "xiaoyu", "zh-CN", "light", 768),
        Picture(Look("direct", direct, "main article"), "mara", "en-US", "dark", 390),
        Picture(Look("list", "/", "nav li a"), "mara", "en-US", "light", 390),
        Picture(roles, "mara", "en-US", "light", 1440),
        Picture(admin, "mara", "zh-CN", "dark", 1440),
    ]


async def take(browser: Browser, town: Town, picture: Picture) -> None:
    """Writes one; raises where the page has troubles or the file is too large."""
    size = (picture.width, SIZES[picture.width])
    person = town.people.get(picture.person)
    url = town.people["mara"].url
    options = {"locale": picture.language, "color_scheme": picture.theme}
    async with contextlib.AsyncExitStack() as stack:
        for name in ONLINE:
            await stack.enter_async_context(
                Native(url.replace("http", "ws", 1), town.people[name].token)
            )
        who = await stack.enter_async_context(
            await visitor(browser, url, person, size=size, **options)
        )
        if person is None:
            await who.open()
            await who.page.locator(picture.look.mark).wait_for()
        else:
            await who.sign_in()
            await look(who, picture.look)
        await who.page.evaluate("() => document.fonts.ready")
        shot = await who.page.screenshot(animations="disabled", caret="hide")
    assert not who.unexpected(), who.unexpected()
    packed = await pack(browser, shot)
    written = picture.file.write_bytes(packed)
    assert written <= MOST_BYTES, f"{picture.file} has {written} bytes"
    print(f"{picture.file.relative_to(IMAGES.parents[1])}  {written // 1000} KB")


async def pack(browser: Browser, shot: bytes) -> bytes:
    """A PNG as WebP, which is a third of it; by the browser itself."""
    page = await browser.new_page()
    packed: str = await page.evaluate(_PACK, base64.b64encode(shot).decode())
    await page.close()
    return base64.b64decode(packed)


async def main(town: Town) -> None:
    """All of them, in place of those that were there."""
    IMAGES.mkdir(exist_ok=True)
    for old in IMAGES.glob("*.webp"):
        old.unlink()
    async with async_playwright() as playwright:
        path = chromium_path()
        browser = await playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        for picture in pictures(town):
            await take(browser, town, picture)
        await browser.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as server:
        admin = claim(server)
        town = build(server.url)
        admin.ok("PATCH", f"/admin/users/{town.people['mara'].id}", {"admin": True})
        asyncio.run(main(town))
