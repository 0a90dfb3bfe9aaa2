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
        WebhookId(1), "secret", "Build 7\nred\n2 of 9\nt", "CI", "https://a.example/i.png"
    )


GRAFANA = """{"channel": "#alerts", "username": "Grafana", "attachments": [{"color": "#D63232",
    "title": "[FIRING:1] HighCPU", "title_link": "http://g.example/list", "fallback": "[FIRING:1] HighCPU",
    "text": "**Firing**\\n\\nValue: A=93", "fields": [{"title": "load", "value": 93, "short": true}],
    "footer": "Grafana v9", "ts": 1663000000, "mrkdwn_in": ["text"]}]}"""
ALERTMANAGER = """{"attachments": [{"title": "[FIRING:1] Down", "title_link": "http://am.example/#/alerts",
    "text": "", "fallback": "[FIRING:1] Down | am", "fields": [{"title": "Severity", "value": "critical"}],
    "actions": [{"type": "button", "text": "Runbook", "url": "https://rb.example"}]}]}"""
GITHUB = """{"username": "GitHub", "attachments": [{"color": "good", "author_name": "octocat", "fields": [
    {"title": "Ref", "value": "refs/heads/main"}, {"title": "", "value": "<https://h.example/1|CI>"}]}]}"""
BLOCKS = """{"text": "Alert", "blocks": [{"type": "header", "text": {"type": "plain_text", "text": "Down"}},
    {"type": "divider"}, {"type": "section", "text": {"type": "mrkdwn", "text": "*x* <https://a.example|b>"},
    "fields": [{"type": "mrkdwn", "text": "web-1"}]}, {"type": "context", "elements": [
    {"type": "image", "image_url": "https://a.example/i.png", "alt_text": "i"}, {"type": "mrkdwn", "text": "now"}]},
    {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "See"},
    "url": "https://u.example"}]}, {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [
    {"type": "text", "text": "a "}, {"type": "link", "url": "https://l.example"}]}]}]}"""


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (
            GRAFANA,
            "[FIRING:1] HighCPU (http://g.example/list)\n**Firing**\n\nValue: A=93\nload: 93",
        ),
        (ALERTMANAGER, "[FIRING:1] Down (http://am.example/#/alerts)\nSeverity: critical"),
        (GITHUB, "octocat\nRef: refs/heads/main\nCI (https://h.example/1)"),
        (
            BLOCKS,
            "Down\n*x* b (https://a.example)\nweb-1\nnow\nSee (https://u.example)\na https://l.example",
        ),
        ('{"attachments": [{"blocks": [{"text": {"text": "in"}}], "fallback": "f"}]}', "in"),
        ('{"text": "t", "attachments": null, "username": null, "icon_url": null}', "t"),
        ('{"text": "t", "attachments": [{"text": null, "title": "u"}]}', "t\nu"),
        (
            '{"text": "t", "blocks": [{"type": "divider"}, {"text": 5, "elements": {"text": 6}}]}',
            "t",
        ),
    ],
    ids=["grafana", "alertmanager", "github", "blocks", "attached", "nulls", "null", "nonsense"],
)
def test_post_when_monitoring_or_ci_wrote_it_says_what_slack_would_show(
    written: str, read: str
) -> None:
    assert _posted(written).content == read


def test_post_when_it_is_too_long_is_cut() -> None:
    found = _posted(msgspec.json.encode({"text": "y" * 9000, "username": "n" * 200}).decode())
    assert (found.content, found.name) == ("y" * 4999 + "…", "n" * 100)


def test_blocks_when_nested_without_end_say_nothing() -> None:
    deep = '{"elements": [' * 300 + "]}" * 300
    assert _posted(f'{{"text": "t", "blocks": [{deep}]}}').content == "t"


def test_post_when_it_has_no_text_at_all_is_refused() -> None:
    with pytest.raises(Refused, match="text: it must be text"):
        _posted('{"blocks": [{"type": "divider"}]}')
