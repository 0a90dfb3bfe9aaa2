"""What programs write for Slack's incoming webhooks → a message."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from hubbub.dialects.native import server_structs as ss
from hubbub.model import server_commands as sc
from hubbub.model.errors import invalid
from hubbub.model.ids import WebhookId
from hubbub.model.limits import CONTENT_CHARS, DISPLAY_NAME_CHARS

# People and places of Slack's (`<@U…>`, `<#C…>`) stay as they are: who is meant here, nobody can tell.
_LINK: Final = re.compile(r"<((?:https?://|mailto:|!)[^<>|\s]+)(?:\|([^<>]*))?>")
_SPECIAL: Final = {"!here": "@here", "!channel": "@everyone", "!everyone": "@everyone"}
_DEPTH: Final = 4  # a rich text's section's element's text; Slack has nothing deeper


def post_slack(webhook_id: WebhookId, token: str, post: ss.SlackPost) -> sc.PostWebhook:
    """What Slack would show, line by line, as much as fits; raises `Refused(invalid)` where there is nothing."""
    lines = [_blocks(post.blocks) or post.text or ""]
    lines += [_attachment(attached) for attached in post.attachments or ()]
    content = plain(_joined(lines))
    if not content:
        raise invalid("text", "it must be text, or there must be attachments or blocks with text")
    if len(content) > CONTENT_CHARS:
        content = content[: CONTENT_CHARS - 1] + "…"
    name = (post.username or "")[:DISPLAY_NAME_CHARS]
    return sc.PostWebhook(webhook_id, token, content, name, post.icon_url or "")


def _attachment(found: ss.SlackAttachment) -> str:
    """Blocks stand for all the rest, `fallback` where there is nothing else."""
    return _blocks(found.blocks) or _joined(_legacy(found)) or found.fallback or ""


def _legacy(found: ss.SlackAttachment) -> Iterator[str]:
    yield found.pretext or ""
    yield found.author_name or ""
    yield _linked(found.title or "", found.title_link or "")
    yield found.text or ""
    for field in found.fields or ():
        title, value = _written(field.title), _written(field.value)
        yield f"{title}: {value}" if title and value else title or value
    yield found.image_url or ""


def _written(value: str | int | float | None) -> str:
    return "" if value is None else str(value)


def _blocks(blocks: Iterable[ss.SlackBlock] | None) -> str:
    """Each block's text, its fields and its elements, such as those of a context; pictures say nothing."""
    return _joined(_joined(_parts(block)) for block in blocks or ())


def _parts(block: ss.SlackBlock) -> Iterator[str]:
    yield _said(block.get("text"))
    for name in ("fields", "elements"):
        several = block.get(name)
        yield from map(_said, several if isinstance(several, list) else ())


def _said(value: object, depth: int = _DEPTH) -> str:
    """What a part of a block says: its own text, or that of its elements; nothing where it has another shape."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict) or not depth:
        return ""
    inner = value.get("elements")
    parts = inner if isinstance(inner, list) else ()
    said = _said(value.get("text"), depth - 1) or "".join(_said(p, depth - 1) for p in parts)
    url = value.get("url")
    return _linked(said, url) if isinstance(url, str) else said


def _linked(words: str, address: str) -> str:
    return f"{words} ({address})" if words and address else words or address


def _joined(lines: Iterable[str]) -> str:
    return "\n".join(line for line in lines if line.strip())


def plain(text: str) -> str:
    """Slack's markup as text: `<address|words>` becomes `words (address)`, `&lt;` becomes `<`."""
    text = _LINK.sub(_link, text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _link(found: re.Match[str]) -> str:
    target, words = found[1], found[2]
    if target.startswith("!"):
        return _SPECIAL.get(target, found[0])
    return _linked(words or "", target)
