"""Mew's REST routes, each of them: what is of a wrong type is a 400, and nothing is ever a 500."""

import json
from typing import Any

import httpx2
import msgspec
import pytest

from hubbub.dialects.mew.routes import OPERATIONS
from hubbub.wire.rest import Operation
from support.mew import BODIES, Town
from support.rest import call
from support.server import RunningServer
from transcripts.mutations import every_wrong_value

WITH_BODIES = [operation for operation in OPERATIONS if operation.body is not None]


def ident(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


@pytest.fixture(scope="module")
def town(server: RunningServer) -> Town:
    return Town(server.url)


def test_bodies_are_there_for_every_route_that_takes_one() -> None:
    assert {(o.method, o.path) for o in WITH_BODIES} == BODIES.keys()


def decodes(kind: Any, payload: bytes) -> bool:
    try:
        msgspec.json.decode(payload, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return True


@pytest.mark.parametrize("operation", WITH_BODIES, ids=ident)
def test_route_when_any_field_has_any_wrong_value_answers_400_or_what_it_means(
    town: Town, operation: Operation
) -> None:
    good = town.body(operation.method, operation.path)
    refused = 0
    for payload in every_wrong_value([json.dumps(good)]):
        token = None if operation.public else town.alice.token
        url = town.url + town.path(operation.path)
        answer = call(operation.method, url, payload, token)
        assert answer.status < 500, (payload[:80], answer)
        if answer.status >= 400:
            assert answer.body["message"], (payload[:80], answer)
        is_none = operation.body_optional and not payload
        if not is_none and not decodes(operation.body, payload):
            refused += 1
            assert answer.status in (400, 413), (payload[:80], answer)
    assert refused > 10


@pytest.mark.parametrize("operation", OPERATIONS, ids=ident)
@pytest.mark.parametrize(
    "wrong", ["@you", "0", "f" * 24, "z" * 24, "a" * 23, "%00", "😀", "_" * 500]
)
def test_route_when_an_id_in_the_path_is_none_answers_400_or_404(
    town: Town, operation: Operation, wrong: str
) -> None:
    for name in town.names:
        if name in ("fresh", "emoji", "code", "token") or "{" + name + "}" not in operation.path:
            continue
        path = operation.path.replace("{" + name + "}", wrong)
        key = operation.method, operation.path
        body = town.body(*key) if key in BODIES else None
        answer = town.ask(operation.method, path, body)
        assert answer.status in (400, 404), (path, answer)


@pytest.mark.parametrize("wrong", ["", "0", "101", "-1", "x", "1.5", "１", "9" * 5_000])
def test_page_when_its_limit_is_none_answers_400(town: Town, wrong: str) -> None:
    answer = town.ask("GET", "/channels/{channel_id}/messages?limit=" + wrong)
    assert answer.status == 400
    assert answer.body["errors"][0]["path"] == "limit"


@pytest.mark.parametrize("prefix", ["/api", "/mew/api"])
def test_routes_stand_under_both_prefixes(server: RunningServer, prefix: str) -> None:
    assert call("GET", f"{server.url}{prefix}/health").body == {"status": "ok"}
    assert call("GET", f"{server.url}{prefix}/users/@me").status == 401


def test_name_when_it_comes_in_a_form_is_taken_and_a_file_is_refused(town: Town) -> None:
    url, headers = town.url + "/users/@me", {"authorization": f"Bearer {town.alice.token}"}
    with httpx2.Client() as http:
        # A form without files, as browsers send it.
        answer = http.patch(url, files={"username": (None, "From a form")}, headers=headers)
        assert (answer.status_code, answer.json()["username"]) == (200, "From a form")
        form: dict[str, tuple[str | None, bytes]] = {
            "username": (None, b"x y z"),
            "avatar": ("a.png", b"\x89PNG\r\n\x1a\n"),
        }
        refused = http.patch(url, files=form, headers=headers)
    assert refused.status_code == 400
    assert "text fields only" in refused.json()["message"]
    assert town.ask("GET", "/users/@me").body["username"] == "From a form"


def test_members_when_listed_show_no_email(town: Town) -> None:
    address = f"{town.alice.name}-secret@example.org"
    body = {"username": "with email", "email": address, "password": "correct horse"}
    made = call("POST", town.url + "/auth/register", body).body
    token = made["token"]
    assert call("POST", town.url + town.path("/invites/{code}"), None, token).status == 200
    for path in (
        "/servers/{server_id}/members",
        "/users/search?q=with",
        f"/users/{made['user']['_id']}",
    ):
        assert "@example.org" not in json.dumps(town.ask("GET", path).body), path
