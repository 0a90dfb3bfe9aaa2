"""What programs write for Slack says the same here."""

import msgspec
import pytest

from hubbub.dialects.native.operations.slack import plain, post_slack
from hubbub.dialects.native.server_structs import SlackPost
from hubbub.model.errors import Refused
from hubbub.model.ids import WebhookId
from hubbub.model.server_commands import PostWebhook


def _posted(body: str) -> PostWebhook:
    return post_slack(WebhookId(1), "secret", msgspec.json.decode(body, type=SlackPost))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("done", "done"),
        ("see <https://a.example/1>", "see https://a.example/1"),
        ("see <https://a.example/1|the log>", "see the log (https://a.example/1)"),
        ("a &lt; b &amp;&amp; c &gt; d", "a < b && c > d"),
        ("&amp;lt;", "&lt;"),
        ("&lt;https://a.example|x&gt;", "<https://a.example|x>"),
        ("<!here> <!channel> <!everyone>", "@here @everyone @everyone"),
        ("<@U024BE7LH> in <#C024BE7LR|general>", "<@U024BE7LH> in <#C024BE7LR|general>"),
        ("1 < 2 > 0", "1 < 2 > 0"),
        ("<!date^1^{date}>", "<!date^1^{date}>"),
    ],
)
def test_markup_when_read_is_plain_text(written: str, read: str) -> None:
    assert plain(written) == read


def test_post_when_it_has_attachments_is_the_text_and_a_line_of_each() -> None:
    body = """{"text": "Build 7", "username": "CI", "icon_url": "https://a.example/i.png", "blocks": [],
        "channel": "#x", "attachments": [{"text": "red", "color": "#f00"}, {"fallback": "2 of 9"}, {"title": "t"}]}"""
    assert _posted(body) == PostWebhook(
        WebhookId(1), "secret", "Build 7\nred\n2 of 9", "CI", "https://a.example/i.png"
    )


def test_post_when_it_has_no_text_at_all_is_refused() -> None:
    with pytest.raises(Refused, match="text: it must be text"):
        _posted('{"blocks": [{"type": "divider"}]}')
