"""T29 for servers: role × operation, ids of other servers, and what is hidden being as what is absent."""

from typing import Any

import pytest

from security.server_matrix import (
    BY_CODE,
    BY_TOKEN,
    CAST,
    IN_CHANNELS,
    IN_SERVER,
    OUTSIDE,
    ROWS,
    WEBHOOK,
    Row,
)
from security.server_scene import UNKNOWN, Guild, Guilds, fill
from support.rest import Answer, Person, call, sign_up
from support.server import RunningServer

STATUS = {"2": {200, 201, 204}, "3": {403}, "4": {404}, "9": {409}}
# What is named by an id inside a server, in the path or in the body.
INNER = ("channel_id", "category_id", "role_id", "message_id", "webhook_id", "target_id")


def _ask(guilds: Guilds, guild: Guild, role: str, row: Row, **other: str) -> Answer:
    names = guild.ids | {"emoji": "👍", "bot_id": guilds.bots[role]}
    names |= {name: names[real] for name, real in row.names.items()}
    names |= other
    return guild.cast[role].call(row.method, row.path.format(**names), fill(row.body, names))


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_t29_answer_to_every_role_in_a_server_is_the_tables(
    guilds: Guilds, settled: Guild, row: Row
) -> None:
    wrong = []
    for role, mark in zip(CAST, row.answers, strict=True):
        if row.method != "GET" and mark == "2":
            with guilds.guild() as guild:
                found = _ask(guilds, guild, role, row)
        else:
            found = _ask(guilds, settled, role, row)
        if found.status not in STATUS[mark]:
            wrong.append((role, mark, found.status, found.body))
    assert wrong == []


# -- hidden and absent --------------------------------------------------------------------------------


@pytest.mark.parametrize("row", IN_SERVER, ids=str)
def test_t29_hidden_and_absent_servers_get_one_answer(
    guilds: Guilds, settled: Guild, row: Row
) -> None:
    for role in OUTSIDE:
        hidden = _ask(guilds, settled, role, row)
        absent = _ask(guilds, settled, role, row, server_id=UNKNOWN)
        assert (hidden.status, hidden.body) == (absent.status, absent.body), role


@pytest.mark.parametrize("row", IN_CHANNELS, ids=str)
def test_t29_hidden_and_absent_channels_of_servers_get_one_answer(
    guilds: Guilds, settled: Guild, row: Row
) -> None:
    names = {"webhook_id": UNKNOWN} if row.path == WEBHOOK else {"channel_id": UNKNOWN}
    for role in (*OUTSIDE, "blind"):
        hidden = _ask(guilds, settled, role, row)
        absent = _ask(guilds, settled, role, row, **names)
        assert (hidden.status, hidden.body) == (absent.status, absent.body), role


@pytest.mark.parametrize("row", BY_CODE, ids=str)
def test_t29_invite_of_who_is_banned_is_as_absent(guilds: Guilds, settled: Guild, row: Row) -> None:
    hidden = _ask(guilds, settled, "banned", row)
    absent = _ask(guilds, settled, "banned", row, code="A" * len(settled.ids["code"]))
    if row.method == "DELETE":
        # Whose code one has, one has: only that it can't be ended from outside is to be seen.
        assert (hidden.status, absent.status) == (404, 404)
    else:
        assert (hidden.status, hidden.body) == (absent.status, absent.body)


# -- other servers' ids -------------------------------------------------------------------------------


def _inner(row: Row) -> list[str]:
    text = f"{row.path} {row.body}"
    named = [n for n in INNER if f"{{{n}}}" in text]
    return [n for n in named if not (n == "channel_id" and row.path.startswith("/channels"))]


@pytest.mark.parametrize("row", [row for row in ROWS if _inner(row)], ids=str)
def test_t29_ids_of_another_server_are_as_absent(
    guilds: Guilds, settled: Guild, elsewhere: Guild, row: Row
) -> None:
    for name in _inner(row):
        real = row.names.get(name, "role_id" if name == "target_id" else name)
        if name == "webhook_id" or real == "blind_id":
            continue  # a webhook's path names no server; people may be in both
        foreign = _ask(guilds, settled, "owner", row, **{name: elsewhere.ids[real]})
        absent = _ask(guilds, settled, "owner", row, **{name: UNKNOWN})
        assert (foreign.status, foreign.body) == (absent.status, absent.body), name
        assert foreign.status in (404, 422) or row.path.endswith("/overrides/{target_id}"), name
    own = guilds.cast["owner"].ok("GET", f"/servers/{elsewhere.ids['server_id']}")
    assert own["channels"][0]["overrides"] == _overrides(elsewhere)


def _overrides(guild: Guild) -> list[Any]:
    deny = ["VIEW_CHANNEL"]
    return [{"target_id": guild.ids["blind_id"], "kind": "member", "allow": [], "deny": deny}]


def test_t29_members_of_another_server_are_as_absent(guilds: Guilds, settled: Guild) -> None:
    outsider = guilds.cast["stranger"].id
    for row in ROWS:
        if "{user_id}" in f"{row.path} {row.body}" and not row.names and "bans" not in row.path:
            foreign = _ask(guilds, settled, "owner", row, user_id=outsider)
            assert foreign.status in (403, 404, 422), row
            if row.path.startswith("/servers") and row.method != "DELETE":
                absent = _ask(guilds, settled, "owner", row, user_id=UNKNOWN)
                assert (foreign.status, foreign.body) == (absent.status, absent.body), row


