"""S10: what administrators may do to others, nobody else may, and who loses something loses it at once."""

import asyncio
import secrets
from typing import Any, Final

import pytest

from support.rest import PASSWORD, Person, call, sign_in, sign_up
from support.server import RunningServer
from support.sockets import MutiPerson, Native

NEW: Final = "another horse entirely"
ROUTES: Final = (
    ("GET", "/admin/users", None),
    ("PATCH", "/admin/users/{user_id}", {"admin": True}),
    ("PATCH", "/admin/users/{user_id}", {"disabled": True}),
    ("PATCH", "/admin/users/{user_id}", {"password": NEW}),
    ("DELETE", "/admin/users/{user_id}/sessions", None),
    ("GET", "/admin/figures", None),
    ("GET", "/admin/settings", None),
)


def _path(person: Person) -> str:
    return f"/admin/users/{person.id}"


def _found(admin: Person, name: str) -> Any:
    (record,) = admin.ok("GET", "/admin/users", q=name, limit=1)
    return record


async def _run(*arguments: Any) -> Any:
    return await asyncio.to_thread(*arguments)


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_s10_administration_is_for_administrators(
    governed: RunningServer, admin: Person, method: str, path: str, body: Any
) -> None:
    ann, bob = sign_up(governed.url), sign_up(governed.url)
    before = _found(admin, bob.name)
    for target in (ann.id, bob.id, admin.id, "404404404"):
        answer = ann.call(method, path.format(user_id=target), body)
        assert (answer.status, answer.body["code"]) == (403, "forbidden")
        assert (
            call(method, f"{governed.url}/api/v1{path.format(user_id=target)}", body).status == 401
        )
    assert _found(admin, bob.name) == before
    assert bob.call("GET", "/users/@me").status == 200


def test_s10_bot_of_an_administrator_administers_nothing(
    governed: RunningServer, admin: Person
) -> None:
    name = f"bot-{secrets.token_hex(6)}"
    made = admin.ok("POST", "/bots", {"username": name})
    for method, path, body in ROUTES:
        path = path.format(user_id=made["user"]["id"])
        answer = call(method, f"{governed.url}/api/v1{path}", body, made["token"])
        assert answer.status == 403, path


def test_s10_administrator_is_made_and_unmade_at_once(
    governed: RunningServer, admin: Person
) -> None:
    ann = sign_up(governed.url)
    made = admin.ok("PATCH", _path(ann), {"admin": True})
    assert (made["id"], made["admin"], made["disabled"]) == (ann.id, True, False)
    assert ann.call("GET", "/admin/users").status == 200
    assert admin.ok("PATCH", _path(ann), {"admin": False})["admin"] is False
    assert ann.call("GET", "/admin/users").status == 403


async def test_s10_disabled_person_is_gone_at_once_and_told_why_by_the_right_password(
    governed: RunningServer, admin: Person
) -> None:
    ann = await _run(sign_up, governed.url)
    async with Native(governed.ws, ann.token) as phone, Native(governed.ws, ann.token) as laptop:
        done = await _run(admin.call, "PATCH", _path(ann), {"disabled": True})
        assert (done.status, done.body["disabled"]) == (200, True)
        assert await phone.wait_closed() == (4006, "signed out")
        assert await laptop.wait_closed() == (4006, "signed out")
    gone = await _run(ann.call, "GET", "/users/@me")
    wrong = {"login": ann.name, "password": "not the password"}
    right = {"login": ann.name, "password": PASSWORD}
    answers = [
        await _run(call, "POST", f"{governed.url}/api/v1/auth/login", body)
        for body in (wrong, right)
    ]
    refresh = {"refresh_token": ann.refresh_token}
    again = await _run(call, "POST", f"{governed.url}/api/v1/auth/refresh", refresh)
    assert (gone.status, again.status) == (401, 401)
    assert [(answer.status, "disabled" in str(answer.body)) for answer in answers] == [
        (401, False),
        (403, True),
    ]
    assert (await _run(admin.call, "PATCH", _path(ann), {"disabled": False})).status == 200
    assert (await _run(sign_in, governed.url, ann.name)).id == ann.id
    assert (await _run(ann.call, "GET", "/users/@me")).status == 401, "what has ended stays ended"


async def test_s10_disabled_guest_is_gone_at_once(governed: RunningServer, admin: Person) -> None:
    name = f"guest-{secrets.token_hex(6)}"
    async with MutiPerson(governed.url, name) as guest:
        path = f"/admin/users/{guest.user_id}"
        assert (await _run(admin.call, "PATCH", path, {"disabled": True})).status == 200
        assert (await guest.wait_closed())[0] == 4006
    entered = await _run(call, "POST", f"{governed.url}/mutiperson/ws/login", {"user_name": name})
    assert entered.body["code"] != 200
    groups = f"{governed.url}/mutiperson/ws/block?user_id={guest.user_id}"
    assert (await _run(call, "GET", groups)).body.get("code") != 200
    assert (await _run(admin.call, "PATCH", path, {"disabled": False})).status == 200
    async with MutiPerson(governed.url, name) as back:
        assert back.user_id == guest.user_id


