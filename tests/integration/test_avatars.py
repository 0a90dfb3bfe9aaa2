"""Pictures of people over native: one truth with channelchat, and told to who sees the person."""

import asyncio
import hashlib
from collections.abc import Callable

import httpx2
import pytest

from support.rest import HTTP, Person
from support.server import RunningServer
from support.sockets import Native

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20
JPEG = b"\xff\xd8\xff\xe0 a jpeg"
MIB = 1024 * 1024


def ask(
    method: str, person: Person | None, url: str, path: str, content: bytes | None = None
) -> httpx2.Response:
    headers = {"authorization": f"Bearer {person.token}"} if person else {}
    return HTTP.request(method, f"{url}/api/v1{path}", headers=headers, content=content)


def put(person: Person, content: bytes) -> httpx2.Response:
    return ask("PUT", person, person.url, "/users/@me/avatar", content)


def mark(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


def test_picture_is_there_for_whoever_is_signed_in_and_gone_when_taken_back(
    server: RunningServer, person: Callable[[], Person]
) -> None:
    ann, bob = person(), person()
    path = f"/users/{ann.id}/avatar"
    assert ask("GET", bob, server.url, path).status_code == 404
    assert "avatar" not in bob.ok("GET", f"/users/{ann.id}")
    answer = put(ann, PNG)
    assert (answer.status_code, answer.json()["avatar"]) == (200, mark(PNG))
    found = ask("GET", bob, server.url, f"{path}?v={mark(PNG)}")
    assert (found.status_code, found.content) == (200, PNG)
    assert found.headers["content-type"] == "image/png"
    assert found.headers["x-content-type-options"] == "nosniff"
    assert found.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert found.headers["cache-control"].startswith("private")
    assert found.headers["vary"] == "authorization"
    assert ask("GET", None, server.url, path).status_code == 401
    assert bob.ok("GET", f"/users/{ann.id}")["avatar"] == mark(PNG)
    assert ask("DELETE", ann, server.url, "/users/@me/avatar").status_code == 204
    assert ask("GET", bob, server.url, path).status_code == 404
    assert ask("GET", ann, server.url, "/users/@me/avatar").status_code == 404
    assert "avatar" not in ann.ok("GET", "/users/@me")


def test_picture_is_one_in_both_dialects(
    server: RunningServer, person: Callable[[], Person]
) -> None:
    ann = person()
    put(ann, PNG)
    theirs = f"{server.url}/channelchat/api/v1/users/{ann.id}/image"
    params = {"accesstoken": ann.token}
    assert HTTP.get(theirs, params=params).content == PNG
    form = {"image": ("me", JPEG)}
    HTTP.post(f"{server.url}/channelchat/api/v1/user/image", params=params, files=form)
    assert ann.ok("GET", "/users/@me")["avatar"] == mark(JPEG)
    found = ask("GET", ann, server.url, "/users/@me/avatar")
    assert (found.content, found.headers["content-type"]) == (JPEG, "image/jpeg")


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b"", 422, "PNG"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', 422, "PNG"),
        (b"{}", 422, "PNG"),
        (PNG[:8] + b"x" * (4 * MIB), 413, "4194304"),
    ],
    ids=["empty", "svg", "json", "too large"],
)
def test_what_is_no_picture_is_refused(
    person: Callable[[], Person], content: bytes, status: int, said: str
) -> None:
    ann = person()
    answer = put(ann, content)
    assert (answer.status_code, said in answer.json()["detail"]) == (status, True)
    assert "avatar" not in ann.ok("GET", "/users/@me")


async def test_who_sees_a_person_hears_of_their_picture_and_strangers_do_not(
    server: RunningServer, person: Callable[[], Person]
) -> None:
    ann, bob, eve = person(), person(), person()
    bob.join(ann.group())
    async with (
        Native(server.ws, ann.token) as hers,
        Native(server.ws, bob.token) as his,
        Native(server.ws, eve.token) as stranger,
    ):
        await asyncio.to_thread(put, ann, PNG)
        shown = {"id": ann.id, "username": ann.name, "display_name": ann.name, "avatar": mark(PNG)}
        for socket in (hers, his):
            assert (await socket.wait_type("user_updated"))["data"] == {"user": shown}
        await asyncio.to_thread(ann.ok, "PATCH", "/users/@me", {"display_name": "Ann"})
        told = await his.wait_type("user_updated")
        assert told["data"]["user"] == shown | {"display_name": "Ann"}
        assert "user_updated" not in [f["type"] for f in await stranger.drain()]
        assert "user_updated" not in [f["type"] for f in await his.drain()]
