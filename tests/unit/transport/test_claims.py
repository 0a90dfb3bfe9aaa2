"""Requests in which guests say who they are: believed where the route says so, and from no page of elsewhere."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import msgspec
import pytest

from fakes.clock import FakeClock
from fakes.town import Town
from hubbub.dialects.native import NativeRest
from hubbub.model.entities import User
from hubbub.transport.address import Addresses
from hubbub.transport.http import Http, application
from hubbub.transport.origin import Origins

HOST = "chat.example.org"
FRIEND = "https://friend.example"


class Claims:
    """Native's REST, whose `/users/@me` believes guests; nothing else does."""

    def __init__(self, town: Town, *origins: str) -> None:
        self.town = town
        api = NativeRest({}, FakeClock())
        api.operations = [
            msgspec.structs.replace(o, claim="user_id") if o.path == "/users/@me" else o
            for o in api.operations
        ]
        parts = town.dispatch, town.logins, town.services.guests, Addresses(())
        app = application(Http(*parts, Origins(origins)).routes(api), ())
        transport = httpx2.ASGITransport(app)
        self._http = httpx2.AsyncClient(transport=transport, base_url=f"http://{HOST}")

    async def ask(
        self, user_id: object, path: str = "/users/@me", token: str = "", **headers: str
    ) -> int | str:
        """The name of who asked, or the status."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            given["authorization"] = f"Bearer {token}"
        params = {} if user_id is None else {"user_id": str(user_id)}
        answer = await self._http.get(f"/api/v1{path}", params=params, headers=given)
        return answer.json()["username"] if answer.status_code == 200 else answer.status_code


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    made = Town(tmp_path / "hubbub.db")
    yield made
    await made.store.close()


async def _token(town: Town, user: User) -> str:
    return (await town.logins.open(user, "")).access_token


async def test_a_guest_is_believed_where_the_route_says_so(town: Town) -> None:
    claims, vera, ann = Claims(town), await town.guest("vera"), await town.person("ann")
    assert await claims.ask(vera.id) == "vera"
    assert await claims.ask(vera.id, "/channels") == 401
    for nobody in (ann.id, 0, 404, None):
        assert await claims.ask(nobody) == 401
    for nothing in ("", "-1", "x", "9" * 400, "1e3", " "):
        assert await claims.ask(nothing) in (400, 401, 422)


async def test_a_token_says_more_than_a_claim_and_must_say_the_same(town: Town) -> None:
    claims, vera, ann = Claims(town), await town.guest("vera"), await town.person("ann")
    token = await _token(town, ann)
    assert await claims.ask(ann.id, token=token) == "ann"
    assert await claims.ask(None, token=token) == "ann"
    assert await claims.ask(vera.id, token=token) == 401
    assert await claims.ask(vera.id, token="a.b.c") == 401


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, True),
        ({"origin": f"http://{HOST}", "sec_fetch_site": "same-origin"}, True),
        ({"sec_fetch_site": "none"}, True),  # typed into the address bar
        ({"origin": FRIEND, "sec_fetch_site": "cross-site"}, True),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "https://evil.example", "sec_fetch_site": "cross-site"}, False),
        ({"origin": "null"}, False),
        ({"sec_fetch_site": "cross-site"}, False),  # a picture, a link
        ({"sec_fetch_site": "same-site"}, False),
    ],
)
async def test_a_page_of_elsewhere_speaks_for_no_guest(
    town: Town, headers: dict[str, str], *, allowed: bool
) -> None:
    claims, vera, ann = Claims(town, FRIEND), await town.guest("vera"), await town.person("ann")
    assert await claims.ask(vera.id, **headers) == ("vera" if allowed else 403)
    # A token shows that it is meant: CORS is for browsers, and no page of elsewhere has one.
    assert await claims.ask(ann.id, token=await _token(town, ann), **headers) == "ann"
    anybodys = Claims(town, "*")
    assert await anybodys.ask(vera.id, **headers) == "vera"