async def test_s10_disabled_bot_is_gone_until_it_is_enabled(
    governed: RunningServer, admin: Person
) -> None:
    name = f"bot-{secrets.token_hex(6)}"
    made = await _run(admin.ok, "POST", "/bots", {"username": name})
    path = f"/admin/users/{made['user']['id']}"
    me = f"{governed.url}/api/v1/users/@me"
    async with Native(governed.ws, made["token"]) as bot:
        assert (await _run(admin.call, "PATCH", path, {"disabled": True})).status == 200
        assert await bot.wait_closed() == (4006, "signed out")
    assert (await _run(call, "GET", me, None, made["token"])).status == 401
    assert (await _run(admin.call, "PATCH", path, {"disabled": False})).status == 200
    assert (await _run(call, "GET", me, None, made["token"])).status == 200


async def test_s10_new_password_ends_all_devices_and_works(
    governed: RunningServer, admin: Person
) -> None:
    ann = await _run(sign_up, governed.url)
    async with Native(governed.ws, ann.token) as phone:
        assert (await _run(admin.call, "PATCH", _path(ann), {"password": NEW})).status == 200
        assert await phone.wait_closed() == (4006, "signed out")
    assert (await _run(ann.call, "GET", "/users/@me")).status == 401
    body = {"login": ann.name, "password": PASSWORD}
    assert (await _run(call, "POST", f"{governed.url}/api/v1/auth/login", body)).status == 401
    assert (await _run(sign_in, governed.url, ann.name, NEW)).id == ann.id


async def test_s10_signed_out_person_may_come_back(governed: RunningServer, admin: Person) -> None:
    ann = await _run(sign_up, governed.url)
    async with Native(governed.ws, ann.token) as phone:
        assert (await _run(admin.call, "DELETE", _path(ann) + "/sessions")).status == 204
        assert await phone.wait_closed() == (4006, "signed out")
    assert (await _run(ann.call, "GET", "/users/@me")).status == 401
    assert (await _run(sign_in, governed.url, ann.name)).id == ann.id


@pytest.mark.parametrize(
    "body", [{"admin": False}, {"admin": True}, {"disabled": True}, {"password": NEW}]
)
def test_s10_nobody_does_it_to_themselves(admin: Person, body: Any) -> None:
    answer = admin.call("PATCH", _path(admin), body)
    assert (answer.status, answer.body["code"]) == (403, "forbidden")
    assert admin.ok("GET", "/users/@me")["admin"] is True


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "admin, disabled, password"),
        ({"password": "short"}, "password"),
        ({"admin": "yes"}, "admin"),
        ({"admin": None}, "admin"),
        ({"is_admin": True}, "is_admin"),
    ],
)
def test_s10_impossible_change_is_refused_by_its_field(
    governed: RunningServer, admin: Person, body: Any, field: str
) -> None:
    ann = sign_up(governed.url)
    answer = admin.call("PATCH", _path(ann), body)
    assert (answer.status, answer.body["field"]) == (422, field)
    assert admin.call("PATCH", "/admin/users/404404404", {"admin": True}).status == 404


@pytest.mark.parametrize("body", [{"admin": True}, {"password": NEW}])
def test_s10_guests_and_bots_get_no_rights_and_no_password(
    governed: RunningServer, admin: Person, body: Any
) -> None:
    name = f"guest-{secrets.token_hex(6)}"
    entered = call("POST", f"{governed.url}/mutiperson/ws/login", {"user_name": name})
    bot = admin.ok("POST", "/bots", {"username": f"bot-{secrets.token_hex(6)}"})["user"]
    for user_id in (entered.body["data"]["user_id"], bot["id"]):
        assert admin.call("PATCH", f"/admin/users/{user_id}", body).status == 409
        assert admin.call("DELETE", f"/admin/users/{user_id}/sessions").status == 409


def test_s10_list_tells_administrators_who_is_here(governed: RunningServer, admin: Person) -> None:
    name = f"mail-{secrets.token_hex(6)}"
    body = {"username": name, "password": PASSWORD, "email": f"{name}@example.org"}
    made = call("POST", f"{governed.url}/api/v1/auth/register", body).body["user"]
    for asked in (name, f"{name}@EX"):
        record = _found(admin, asked)
        assert (record["id"], record["email"]) == (made["id"], body["email"])
        assert (record["online"], record["disabled"], record["admin"]) == (False, False, False)
        assert record["last_seen_at"] >= made["created_at"][:10]
        assert "password" not in str(record)
    first = admin.ok("GET", "/admin/users", limit=1)
    second = admin.ok("GET", "/admin/users", limit=1, after=first[0]["id"])
    assert first[0]["username"].lower() < second[0]["username"].lower()


async def test_s10_figures_count_what_there_is(governed: RunningServer, admin: Person) -> None:
    async with Native(governed.ws, admin.token):
        found = await _run(admin.ok, "GET", "/admin/figures")
        assert (await _run(_found, admin, admin.name))["online"] is True
        assert found["users"] >= 1
        assert found["connections"] >= found["online"] >= 1
        assert found["memory_bytes"] > 1_000_000
        assert found["uptime_seconds"] >= 0
        assert {"channels", "servers", "messages", "commits", "version", "started_at"} < set(found)


def test_s21_settings_have_no_secrets_and_say_where_they_come_from(admin: Person) -> None:
    found = {one["name"]: one for one in admin.ok("GET", "/admin/settings")}
    assert not [name for name in found if "token" in name.removesuffix("_token_seconds")]
    assert found["rate_limits"]["value"] == "off"
    assert found["rate_limits"]["from"] == "environment"
    assert found["port"]["from"] == "flag"
    assert (found["node"]["value"], found["node"]["from"]) == (0, "default")
    assert found["cors_origins"]["value"] == []
    assert all(one["help"].endswith(".") for one in found.values())