# -- lists --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [*OUTSIDE, "blind"])
def test_t29_what_is_hidden_is_in_no_list_or_answer(
    guilds: Guilds, settled: Guild, role: str
) -> None:
    person, ids = settled.cast[role], settled.ids
    lists = ["/servers", "/channels", "/groups", "/users/@me/notify"]
    if role == "blind":
        lists += [f"/servers/{ids['server_id']}", f"/servers/{ids['server_id']}/channels"]
    for path in lists:
        shown = str(person.ok("GET", path))
        assert ids["channel_id"] not in shown, path
        assert role == "blind" or ids["server_id"] not in shown, path


def test_t29_notify_of_others_is_in_no_answer(guilds: Guilds) -> None:
    with guilds.guild() as guild:
        path = f"/servers/{guild.ids['server_id']}/members"
        guild.target.ok("PATCH", f"{path}/@me", {"notify": "nothing"})
        mine = guild.target.ok("GET", f"/servers/{guild.ids['server_id']}")
        assert mine["member"]["notify"] == "nothing"
        for way in ("", f"/{guild.target.id}"):
            assert "nothing" not in str(guild.cast["owner"].ok("GET", path + way))


# -- programs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", BY_TOKEN, ids=str)
def test_t29_webhook_with_a_wrong_token_is_as_absent(
    server: RunningServer, settled: Guild, operation: tuple[str, str]
) -> None:
    method, path = operation
    body = {"text": "x"} if path.endswith("slack") else {"content": "x"}
    url = f"{server.url}/api/v1{path}"
    token = settled.ids["webhook_token"]
    answers = [
        call(method, url.format(webhook_id=webhook, webhook_token=wrong), body)
        for webhook, wrong in (
            (settled.ids["webhook_id"], token[:-1] + ("a" if token[-1] != "a" else "b")),
            (settled.ids["webhook_id"], "-"),
            (UNKNOWN, token),
            (settled.ids["channel_id"], token),
        )
    ]
    assert {a.status for a in answers} == {404}
    assert all(a.body == answers[0].body for a in answers)
    right = url.format(webhook_id=settled.ids["webhook_id"], webhook_token=token)
    assert call(method, right, body).status in (200, 201)


def test_t29_webhooks_token_is_told_once_and_is_nobodys_access_token(
    server: RunningServer, settled: Guild
) -> None:
    token = settled.ids["webhook_token"]
    listed = settled.cast["owner"].ok("GET", f"/channels/{settled.ids['channel_id']}/webhooks")
    assert token not in str(listed)
    assert call("GET", f"{server.url}/api/v1/users/@me", token=token).status == 401


def test_t29_bots_of_others_are_as_absent(server: RunningServer, settled: Guild) -> None:
    ann, eve = sign_up(server.url), sign_up(server.url)
    made = ann.ok("POST", "/bots", {"username": f"b{ann.name}"})
    bot = made["user"]["id"]
    for method, path in (("POST", "/bots/{}/token"), ("DELETE", "/bots/{}")):
        answers = [eve.call(method, path.format(i)) for i in (bot, UNKNOWN, ann.id, eve.id)]
        assert {a.status for a in answers} == {404}
        assert all(a.body == answers[0].body for a in answers)
    assert eve.ok("GET", "/bots") == []
    owner = settled.cast["owner"]
    path = f"/servers/{settled.ids['server_id']}/bots/"
    stolen, absent = owner.call("PUT", path + bot), owner.call("PUT", path + UNKNOWN)
    assert (stolen.status, stolen.body) == (absent.status, absent.body)
    assert [b.get("token") for b in ann.ok("GET", "/bots")] == [None]


def test_s10_bot_makes_no_bots_servers_or_friends_and_uses_no_invite(
    server: RunningServer, settled: Guild
) -> None:
    ann = sign_up(server.url)
    made = ann.ok("POST", "/bots", {"username": f"b{ann.name}"})
    bot = Person(server.url, made["user"]["id"], "", made["token"], "", "")
    for method, path, body in (
        ("POST", "/bots", {"username": f"c{ann.name}"}),
        ("POST", f"/bots/{bot.id}/token", None),
        ("DELETE", f"/bots/{bot.id}", None),
        ("POST", "/servers", {"name": "mine"}),
        ("POST", f"/invites/{settled.ids['code']}", None),
        ("PUT", f"/relationships/{ann.id}", {"bond": "friend"}),
        ("POST", "/auth/password", {"old_password": "x", "new_password": "correct horse battery"}),
        ("POST", "/auth/logout", None),
    ):
        assert bot.call(method, path, body).status == 403, (method, path)
    assert bot.call("GET", "/users/@me").status == 200


def test_t29_preferences_and_choices_are_ones_own(server: RunningServer, settled: Guild) -> None:
    ann, eve = sign_up(server.url), sign_up(server.url)
    ann.ok("PUT", "/users/@me/preferences", {"theme": "dark", "n": 1.50})
    ann.ok("PUT", "/channels/0/notify", {"notify": "nothing"})
    assert ann.ok("GET", "/users/@me/preferences") == {"theme": "dark", "n": 1.5}
    assert ann.ok("GET", "/users/@me/notify") == {"0": "nothing"}
    assert eve.ok("GET", "/users/@me/preferences") == {}
    assert eve.ok("GET", "/users/@me/notify") == {}
    assert eve.call("GET", f"/users/{ann.id}/preferences").status in (404, 405)
