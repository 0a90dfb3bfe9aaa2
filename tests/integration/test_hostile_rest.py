"""S7 and T34 for REST: every path of the main listener, whoever's it is, refuses rubbish and gives nothing to nobody."""

import asyncio
import random
import re
from collections.abc import Sequence
from typing import Any, Final

import httpx2
import pytest
from starlette.routing import BaseRoute, Route

from convergence.node import SETTINGS
from hubbub.bootstrap import Node
from hubbub.transport.http import application
from support.raw import SECONDS
from support.rest import sign_up
from support.rubbish import require_no_bug, require_nothing_inside
from support.server import RunningServer
from transcripts.mutations import FRAGMENTS

Ask = tuple[str, str]  # method and path
BODIES: Final[Sequence[bytes]] = (
    b"",
    b"{",
    b"[]",
    b"null",
    b"\xff\xfe",
    b"{}",
    b'{"__proto__":{"admin":true},"constructor":{}}',
    b'{"a":' * 10_000,
    b"[" * 60_000,
)
PLACES: Final = ("0", "x", "9" * 400, "-1", "%00", "%ff", "..%2f..", "%F0%9F%98%80", "a" * 2_000)
ENDS: Final = ("logout", "sessions", "/auth/password")  # these would end the person's own token


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[Ask]:
    """Every path of the main listener, whoever's it is."""
    found: list[BaseRoute] = []

    def kept(given: Sequence[BaseRoute], *arguments: Any, **options: Any) -> Any:
        found.extend(given)
        return application(given, *arguments, **options)  # type: ignore[arg-type]  # handed on as it came

    async def look() -> None:
        node = Node(SETTINGS, tmp_path_factory.mktemp("routes"))
        node.surfaces.main()
        await node.close()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hubbub.surfaces.application", kept)
        asyncio.run(look())
    return [
        (m, r.path)
        for r in found
        if isinstance(r, Route)
        for m in sorted(r.methods or ())
        if m != "HEAD"
    ]


def _filled_path(path: str, value: str) -> str:
    return re.sub("{[^}]*}", value, path)


def test_t34_rest_of_every_dialect_refuses_rubbish_and_shows_nothing(
    target: RunningServer, routes: list[Ask]
) -> None:
    assert len(routes) > 150
    person, said = sign_up(target.url), len(target.output())
    headers = {"authorization": f"Bearer {person.token}", "content-type": "application/json"}
    numbers = random.Random(7)
    wrong = []
    with httpx2.Client(base_url=target.url, timeout=SECONDS) as http:
        for method, path in routes:
            if any(end in path for end in ENDS):
                continue
            values = numbers.sample(PLACES, 3)
            bodies = [
                *numbers.sample(BODIES, 4),
                b'{"content":%s}' % numbers.choice(FRAGMENTS[:33]),
            ]
            query = {
                "limit": "9" * 30,
                "offset": "-1",
                "before": "\0",
                "user_id": "{}",
                "q": "\ud83d"[:0],
            }
            asks: list[tuple[str, bytes | None]] = [(_filled_path(path, v), None) for v in values]
            asks += [(_filled_path(path, "0"), body) for body in bodies]
            for url, body in asks:
                content = None if method == "GET" else body
                params = query if body is None else None
                answer = http.request(method, url, content=content, headers=headers, params=params)
                require_nothing_inside(answer.content if _is_api(answer) else b"")
                if answer.status_code >= 500:
                    wrong.append((method, url, body, answer.status_code, answer.text[:200]))
    assert wrong == []
    require_no_bug(target.output()[said:])
    assert person.call("GET", "/users/@me").status == 200


def _is_api(answer: Any) -> bool:
    """Not the pages of the documentation."""
    return "html" not in answer.headers.get("content-type", "") and "openapi" not in str(answer.url)


# What anybody may ask for: how one signs in, and what says nothing of anybody.
ANYBODYS: Final = re.compile(
    r"^/$|/(health|ready|metrics|docs|lens|openapi\.json|config|about|.*\.(js|css|ico|svg|png|webmanifest))$"
)


def test_s7_rest_of_every_dialect_gives_nothing_without_a_token(
    target: RunningServer, routes: list[Ask]
) -> None:
    given = []
    with httpx2.Client(base_url=target.url, timeout=SECONDS) as http:
        for method, path in routes:
            if ANYBODYS.search(path):
                continue
            for token in (None, "a.b.c"):
                headers = {} if token is None else {"authorization": f"Bearer {token}"}
                url = _filled_path(path, "1")
                content = None if method == "GET" else b"{}"
                answer = http.request(method, url, headers=headers, content=content)
                if not _is_refused(answer):
                    given.append((method, path, answer.status_code, answer.text[:100]))
    assert given == []


def _is_refused(answer: Any) -> bool:
    """By its status, or, where a dialect always says 200, by the code in the body."""
    if answer.status_code >= 400:
        return True
    body = answer.json() if "json" in answer.headers.get("content-type", "") else None
    return isinstance(body, dict) and isinstance(body.get("code"), int) and body["code"] >= 400
