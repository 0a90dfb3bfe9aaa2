"""The web client's place on a real server: headers, the WebSocket at the same path, and reports of its policy."""

import json
from pathlib import Path
from typing import Final

import pytest

from support.rest import HTTP, call, sign_up
from support.server import RunningServer, running
from support.sockets import ChannelChat

REPORT: Final = {
    "csp-report": {
        "document-uri": "http://127.0.0.1/",
        "effective-directive": "img-src",
        "blocked-uri": "https://user:secret@elsewhere.example/picture.png?private=1",
        "source-file": "http://127.0.0.1/assets/index.js",
        "line-number": 7,
        "script-sample": "what somebody wrote",
    }
}
POLICY: Final = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' blob:",
    "connect-src": "'self'",
    "font-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
    "report-uri": "/csp-reports",
    "require-trusted-types-for": "'script'",
    "trusted-types": "svelte-trusted-html dompurify hubbub",
}


def report(server: RunningServer, body: object, media: str = "application/csp-report") -> int:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"content-type": media}
    return HTTP.post(f"{server.url}/csp-reports", content=content, headers=headers).status_code


def counted(server: RunningServer) -> float:
    lines = call("GET", f"{server.url}/metrics").body.splitlines()
    return float(
        next(line for line in lines if line.startswith("hubbub_csp_reports_total ")).split()[1]
    )


def test_root_is_a_page_with_exactly_this_policy(server: RunningServer) -> None:
    answer = call("GET", f"{server.url}/")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    policy = answer.headers["content-security-policy"]
    assert dict(rule.strip().split(" ", 1) for rule in policy.split(";")) == POLICY
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert "microphone=()" in answer.headers["permissions-policy"]


def test_root_answers_head_without_a_body(server: RunningServer) -> None:
    found = HTTP.head(f"{server.url}/")
    assert (found.status_code, found.content) == (200, b"")
    assert int(found.headers["content-length"]) > 0


async def test_root_is_a_websocket_for_who_asks_for_one(server: RunningServer) -> None:
    person = sign_up(server.url)
    async with ChannelChat(server.ws, person.token, person.id, path="/") as socket:
        assert await socket.enter(person.group())


def test_listener_of_one_dialect_has_no_web_client(tmp_path: Path) -> None:
    with running(tmp_path, own="native") as server:
        address = server.own("native")
        assert call("GET", f"{address}/lens").status == 200
        assert call("GET", f"{address}/icon.svg").status == 404
        found = HTTP.get(f"{address}/")
    assert (found.status_code, found.headers["location"]) == (307, "/api/v1/docs")


def test_report_of_a_browser_is_counted_and_logged_without_what_is_private(
    fresh_server: RunningServer,
) -> None:
    before = counted(fresh_server)
    assert report(fresh_server, REPORT) == 204
    assert counted(fresh_server) == before + 1
    said = [line for line in fresh_server.output().splitlines() if "csp_violation" in line]
    assert len(said) == 1
    assert "img-src" in said[0]
    assert "https://elsewhere.example/picture.png" in said[0]
    assert not any(word in said[0] for word in ("secret", "private", "somebody"))


@pytest.mark.parametrize(
    ("body", "media", "status"),
    [
        (REPORT, "application/json", 415),
        (b"{", "application/csp-report", 400),
        (b"\xff\xfe", "application/csp-report", 400),
        (b"[" * 8_000, "application/csp-report", 400),
        ({}, "application/csp-report", 400),
        ({"csp-report": {"line-number": "x"}}, "application/csp-report", 400),
        (b" " * 9_000, "application/csp-report", 413),
        (
            {"csp-report": {"blocked-uri": "http://[", "source-file": 7 * "x"}},
            "application/csp-report",
            204,
        ),
    ],
)
def test_report_that_is_none_is_refused(
    server: RunningServer, body: object, media: str, status: int
) -> None:
    before = counted(server)
    assert report(server, body, media) == status
    assert counted(server) == before + (status == 204)


def test_reports_in_a_flood_are_refused_with_the_time_to_wait(tmp_path: Path) -> None:
    with running(tmp_path, {"HUBBUB_RATE_LIMITS": "on"}) as server:
        answers = [report(server, REPORT) for _ in range(25)]
        assert answers == [204] * 20 + [429] * 5
        assert counted(server) == 20
