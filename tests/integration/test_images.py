"""Images of channelchat: sent by a form, seen on every dialect, gone with their message."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from support.rest import HTTP, Person, sign_up
from support.server import RunningServer, running
from support.sockets import ChannelChat, Native

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 300
MIB = 1024 * 1024


def post(
    person: Person, channel: str, content: bytes = PNG, name: str = "image", file: str = "a.png"
) -> httpx2.Response:
    url = f"{person.url}/channelchat/api/v1/channels/{channel}/image"
    return HTTP.post(url, params={"accesstoken": person.token}, files={name: (file, content)})


def get(person: Person | None, url: str, path: str) -> httpx2.Response:
    return HTTP.get(url + path, params={"accesstoken": person.token} if person else {})


async def test_an_image_becomes_a_message_on_both_dialects(
    server: RunningServer, person: Callable[[], Person]
) -> None:
    ann, bob = person(), person()
    channel = ann.group()
    bob.join(channel)
    async with (
        Native(server.ws, bob.token) as native,
        ChannelChat(server.ws, bob.token, bob.id) as chat,
    ):
        await chat.enter(channel)
        answer = await asyncio.to_thread(post, ann, channel)
        item = answer.json()["data"]
        seen = (await native.wait_type("new_message"))["data"]["message"]
        also = (await chat.wait_type("new_message"))["data"]
    path = f"/channelchat/api/v1/channels/{channel}/messages/{item['id']}/image"
    assert (answer.status_code, item["text"], item["channel_id"]) == (200, path, channel)
    assert (
        (seen["id"], seen["content"]) == (also["message_id"], also["content"]) == (item["id"], path)
    )
    found = get(bob, server.url, path)
    assert (found.status_code, found.content) == (200, PNG)
    assert found.headers["content-type"] == "image/png"
    assert found.headers["x-content-type-options"] == "nosniff"
    assert found.headers["content-security-policy"] == "default-src 'none'; sandbox"


async def test_only_who_may_read_the_message_now_gets_its_image(
    server: RunningServer, person: Callable[[], Person]
) -> None:
    ann, bob, stranger = person(), person(), person()
    channel = ann.group(private=True)
    ann.ok("PUT", f"/channels/{channel}/members/{bob.id}")
    path = post(ann, channel).json()["data"]["text"]
    assert get(bob, server.url, path).status_code == 200
    assert get(None, server.url, path).status_code == 401
    hidden = get(stranger, server.url, path)
    absent = get(stranger, server.url, path.replace(channel, "999999"))
    assert (hidden.status_code, hidden.json()) == (404, absent.json())
    ann.ok("DELETE", f"/channels/{channel}/members/{bob.id}")
    assert get(bob, server.url, path).status_code == 404
    assert post(bob, channel).status_code == 404


def test_an_image_is_there_after_a_crash_and_gone_when_recalled_or_deleted(
    fresh_server: RunningServer,
) -> None:
    server = fresh_server
    ann = sign_up(server.url)
    channel = ann.group()
    one, two = (post(ann, channel).json()["data"] for _ in range(2))
    server.kill()
    server.start()
    ann.url = server.url
    assert get(ann, server.url, one["text"]).content == PNG
    files = server.data / "images" / "channels" / channel
    assert sorted(f.name for f in files.iterdir()) == sorted([one["id"], two["id"]])
    ann.ok("DELETE", f"/channels/{channel}/messages/{one['id']}")
    assert get(ann, server.url, one["text"]).status_code == 404
    wait_until(lambda: not (files / one["id"]).exists())
    (files / one["id"]).write_bytes(PNG)  # as a crash before its removal would leave it
    assert get(ann, server.url, one["text"]).status_code == 404
    assert get(ann, server.url, two["text"]).content == PNG
    ann.ok("DELETE", f"/channels/{channel}")
    assert get(ann, server.url, two["text"]).status_code == 404
    wait_until(lambda: not files.exists())


def wait_until(holds: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)  # a folder tells nobody when it changes


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("content", "name", "file", "status", "said"),
    [
        (SVG, "image", "a.svg", 400, "PNG"),
        (b"<html><script>alert(1)</script>", "image", "a.png", 400, "PNG"),
        (b"", "image", "a.png", 400, "PNG"),
        (PNG, "picture", "a.png", 400, "image"),
        (PNG[:8] + b"x" * (4 * MIB), "image", "a.png", 413, "4194304"),
        (PNG[:8] + b"x" * (5 * MIB), "image", "a.png", 413, "bytes"),
    ],
    ids=["svg", "html", "empty", "other name", "one too many", "far too many"],
)
def test_what_is_no_image_is_refused_and_says_nothing(
    person: Callable[[], Person], content: bytes, name: str, file: str, status: int, said: str
) -> None:
    ann = person()
    channel = ann.group()
    answer = post(ann, channel, content, name, file)
    assert (answer.status_code, answer.json()["code"]) == (status, status)
    assert said in answer.json()["msg"]
    assert ann.history(channel)["messages"] == []


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"--y\r\n"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="image"'),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\nno disposition\r\n--x--"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="image"\r\n\r\ntext\r\n--x--',
        ),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="f"\r\n\r\n\r\n' * 50_000 + b"--x--",
        ),
    ],
    ids=["json", "no boundary", "other", "unfinished", "nameless", "a field", "50,000 parts"],
)
def test_a_broken_form_is_refused(person: Callable[[], Person], kind: str, body: bytes) -> None:
    ann = person()
    url = f"{ann.url}/channelchat/api/v1/channels/{ann.group()}/image"
    headers = {"authorization": f"Bearer {ann.token}", "content-type": kind}
    answer = HTTP.post(url, content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, 400)
    assert "image" in answer.json()["msg"]


@pytest.mark.parametrize("file", ["../../x", "a\r\nX: y", "x" * 300, "图.png"])
def test_a_file_name_means_nothing(
    server: RunningServer, person: Callable[[], Person], file: str
) -> None:
    ann = person()
    answer = post(ann, ann.group(), file=file)
    path = answer.json()["data"]["text"]
    assert get(ann, server.url, path).content == PNG


def test_images_are_rated(tmp_path: Path) -> None:
    with running(tmp_path, {"HUBBUB_RATE_LIMITS": "on"}) as server:
        _assert_rated(sign_up(server.url))


def _assert_rated(ann: Person) -> None:
    channel = ann.group()
    answers = [post(ann, channel) for _ in range(12)]
    assert [a.status_code for a in answers[:10]] == [200] * 10
    assert answers[-1].status_code == 429
    assert len(ann.history(channel)["messages"]) == sum(a.status_code == 200 for a in answers)


def test_a_picture_of_oneself(server: RunningServer, person: Callable[[], Person]) -> None:
    ann, bob = person(), person()
    url = f"{server.url}/channelchat/api/v1/user/image"
    path = f"/channelchat/api/v1/users/{ann.id}/image"
    assert get(bob, server.url, path).status_code == 404
    for content in (PNG, b"\xff\xd8\xff\xe0 a jpeg"):
        form = {"image": ("me", content)}
        answer = HTTP.post(url, params={"accesstoken": ann.token}, files=form)
        assert answer.json() == {"code": 200, "msg": "ok", "data": {"image": path}}
        assert get(bob, server.url, path).content == content
    assert get(bob, server.url, path).headers["content-type"] == "image/jpeg"
    assert get(None, server.url, path).status_code == 401
