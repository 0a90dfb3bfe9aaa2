"""The lens: one message in every dialect, the tap, and the page that shows both. For administrators."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any, Final

import pytest

from cli.program import hubbub
from convergence.node import LocalServer
from fakes.connection import FakeConnection, as_port
from fakes.world import refused
from hubbub.dialects.lens import LensDialect
from hubbub.gateway.session import Session
from hubbub.model.errors import Code
from hubbub.model.ids import LOBBY, MessageId
from hubbub.model.lens import LookAt
from hubbub.surfaces import DIALECTS, lensed
from support.rest import Person, call, sign_in, sign_up
from support.server import RunningServer
from support.sockets import Native, Socket

Json = dict[str, Any]
SCRIPT: Final = "<script>alert(1)</script><img src=x onerror=alert(2)>"


class Tap(Socket):
    """The tap, signed in."""

    def __init__(self, server: RunningServer, token: str) -> None:
        super().__init__(f"{server.ws}/lens/tap")
        self._token = token

    async def __aenter__(self) -> "Tap":
        await super().__aenter__()
        await self.send({"type": "connect", "token": self._token})
        self.first = await self.receive()
        return self

    async def events(self) -> list[Json]:
        """All that has come, but for who comes and goes."""
        found = await self.drain()
        return [frame for frame in found if frame["event"] != "PresenceUpdated"]


@pytest.fixture(scope="module")
def admin(server: RunningServer) -> Person:
    person = sign_up(server.url)
    done = hubbub(server.folder, "user", "set-admin", person.name, "--data", str(server.data))
    assert done.returncode == 0, done.stderr
    return sign_in(server.url, person.name)  # what is known of the first device is still true


def look(person: Person, message: Json) -> Any:
    return person.call("GET", f"/lens/messages/{message['channel_id']}/{message['id']}")


def inner(text: str) -> Any:
    """The JSON of a frame of any dialect."""
    return json.loads(text[re.search(r"[\[{]", text).start() :])  # type: ignore[union-attr]  # there is always one


# -- a stored message -----------------------------------------------------------------------------------


def test_message_when_plain_is_shown_in_every_dialect_with_the_same_content(admin: Person) -> None:
    message = admin.send(admin.group(), SCRIPT, nonce="only-mine")
    found = look(admin, message)
    assert found.status == 200
    assert found.body["message"] == message
    assert [event["event"] for event in found.body["events"]] == ["MessageSent"]
    frames = found.body["events"][0]["frames"]
    assert {label.partition(" ")[0] for label in frames} >= set(DIALECTS)
    assert [one["label"] for one in found.body["dialects"]] == list(frames)
    for label, texts in frames.items():
        assert texts, label
        assert SCRIPT in json.dumps([inner(text) for text in texts]), label
    assert "only-mine" not in json.dumps(found.body)


def test_message_when_changed_is_shown_in_all_its_forms(admin: Person) -> None:
    channel = admin.group()
    message = admin.send(channel, "first")
    place = f"/channels/{channel}/messages/{message['id']}"
    admin.ok("PATCH", place, {"content": "second"})
    admin.ok("PUT", f"{place}/reactions/👍/@me")
    admin.ok("PUT", f"{place}/reactions/🎉/@me")
    admin.ok("PUT", f"/channels/{channel}/pins/{message['id']}")
    found = look(admin, message).body
    names = ["MessageSent", "MessageEdited", "MessagePinned", "ReactionAdded", "ReactionAdded"]
    assert [event["event"] for event in found["events"]] == names
    assert found["limited"] is False
    added = [inner(event["frames"]["native"][0])["data"] for event in found["events"][-2:]]
    assert [(data["emoji"], data["user_id"]) for data in added] == [
        ("👍", admin.id),
        ("🎉", admin.id),
    ]


def test_message_when_recalled_has_no_content_anywhere(admin: Person) -> None:
    channel = admin.group()
    message = admin.send(channel, "a secret, for a moment")
    admin.ok("DELETE", f"/channels/{channel}/messages/{message['id']}")
    found = look(admin, message)
    assert [event["event"] for event in found.body["events"]] == ["MessageSent", "MessageRecalled"]
    assert "a secret" not in json.dumps(found.body)


def test_message_when_one_is_no_admin_is_forbidden_even_if_one_wrote_it(
    server: RunningServer,
) -> None:
    person = sign_up(server.url)
    found = look(person, person.send(person.group(), "mine"))
    assert (found.status, found.body["code"]) == (403, "forbidden")
    assert "administrators" in found.body["detail"]


def test_message_when_the_admin_may_not_read_it_is_as_absent(
    admin: Person, server: RunningServer
) -> None:
    person = sign_up(server.url)
    message = person.send(person.group(private=True), "not for you")
    hidden = look(admin, message)
    absent = look(admin, message | {"channel_id": "4503599627370495"})
    assert hidden.status == 404
    assert (hidden.status, hidden.body) == (absent.status, absent.body)
    open_group = person.send(person.group(), "nor this")
    assert look(admin, open_group).status == 403  # it may be joined, as over any other route


def test_message_when_unknown_is_not_found(admin: Person) -> None:
    message = admin.send(admin.group(), "here")
    assert look(admin, message | {"id": "4503599627370495"}).status == 404
    assert look(admin, message | {"id": "x"}).status == 422


# -- the tap --------------------------------------------------------------------------------------------


async def test_tap_when_things_happen_hears_each_once_in_order(
    admin: Person, server: RunningServer
) -> None:
    channel = admin.group()
    bob = sign_up(server.url)
    bob.join(channel)
    async with Tap(server, admin.token) as tap, Native(server.ws, bob.token) as his:
        assert tap.first["user"] == {"id": admin.id, "username": admin.name}
        assert [one["label"] for one in tap.first["dialects"]] == list(lensed())
        for n in range(20):
            await his.say(channel, f"line {n}", nonce=f"bobs-{n}")
        message = admin.send(channel, SCRIPT)
        await asyncio.to_thread(
            bob.ok, "PUT", f"/channels/{channel}/messages/{message['id']}/reactions/👍/@me"
        )
        heard = [event for event in await tap.events() if event["channel_id"] == channel]
    assert [event["event"] for event in heard] == ["MessageSent"] * 21 + ["ReactionAdded"]
    versions = [event["version"] for event in heard]
    assert versions == list(range(versions[0], versions[0] + 22))
    said = [
        inner(event["frames"]["native"][0])["data"]["message"]["content"] for event in heard[:21]
    ]
    assert said == [*(f"line {n}" for n in range(20)), SCRIPT]
    for event in heard:
        assert list(event["frames"]) == list(lensed())
    assert "bobs-" not in json.dumps(heard)


async def test_tap_of_a_direct_and_a_text_channel_and_the_lobby_is_heard(
    admin: Person, server: RunningServer
) -> None:
    bob = sign_up(server.url)
    direct = bob.ok("POST", "/dms", {"user_id": admin.id})["id"]
    text = admin.ok("POST", "/servers", {"name": "home"})["channels"][0]["id"]
    async with Tap(server, admin.token) as tap:
        await asyncio.to_thread(bob.send, direct, "between us")
        await asyncio.to_thread(admin.send, text, "in a server")
        await asyncio.to_thread(bob.send, "0", "to everybody")
        heard = await tap.events()
    sent = [event["channel_id"] for event in heard if event["event"] == "MessageSent"]
    assert [channel for channel in sent if channel in (direct, text, "0")] == [direct, text, "0"]


async def test_tap_of_a_kicked_admin_hears_nothing_behind_the_kick(
    admin: Person, server: RunningServer
) -> None:
    bob = sign_up(server.url)
    channel = bob.group(private=True)
    bob.ok("PUT", f"/channels/{channel}/members/{admin.id}")
    async with Tap(server, admin.token) as tap:
        await asyncio.to_thread(bob.send, channel, "before")
        await asyncio.to_thread(bob.ok, "DELETE", f"/channels/{channel}/members/{admin.id}")
        await asyncio.to_thread(bob.send, channel, "behind their back")
        heard = [event for event in await tap.events() if event["channel_id"] == channel]
    assert [event["event"] for event in heard] == ["MessageSent", "MemberLeft"]
    assert "behind their back" not in json.dumps(heard)


async def test_tap_when_one_is_no_admin_is_refused_and_closed(server: RunningServer) -> None:
    person = sign_up(server.url)
    async with Tap(server, person.token) as tap:
        assert tap.first == {
            "type": "error",
            "code": "forbidden",
            "message": "This is for administrators.",
        }
        assert await tap.wait_closed() == (4006, "for administrators")


@pytest.mark.parametrize("token", ["", "made up"])
async def test_tap_when_the_token_is_none_is_refused_and_closed(
    server: RunningServer, token: str
) -> None:
    async with Tap(server, token) as tap:
        assert (tap.first["type"], tap.first["code"]) == ("error", "unauthorized")
        assert await tap.wait_closed() == (4001, "unauthenticated")


async def test_tap_when_one_sends_anything_else_is_told_what_there_is(
    admin: Person, server: RunningServer
) -> None:
    async with Tap(server, admin.token) as tap:
        await tap.send({"type": "send_message"})
        found = await tap.wait(lambda frame: frame["type"] == "error")
    assert found["message"] == "type: it must be one of connect, heartbeat"


async def test_tap_when_its_person_is_no_admin_any_more_ends(tmp_path: Path) -> None:
    local = LocalServer(tmp_path)
    try:
        ann = await local.register("ann")
        await _set_admin(tmp_path, "ann")
        await local.node.recheck()
        connection, session = await _tap(local, ann.access_token)
        assert [frame["type"] for frame in connection.take()] == ["ready"]
        await _set_admin(tmp_path, "ann", "--revoke")
        await local.node.recheck()
        assert session.closed
        assert connection.closed == (4006, "no longer an administrator")
        caller = await local.caller(ann.access_token)
        refusal = await refused(local.do(caller, LookAt(LOBBY, MessageId(1))))
        assert refusal.code is Code.FORBIDDEN
    finally:
        await local.close()


async def _set_admin(folder: Path, *arguments: str) -> None:
    """As an administrator of the machine does it, in a process of its own."""
    command = ("user", "set-admin", *arguments, "--data", str(folder))
    done = await asyncio.to_thread(hubbub, folder, *command)
    assert done.returncode == 0, done.stderr


async def _tap(local: LocalServer, token: str) -> tuple[FakeConnection, Session]:
    connection = FakeConnection()
    session = local.node.gateway.open(as_port(connection), (LensDialect(lensed()),))
    session.receive(json.dumps({"type": "connect", "token": token}).encode(), 0.0)
    await connection.arrived.wait()
    return connection, session


# -- the page -------------------------------------------------------------------------------------------

FILES: Final = (
    "lens.js",
    "messages.js",
    "live.js",
    "tap.js",
    "frames.js",
    "ids.js",
    "api.js",
    "words.js",
)
# Each makes markup or code out of text.
DANGEROUS: Final = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|setHTML"
    r"|srcdoc|\beval\b|\bFunction\(|setTimeout\(\s*[\"'`]|javascript:|\.style\b|localStorage|document\.cookie"
)


def test_page_when_opened_by_anybody_is_there_and_loads_only_what_is_here(
    server: RunningServer,
) -> None:
    answer = call("GET", f"{server.url}/lens")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    loaded = re.findall(r'(?:src|href)="([^"]+)"', answer.body)
    assert sorted(loaded) == ["lens/icon.svg", "lens/lens.css", "lens/lens.js"]
    for path in [*loaded, *(f"lens/{name}" for name in FILES)]:
        assert call("GET", f"{server.url}/{path}").status == 200, path
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", answer.body)


@pytest.mark.parametrize("path", ["/lens", *(f"/lens/{name}" for name in FILES), "/lens/lens.css"])
def test_page_when_served_has_a_policy_without_any_way_in(server: RunningServer, path: str) -> None:
    answer = call("GET", server.url + path)
    policy = dict(
        rule.strip().split(" ", 1) for rule in answer.headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in str(policy)
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", FILES)
def test_script_when_read_makes_no_markup_of_text(server: RunningServer, name: str) -> None:
    text = call("GET", f"{server.url}/lens/{name}").body
    assert DANGEROUS.findall(text) == []
    imported = re.findall(r'from "([^"]+)"', text)
    assert set(imported) <= {f"./{file}" for file in FILES}


def test_words_when_compared_are_the_same_in_both_languages(server: RunningServer) -> None:
    text = call("GET", f"{server.url}/lens/words.js").body
    english, chinese = (
        re.findall(r"^ {4}(\w+): \"(.*)\",$", part, re.MULTILINE) for part in text.split("  zh: {")
    )
    assert [key for key, _ in english] == [key for key, _ in chinese]
    for (key, one), (_, other) in zip(english, chinese, strict=True):
        assert sorted(re.findall(r"{\w+}", one)) == sorted(re.findall(r"{\w+}", other)), key
    page = call("GET", f"{server.url}/lens").body
    scripts = "".join(call("GET", f"{server.url}/lens/{name}").body for name in FILES)
    used = {*re.findall(r'data-word="(\w+)"', page), *re.findall(r'say\("(\w+)"', scripts)}
    assert used <= {key for key, _ in english}
