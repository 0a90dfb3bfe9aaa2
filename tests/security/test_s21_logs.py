"""S21: nobody can write a line into the log, and no secret is ever in it."""

import json
import re
from pathlib import Path

import pytest

from support.rest import HTTP, call, sign_in, sign_up
from support.server import RunningServer, running
from support.sockets import ChannelChat, Native, Socket

FORGED = "2026-01-01T00:00:00Z [error] forged_line user=root"
INJECTIONS = [f"x\n{FORGED}", f"x\r\n{FORGED}", f"\x1b[2J\x1b[31m{FORGED}", f"x\u2028{FORGED}"]


def _poke(server: RunningServer, text: str) -> None:
    """The text in every place that a stranger can write to."""
    register = f"{server.url}/api/v1/auth/register"
    login = f"{server.url}/api/v1/auth/login"
    person = sign_up(server.url)
    call("POST", register, {"username": text[:50], "password": "correct horse battery"})
    call("POST", login, {"login": text, "password": text})
    agent = text.replace("\n", " ").replace("\r", " ").encode("latin-1", "replace")
    headers = {b"user-agent": agent, b"content-type": b"application/json"}
    body = json.dumps({"login": person.name, "password": "correct horse battery"})
    HTTP.post(login, content=body, headers=headers)
    HTTP.get(f"{server.url}/api/v1/users", params={"q": text})
    channel = person.group()
    person.call("PATCH", f"/channels/{channel}", {"description": text})
    person.call("PATCH", "/users/@me", {"display_name": text})
    person.send(channel, text, text[:64])
    call("POST", login, text.encode())


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_s21_control_characters_in_any_field_forge_no_log_line(
    tmp_path: Path, log_format: str
) -> None:
    options = {"HUBBUB_LOG_LEVEL": "debug", "HUBBUB_LOG_FORMAT": log_format}
    with running(tmp_path, options) as server:
        for text in INJECTIONS:
            _poke(server, text)
        server.terminate()
        said = server.output()
    assert not any(line.startswith(FORGED[:20]) for line in said.splitlines())
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u2028]", said), "control characters in the log"
    assert "incident" not in said
    if log_format == "json":
        greeting = said.index("hubbub user create")
        logged = said[said.index("\n", greeting) :].strip().splitlines()
        assert all("event" in json.loads(line) for line in logged)


async def test_s21_no_password_token_or_content_is_logged_in_a_whole_session(
    tmp_path: Path,
) -> None:
    with running(tmp_path, {"HUBBUB_LOG_LEVEL": "debug"}) as server:
        ann = sign_up(server.url, "ann", "Passwort-von-Ann")
        again = sign_in(server.url, "ann", "Passwort-von-Ann")
        call(
            "POST",
            f"{server.url}/api/v1/auth/login",
            {"login": "ann", "password": "Falsch-geraten"},
        )
        fresh = call(
            "POST", f"{server.url}/api/v1/auth/refresh", {"refresh_token": ann.refresh_token}
        ).body
        channel = again.group("Gruppenname")
        async with Native(server.ws, again.token) as native:
            sent = await native.say(channel, "Inhalt-geheim", "nonce-geheim")
            place = {"channel_id": channel, "message_id": sent["message_id"]}
            await native.ask("edit_message", content="Inhalt-neu", **place)
            await native.ask("send_message", channel_id=channel, content="Inhalt-lang" * 1000)
            await native.ws.send("{Inhalt-kaputt")
        async with ChannelChat(server.ws, again.token) as old:
            await old.enter(channel)
        url = f"{server.ws}/channelchat/api/v1/ws?accesstoken={again.token}"
        async with Socket(url) as by_address:
            await by_address.send({"type": "heartbeat"})
            await by_address.receive()
        call("GET", f"{server.url}/channelchat/api/v1/channels?accesstoken={again.token}")
        change = {"old_password": "Passwort-von-Ann", "new_password": "Passwort-neu"}
        again.ok("POST", "/auth/password", change)
        again.ok("POST", "/auth/logout")
        server.terminate()
        said = server.output()
    tokens = [ann.token, again.token, ann.refresh_token, again.refresh_token]
    tokens += [fresh["access_token"], fresh["refresh_token"], *change.values()]
    tokens += [t.rsplit(".", 1)[1] for t in (ann.token, again.token)]
    for secret in [*tokens, "Falsch-geraten", "Inhalt", "nonce-geheim"]:
        assert secret not in said
    assert (server.data / "secret").read_text().split(":")[1].strip() not in said


def test_s21_secrets_in_paths_are_not_logged_and_not_in_refusals(tmp_path: Path) -> None:
    with running(tmp_path, {"HUBBUB_LOG_LEVEL": "debug"}) as server:
        ann = sign_up(server.url)
        made = ann.ok("POST", "/servers", {"name": "home"})
        hook = ann.ok("POST", f"/channels/{made['channels'][0]['id']}/webhooks", {"name": "CI"})
        code = ann.ok("POST", f"/servers/{made['id']}/invites")["code"]
        bot = ann.ok("POST", "/bots", {"username": "helper"})
        post = f"{server.url}/api/v1/webhooks/{hook['id']}/{hook['token']}"
        paths = (post, f"{post}/slack", f"{server.url}/api/v1/invites/{code}")
        answers = [call("POST", p, b, ann.token) for p in paths for b in ({}, b"{", {"x": 1})]
        answers += [call(m, p, None, bot["token"]) for p in paths for m in ("GET", "POST", "PUT")]
        server.terminate()
        said = server.output()
    # A path that is no route is named in the refusal, to whoever asked for it.
    told = str([a.body for a in answers if a.status not in (404, 405)])
    for secret in (hook["token"], bot["token"]):
        assert secret not in said + told
    assert code not in said


def test_s21_unknown_accesstoken_in_an_address_is_not_logged(server: RunningServer) -> None:
    call("GET", f"{server.url}/channelchat/api/v1/channels?accesstoken=geheim-geheim")
    assert "geheim-geheim" not in server.output()
