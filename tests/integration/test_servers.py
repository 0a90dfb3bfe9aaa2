"""Servers over a real server's sockets, where a transcript can't stop and start it."""

import asyncio
from urllib.parse import urlencode

import pytest

from support.rest import HTTP, sign_up
from support.server import RunningServer
from support.sockets import Native


async def test_who_comes_into_a_server_that_nobody_has_asked_for_yet_hears_it(
    fresh_server: RunningServer,
) -> None:
    owner, guest = sign_up(fresh_server.url), sign_up(fresh_server.url)
    made = owner.ok("POST", "/servers", {"name": "home"})
    code = owner.ok("POST", f"/servers/{made['id']}/invites")["code"]
    fresh_server.terminate()
    fresh_server.start()
    async with Native(fresh_server.ws, guest.token) as native:
        await asyncio.to_thread(guest.ok, "POST", f"/invites/{code}")
        await native.wait_type("server_member_joined")
        await asyncio.to_thread(owner.send, made["channels"][0]["id"], "welcome")
        heard = await native.wait_type("new_message")
        assert heard["data"]["message"]["content"] == "welcome"


@pytest.mark.parametrize(
    ("body", "status", "answer"),
    [
        (urlencode({"payload": '{"text": "grün <https://ci.example/7|log>"}'}), 200, "ok"),
        ('{"text": "as curl -d sends it: ü"}', 200, "ok"),
        ("payload=%7Bbad", 422, "The body is not JSON"),
        ("text=x", 422, "payload: it must be a field of the form, with the JSON in it"),
        ("payload=%7B%7D" + "&a=" * 9, 422, "payload: it must be a field of the form"),
        ("", 422, "payload: it must be a field of the form"),
    ],
    ids=["form", "json", "malformed", "other", "many", "empty"],
)
def test_webhook_when_written_to_as_slack_takes_forms(
    server: RunningServer, body: str, status: int, answer: str
) -> None:
    owner = sign_up(server.url)
    channel = owner.ok("POST", "/servers", {"name": "ci"})["channels"][0]["id"]
    hook = owner.ok("POST", f"/channels/{channel}/webhooks", {"name": "CI"})
    found = HTTP.post(
        f"{server.url}/api/v1/webhooks/{hook['id']}/{hook['token']}/slack",
        content=body.encode(),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert (found.status_code, answer in found.text) == (status, True), found.text
    said = [message["content"] for message in owner.history(channel)["messages"]]
    expected = ["grün log (https://ci.example/7)"] if body.startswith("payload=%7B%22") else []
    assert said == (expected or (["as curl -d sends it: ü"] if status == 200 else []))


def test_webhook_in_a_group_when_asked_for_says_that_only_servers_have_them(
    server: RunningServer,
) -> None:
    owner = sign_up(server.url)
    answer = owner.call("POST", f"/channels/{owner.group()}/webhooks", {"name": "CI"})
    assert (answer.status, answer.body["detail"]) == (404, "Only a server's channel has that.")
