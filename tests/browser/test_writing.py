"""What people write, and how it is shown: marks, keys, an input method, drafts, and the longest message."""

import re

from playwright.async_api import expect

from browser.talking import TALL, Visit, meet, stored
from support.server import RunningServer

MARKDOWN = """**bold** and *slanted* and `code`

- one
- two

> quoted

```python
print("<b>hi</b>")
```

[a page](https://example.org/) <b>no tag</b>"""


async def test_markdown_looks_as_it_should_and_tags_stay_text(
    visit: Visit, site: RunningServer
) -> None:
    writer, reader = await meet(visit, site.url)
    await writer.say(MARKDOWN)
    row = reader.log.get_by_role("article")
    await expect(row.locator("strong")).to_have_text("bold")
    await expect(row.locator("em")).to_have_text("slanted")
    await expect(row.locator("p code")).to_have_text("code")
    await expect(row.get_by_role("listitem")).to_have_text(["one", "two"])
    await expect(row.locator("blockquote")).to_have_text("quoted")
    await expect(row.locator("pre code")).to_contain_text('print("<b>hi</b>")')
    link = row.get_by_role("link", name="a page")
    await expect(link).to_have_attribute("href", "https://example.org/")
    await expect(link).to_have_attribute("rel", re.compile("noopener"))
    await expect(row.locator("b")).to_have_count(0)
    await expect(row).to_contain_text("<b>no tag</b>")


async def test_shortcuts_put_marks_around_what_is_selected(
    visit: Visit, site: RunningServer
) -> None:
    (writer,) = await meet(visit, site.url, 1)
    await writer.composer.fill("word")
    for keys, wanted in {"b": "**word**", "i": "***word***", "e": "***`word`***"}.items():
        if keys == "b":
            await writer.composer.press("Control+a")
        await writer.composer.press(f"Control+{keys}")
        await expect(writer.composer).to_have_value(wanted)
    await writer.composer.press("End")
    await writer.composer.press("Shift+Enter")
    await writer.composer.press_sequentially("next")
    await writer.composer.press("Enter")
    await expect(writer.log.get_by_role("img", name="Sent")).to_be_visible()
    assert stored(writer.person, writer.channel) == ["***`word`***\nnext"]


async def test_enter_of_an_input_method_does_not_send(visit: Visit, site: RunningServer) -> None:
    writer, reader = await meet(visit, site.url)
    await writer.composer.focus()
    keyboard = await writer.page.context.new_cdp_session(writer.page)
    composition = {"text": "ni hao", "selectionStart": 6, "selectionEnd": 6}
    await keyboard.send("Input.imeSetComposition", composition)
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    await keyboard.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
    await keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", **enter})
    await expect(writer.composer).to_have_value("ni hao")
    await keyboard.send("Input.insertText", {"text": "你好"})
    await expect(writer.composer).to_have_value("你好")
    assert stored(writer.person, writer.channel) == []
    await writer.composer.press("Enter")
    await reader.shows(["你好"])


async def test_drafts_stay_with_their_channels_over_a_reload(
    visit: Visit, site: RunningServer
) -> None:
    (writer,) = await meet(visit, site.url, 1)
    other = writer.person.group("the other")
    await writer.composer.fill("for the first")
    await writer.go(other)
    await expect(writer.composer).to_have_value("")
    await writer.composer.fill("for the other")
    await writer.page.reload()
    await expect(writer.composer).to_have_value("for the other")
    await writer.go(writer.channel)
    await expect(writer.composer).to_have_value("for the first")
    await writer.composer.press("Enter")
    await writer.sees("for the first")
    await writer.page.reload()
    await writer.sees("for the first")
    await expect(writer.composer).to_have_value("")


async def test_message_that_is_too_long_is_not_sent(visit: Visit, site: RunningServer) -> None:
    (writer,) = await meet(visit, site.url, 1, size=TALL)
    await writer.composer.fill("长" * 5_001)
    await expect(writer.page.get_by_role("alert")).to_contain_text("1 character too many")
    await writer.composer.press("Enter")
    assert stored(writer.person, writer.channel) == []
    await writer.composer.press("Backspace")
    await writer.composer.press("Enter")
    await expect(writer.composer).to_have_value("")
    await expect(writer.log.get_by_role("img", name="Sent")).to_be_visible()
    assert stored(writer.person, writer.channel) == ["长" * 5_000]
    assert await writer.visitor.overflow() == 0
