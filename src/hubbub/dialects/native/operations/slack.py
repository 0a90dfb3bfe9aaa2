"""What programs write for Slack's incoming webhooks → a message."""

import re
from typing import Final

from hubbub.dialects.native import server_structs as ss
from hubbub.model import server_commands as sc
from hubbub.model.errors import invalid
from hubbub.model.ids import WebhookId

# People and places of Slack's (`<@U…>`, `<#C…>`) stay as they are: who is meant here, nobody can tell.
_LINK: Final = re.compile(r"<((?:https?://|mailto:|!)[^<>|\s]+)(?:\|([^<>]*))?>")
_SPECIAL: Final = {"!here": "@here", "!channel": "@everyone", "!everyone": "@everyone"}


def post_slack(webhook_id: WebhookId, token: str, post: ss.SlackPost) -> sc.PostWebhook:
    """The text and, line by line, what is attached; raises `Refused(invalid)` where there is nothing."""
    attached = [a.text or a.fallback for a in post.attachments]
    lines = [line for line in (post.text, *attached) if line]
    if not lines:
        raise invalid("text", "it must be text; `blocks` alone say nothing here")
    content = plain("\n".join(lines))
    return sc.PostWebhook(webhook_id, token, content, post.username, post.icon_url)


def plain(text: str) -> str:
    """Slack's markup as text: `<address|words>` becomes `words (address)`, `&lt;` becomes `<`."""
    text = _LINK.sub(_link, text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _link(found: re.Match[str]) -> str:
    target, words = found[1], found[2]
    if target.startswith("!"):
        return _SPECIAL.get(target, found[0])
    return f"{words} ({target})" if words else target
