"""S11: what only the server decides can't be written, in whatever request it stands."""

from typing import Any

import pytest

from support.rest import Person, sign_up
from support.server import RunningServer

FORGED: dict[str, object] = {
    "id": "1",
    "seq": 99,
    "version": 99,
    "author": {"id": "0"},
    "author_id": "0",
    "user_id": "0",
    "created_at": "2000-01-01T00:00:00.000Z",
    "edited_at": None,
    "recalled": True,
    "mentions": ["0"],
    "reactions": ["x"],
    "admin": True,
    "is_admin": True,
    "disabled": True,
    "owner_id": "0",
    "last_seq": 99,
    "status": "active",
    "role": "admin",
    "read_seq": 99,
    "password_hash": "x",
    "username": "root",
    "kind": "lobby",
    "email": "x@example.org",
    "session_id": "x",
    "expires_in": 9**9,
    "channel_id": "0",
    "request_id": "1",
    "server_id": "0",
    "everyone_role_id": "0",
    "creator_id": "0",
    "uses": 0,
    "code": "x",
    "pinned_at": None,
    "__proto__": {},
}
WRITES: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("POST", "/channels", {"name": "n"}),
    ("PATCH", "/channels/{channel}", {"name": "n"}),
    ("POST", "/dms", {"user_id": "{other}"}),
    ("PUT", "/channels/{channel}/members/{other}", {"role": "member"}),
    ("PUT", "/relationships/{other}", {"bond": "friend"}),
    ("POST", "/channels/{channel}/messages", {"content": "c"}),
    ("PATCH", "/channels/{channel}/messages/{message}", {"content": "c"}),
    ("PUT", "/channels/{channel}/read", {"seq": 1}),
    ("PUT", "/channels/{channel}/delivered", {"seq": 1}),
    ("PATCH", "/users/@me", {"display_name": "d"}),
    ("POST", "/servers", {"name": "n"}),
    ("PATCH", "/servers/{server}", {"name": "n"}),
    ("POST", "/servers/{server}/channels", {"name": "n"}),
    ("PATCH", "/channels/{text}", {"name": "n"}),
    ("POST", "/servers/{server}/categories", {"name": "n"}),
    ("POST", "/servers/{server}/roles", {"name": "n"}),
    ("PATCH", "/servers/{server}/members/@me", {"nickname": "n"}),
    ("PUT", "/servers/{server}/bans/{other}", {"reason": "r"}),
    ("POST", "/servers/{server}/invites", {"max_uses": 1}),
    ("PUT", "/channels/{text}/overrides/{everyone}", {"kind": "role"}),
    ("PUT", "/channels/{text}/notify", {"notify": "all"}),
    ("POST", "/channels/{text}/webhooks", {"name": "n"}),
    ("POST", "/bots", {"username": "{fresh}"}),
    ("POST", "/auth/register", {"username": "{fresh}", "password": "correct horse battery"}),
    ("POST", "/auth/login", {"login": "{name}", "password": "correct horse battery"}),
    ("POST", "/auth/refresh", {"refresh_token": "unknown"}),
    ("POST", "/auth/password", {"old_password": "x", "new_password": "correct horse battery"}),
    ("POST", "/auth/claim-admin", {"token": "x"}),
)
# These fields are that request's own.
OWN = {
    ("/channels/{channel}", "owner_id"),
    ("/channels/{text}", "owner_id"),
    ("/servers/{server}", "owner_id"),
    ("/channels", "kind"),
    ("/auth/register", "email"),
}


def _state(person: Person, channel: str) -> Any:
    return (
        person.ok("GET", "/users/@me"),
        person.ok("GET", "/channels"),
        person.ok("GET", f"/channels/{channel}/members"),
        person.history(channel),
        person.ok("GET", "/servers"),
    )


@pytest.mark.parametrize(("method", "path", "body"), WRITES, ids=[f"{m} {p}" for m, p, _ in WRITES])
def test_s11_read_only_field_in_a_write_is_refused_by_name_and_changes_nothing(
    server: RunningServer, method: str, path: str, body: dict[str, object]
) -> None:
    person, other = sign_up(server.url), sign_up(server.url)
    channel, home = person.group(), person.ok("POST", "/servers", {"name": "home"})
    names = {
        "channel": channel,
        "server": home["id"],
        "everyone": home["everyone_role_id"],
        "text": home["channels"][0]["id"],
        "other": other.id,
        "message": person.send(channel, "old")["id"],
        "name": person.name,
        "fresh": person.name + "x",
    }
    body = {k: v.format(**names) if isinstance(v, str) else v for k, v in body.items()}
    before = _state(person, channel)
    for field, value in FORGED.items():
        if field in body or (path, field) in OWN:
            continue
        found = person.call(method, path.format(**names), body | {field: value})
        assert found.status == 422, (field, found.status, found.body)
        assert field in found.body["detail"]
    assert _state(person, channel) == before


def test_s11_kind_of_a_new_channel_can_only_be_group(server: RunningServer) -> None:
    person = sign_up(server.url)
    for kind in ("lobby", "direct", "server"):
        assert person.call("POST", "/channels", {"name": "n", "kind": kind}).status == 422


def test_s11_group_can_not_be_given_to_a_stranger_or_the_system(server: RunningServer) -> None:
    person, other = sign_up(server.url), sign_up(server.url)
    channel = person.group()
    for owner in (other.id, "0", "4503599627370495"):
        assert person.call("PATCH", f"/channels/{channel}", {"owner_id": owner}).status == 422
    assert person.ok("GET", f"/channels/{channel}")["owner_id"] == person.id


def test_s11_user_id_in_the_original_dialect_is_ignored(server: RunningServer) -> None:
    from support.rest import call

    person = sign_up(server.url)
    body = {"name": f"room of {person.name}", "userID": "0"}
    url = f"{server.url}/channelchat/api/v1/channels"
    made = call("POST", url, body, person.token).body["data"]
    assert made["userID"] == person.id
