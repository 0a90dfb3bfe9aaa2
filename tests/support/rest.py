"""REST as a client sees it."""

import atexit
import itertools
import json
import os
from dataclasses import dataclass
from typing import Any

import httpx2

Json = dict[str, Any]
PASSWORD = "correct horse battery"
_names = itertools.count()

# No connection is kept: a server that was killed in between must not fail the next request.
HTTP = httpx2.Client(timeout=30, limits=httpx2.Limits(max_keepalive_connections=0))
atexit.register(HTTP.close)


@dataclass
class Answer:
    """A whole HTTP answer."""

    status: int
    body: Any
    headers: dict[str, str]


@dataclass
class Person:
    """A signed-in user of a started server."""

    url: str
    id: str
    name: str
    token: str
    refresh_token: str
    session_id: str

    def call(self, method: str, path: str, body: object = None, **params: str | int) -> Answer:
        """A request with this person's token; the path is under /api/v1."""
        return call(method, f"{self.url}/api/v1{path}", body, self.token, params)

    def ok(self, method: str, path: str, body: object = None, **params: str | int) -> Any:
        """The body of a request that must succeed."""
        answer = self.call(method, path, body, **params)
        assert answer.status < 300, f"{method} {path}: {answer.status} {answer.body}"
        return answer.body

    def group(self, name: str = "general", *, private: bool = False) -> str:
        """A new group's id."""
        made = self.ok("POST", "/channels", {"name": name, "private": private})
        return str(made["id"])

    def join(self, channel_id: str) -> Any:
        return self.ok("PUT", f"/channels/{channel_id}/members/@me")

    def send(self, channel_id: str, content: str, nonce: str | None = None) -> Any:
        body = {"content": content} | ({} if nonce is None else {"nonce": nonce})
        return self.ok("POST", f"/channels/{channel_id}/messages", body)

    def history(self, channel_id: str, **params: str | int) -> Any:
        return self.ok("GET", f"/channels/{channel_id}/messages", **params)


def call(
    method: str,
    url: str,
    body: object = None,
    token: str | None = None,
    params: Json | None = None,
) -> Answer:
    """Any request; `body` may be bytes, sent as they are."""
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    content = body if isinstance(body, bytes) else None if body is None else json.dumps(body)
    if content is not None:
        headers["content-type"] = "application/json"
    response = HTTP.request(method, url, content=content, headers=headers, params=params or None)
    is_json = "json" in response.headers.get("content-type", "")
    found = response.json() if is_json and response.content else response.text
    return Answer(response.status_code, found, dict(response.headers))


def history(person: Person, channel: str, after: int = 0) -> list[Json]:
    """All messages of a channel with a seq above `after`, oldest first, page by page."""
    found: list[Json] = []
    more, cursor = True, dict[str, str]()
    while more and (not found or found[-1]["seq"] > after + 1):
        page = person.history(channel, limit=100, **cursor)
        found += page["messages"]
        more = page["has_more"]
        cursor = {"before": found[-1]["id"]} if found else {}
    return [message for message in reversed(found) if message["seq"] > after]


def sign_up(url: str, name: str | None = None, password: str = PASSWORD) -> Person:
    """A new person; without a name they get one that nobody has."""
    name = name or f"user{next(_names)}_{os.getpid()}"
    body = {"username": name, "password": password}
    return _person(url, call("POST", f"{url}/api/v1/auth/register", body))


def sign_in(url: str, name: str, password: str = PASSWORD) -> Person:
    """Another device of somebody."""
    body = {"login": name, "password": password}
    return _person(url, call("POST", f"{url}/api/v1/auth/login", body))


def _person(url: str, answer: Answer) -> Person:
    assert answer.status in (200, 201), f"{answer.status} {answer.body}"
    b = answer.body
    user = b["user"]
    tokens = b["access_token"], b["refresh_token"], b["session_id"]
    return Person(url, user["id"], user["username"], *tokens)
