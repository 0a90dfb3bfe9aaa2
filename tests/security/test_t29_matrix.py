"""T29: role × route, for every operation of the native REST API; a new operation needs a row here."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from hubbub.dialects.native.routes import OPERATIONS
from security.scene import ROLES, Company, Scene
from security.server_matrix import BY_TOKEN, COVERED
from support.rest import Person, call, sign_up
from support.server import RunningServer

C = "/channels/{channel_id}"
M = C + "/messages/{message_id}"
P = C + "/members/{user_id}"
ME = C + "/members/@me"
R = M + "/reactions/{emoji}/@me"
Row = tuple[str, str, Any, str, str]

# In the order of ROLES: owner, admin, member, pending, left, stranger, banned. `-` is nobody (there are
# no pending people in an open group). 2 is done, 3 forbidden, 4 not found, 9 conflict.
#     method, path, body, private group, open group
MATRIX: tuple[Row, ...] = (
    ("GET", C, None, "2222444", "222-224"),
    ("PATCH", C, {"name": "new"}, "2233444", "223-334"),
    ("PATCH", C, {"owner_id": "{target}"}, "2333444", "233-334"),
    ("DELETE", C, None, "2333444", "233-334"),
    ("GET", C + "/members", None, "2223444", "222-334"),
    ("GET", C + "/members?status=pending", None, "2233444", "223-334"),
    ("GET", C + "/members?status=banned", None, "2233444", "223-334"),
    ("PUT", ME, None, "2222224", "222-224"),
    ("PUT", P, None, "2233444", "223-334"),
    ("PUT", P, {"role": "admin"}, "2333444", "233-334"),
    ("DELETE", ME, None, "9222444", "922-444"),
    ("DELETE", P, None, "2233444", "223-334"),
    ("DELETE", P + "?ban=true", None, "2233444", "223-334"),
    ("GET", C + "/messages", None, "2223444", "222-334"),
    ("POST", C + "/messages", {"content": "hi"}, "2223444", "222-334"),
    ("GET", M, None, "2223444", "222-334"),
    ("PATCH", M, {"content": "changed"}, "2333444", "233-334"),
    ("DELETE", M, None, "2233444", "223-334"),
    ("PUT", R, None, "2223444", "222-334"),
    ("DELETE", R, None, "2223444", "222-334"),
    ("PUT", C + "/read", {"seq": 1}, "2223444", "222-334"),
    ("PUT", C + "/delivered", {"seq": 1}, "2223444", "222-334"),
    ("POST", C + "/typing", None, "2223444", "222-334"),
)
STATUS = {"3": {403}, "4": {404}, "9": {409}, "2": {200, 201, 204}}

# Operations on nobody's channel: what everybody may do, and only to themselves. Tested below by name,
# relationships in test_t29_relationships.py, servers in test_t29_servers.py.
PUBLIC = {("POST", "/auth/register"), ("POST", "/auth/login"), ("POST", "/auth/refresh")}
PERSONAL = {
    ("POST", "/auth/logout"),
    ("POST", "/auth/password"),
    ("GET", "/auth/sessions"),
    ("DELETE", "/auth/sessions"),
    ("DELETE", "/auth/sessions/{session_id}"),
    ("POST", "/auth/claim-admin"),
    ("GET", "/users/@me"),
    ("PATCH", "/users/@me"),
    ("PUT", "/users/@me/avatar"),
    ("DELETE", "/users/@me/avatar"),
    ("GET", "/users/{user_id}/avatar"),
    ("GET", "/users/{user_id}"),
    ("GET", "/users"),
    ("GET", "/presence"),
    ("GET", "/channels"),
    ("POST", "/channels"),
    ("GET", "/groups"),
    ("POST", "/dms"),
    ("GET", "/relationships"),
    ("PUT", "/relationships/{user_id}"),
    ("DELETE", "/relationships/{user_id}"),
}
# For administrators of the whole server, whoever else one is; tested in tests/integration/test_lens.py and
# test_s10_administration.py.
ADMINS = {
    ("GET", "/lens/messages/{channel_id}/{message_id}"),
    ("GET", "/admin/users"),
    ("PATCH", "/admin/users/{user_id}"),
    ("DELETE", "/admin/users/{user_id}/sessions"),
    ("GET", "/admin/figures"),
    ("GET", "/admin/settings"),
}
# What everybody may know, without asking for anything.
OPEN = {("GET", "/about")}


@pytest.fixture(scope="module")
def company(server: RunningServer) -> Company:
    return Company(server.url)


@pytest.fixture(scope="module")
def settled(company: Company) -> dict[bool, Scene]:
    """Scenes for questions that change nothing."""
    return {private: company.scene(private=private) for private in (True, False)}


def _ask(person: Person, row: Row, scene: Scene, **other: str) -> Any:
    names = {"channel_id": scene.channel, "message_id": scene.message, "emoji": "👍"}
    names |= {"user_id": scene.target.id} | other
    body = row[2]
    if isinstance(body, dict):
        body = {k: scene.target.id if v == "{target}" else v for k, v in body.items()}
    return person.call(row[0], row[1].format(**names), body)


def test_t29_every_operation_has_a_row() -> None:
    known = {(o.method, o.path) for o in OPERATIONS}
    rows = COVERED | {
        (m, p.partition("?")[0].replace("members/@me", "members/{user_id}")) for m, p, *_ in MATRIX
    }
    assert known - rows - PUBLIC - PERSONAL - ADMINS - OPEN == set(), (
        "operations without a row in this table"
    )
    assert (rows | PUBLIC | PERSONAL | ADMINS | OPEN) - known == set(), (
        "rows of operations that are gone"
    )


@pytest.mark.parametrize("private", [True, False], ids=["private", "open"])
@pytest.mark.parametrize("row", MATRIX, ids=lambda r: f"{r[0]} {r[1]} {r[2] or ''}")
def test_t29_answer_to_every_role_is_the_tables(
    company: Company, settled: dict[bool, Scene], row: Row, *, private: bool
) -> None:
    wrong = []
    for role, mark in zip(ROLES, row[3] if private else row[4], strict=True):
        changes = row[0] != "GET" and mark == "2"
        scene = company.scene(private=private) if changes else settled[private]
        if mark != "-":
            status = _ask(scene.cast[role], row, scene).status
            if status not in STATUS[mark]:
                wrong.append((role, status, mark))
    assert wrong == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: f"{o.method} {o.path}")
def test_t29_nobody_gets_anything_without_a_token(server: RunningServer, operation: Any) -> None:
    path = re.sub("{[^}]*}", "0", operation.path)
    found = call(operation.method, f"{server.url}/api/v1{path}")
    is_public = (operation.method, operation.path) in PUBLIC | BY_TOKEN
    expected = 422 if is_public else 401
    if (operation.method, operation.path) in OPEN:
        expected = 200
    assert found.status == expected or (expected == 422 and found.status == 400), found.body


@pytest.mark.parametrize("row", MATRIX, ids=lambda r: f"{r[0]} {r[1]} {r[2] or ''}")
def test_t29_hidden_and_absent_channels_get_one_answer(
    settled: dict[bool, Scene], row: Row
) -> None:
    scene = settled[True]
    for role in ("stranger", "left", "banned"):
        if role != "banned" and (row[0], row[1]) == ("PUT", ME):
            continue  # whoever knows the id of a private group may ask to be let in
        hidden = _ask(scene.cast[role], row, scene)
        absent = _ask(scene.cast[role], row, scene, channel_id="4503599627370495")
        assert (hidden.status, hidden.body) == (absent.status, absent.body), role


def test_t29_message_of_another_channel_is_as_absent(settled: dict[bool, Scene]) -> None:
    scene, other = settled[True], settled[False]
    for row in (r for r in MATRIX if "{message_id}" in r[1]):
        there = _ask(scene.owner, row, scene, message_id=other.message)
        absent = _ask(scene.owner, row, scene, message_id="4503599627370495")
        assert (there.status, there.body) == (absent.status, absent.body)
        assert there.status == 404


def test_t29_direct_channels_belong_to_two(server: RunningServer) -> None:
    ann, bob, eve = (sign_up(server.url) for _ in range(3))
    channel = ann.ok("POST", "/dms", {"user_id": bob.id})["id"]
    message = ann.send(channel, "for bob")["id"]
    scene = Scene({}, bob, channel, message)
    for row in MATRIX:
        found = _ask(eve, row, scene)
        absent = _ask(eve, row, scene, channel_id="4503599627370495")
        assert (found.status, found.body) == (absent.status, absent.body), row
    for method, path in (("DELETE", C), ("DELETE", P), ("DELETE", ME), ("PATCH", C)):
        found = _ask(
            ann, (method, path, {"name": "x"} if method == "PATCH" else None, "", ""), scene
        )
        assert found.status == 403, (method, path)


def _of(person: Person, path: str) -> Any:
    return person.ok("GET", path)


PERSONAL_LISTS: dict[str, Callable[[Person], Any]] = {
    "channels": lambda p: [c["id"] for c in _of(p, "/channels")],
    "groups": lambda p: [c["id"] for c in _of(p, "/groups")],
}


@pytest.mark.parametrize("role", ["stranger", "left", "banned", "pending"])
def test_t29_hidden_group_is_in_no_list(settled: dict[bool, Scene], role: str) -> None:
    scene = settled[True]
    person = scene.cast[role]
    assert all(scene.channel not in listed(person) for listed in PERSONAL_LISTS.values())


def test_t29_sessions_of_others_are_as_absent(server: RunningServer) -> None:
    ann, eve = sign_up(server.url), sign_up(server.url)
    there = eve.call("DELETE", f"/auth/sessions/{ann.session_id}")
    absent = eve.call("DELETE", "/auth/sessions/absent")
    assert (there.status, there.body) == (absent.status, absent.body)
    assert ann.call("GET", "/users/@me").status == 200


def test_t29_email_and_sessions_are_only_ones_own(server: RunningServer) -> None:
    body = {"username": sign_up(server.url).name + "x", "password": "correct horse battery"}
    made = call("POST", f"{server.url}/api/v1/auth/register", body | {"email": "a@example.org"})
    eve = sign_up(server.url)
    seen = eve.ok("GET", f"/users/{made.body['user']['id']}")
    assert seen["email"] is None
    assert "example.org" not in str(eve.ok("GET", "/users", q=body["username"]))


@pytest.mark.parametrize("status", ["pending", "banned"])
def test_s10_admin_can_not_rise_nor_touch_equals_and_the_owner(
    company: Company, status: str
) -> None:
    scene = company.scene(private=True)
    admin, owner = scene.cast["admin"], scene.owner
    members = f"/channels/{scene.channel}/members"
    assert admin.call("PUT", f"{members}/{admin.id}", {"role": "admin"}).status == 200
    assert admin.call("PATCH", f"/channels/{scene.channel}", {"owner_id": admin.id}).status == 403
    ban = {"ban": "true"} if status == "banned" else {}
    assert admin.call("DELETE", f"{members}/{owner.id}", **ban).status == 403
    assert owner.call("PUT", f"{members}/{scene.target.id}", {"role": "admin"}).status == 200
    assert admin.call("DELETE", f"{members}/{scene.target.id}", **ban).status == 403
    assert owner.ok("GET", f"/channels/{scene.channel}")["owner_id"] == owner.id
