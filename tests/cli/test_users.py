"""Accounts from the command line, and the first administrator."""

import re
from pathlib import Path

import pytest

from cli.program import hubbub, one_line
from support.rest import PASSWORD, call, sign_in, sign_up
from support.server import RunningServer, running


def _create(folder: Path, *arguments: str, password: str = PASSWORD) -> str:
    done = hubbub(folder, "user", "create", *arguments, "--data", "data", typed=password + "\n")
    assert done.returncode == 0, done.stderr
    assert password not in done.stdout + done.stderr
    return done.stdout


def _is_admin(server: RunningServer, name: str) -> bool:
    return bool(sign_in(server.url, name).ok("GET", "/users/@me")["admin"])


def test_created_user_signs_in_by_name_and_email(tmp_path: Path) -> None:
    said = _create(tmp_path, "ann", "--email", "ann@example.org")
    assert "ann" in said
    with running(tmp_path) as server:
        ids = {sign_in(server.url, login).id for login in ("ann", "ANN", "ann@example.org")}
        assert len(ids) == 1
        assert ids.pop() in said
        assert not _is_admin(server, "ann")


def test_created_admin_ends_the_offer_to_become_the_first(tmp_path: Path) -> None:
    _create(tmp_path, "root", "--admin")
    with running(tmp_path) as server:
        assert _is_admin(server, "root")
        assert "claim-admin" not in server.output()


@pytest.mark.parametrize(
    ("arguments", "password", "why"),
    [
        (("ann",), "short", "password"),
        (("ann",), "", "password"),
        (("a@b",), PASSWORD, "username"),
        (("a\tb",), PASSWORD, "username"),
        ((" ",), PASSWORD, "username"),
        (("ann", "--email", "nowhere"), PASSWORD, "email"),
    ],
)
def test_impossible_account_is_refused_in_one_line(
    tmp_path: Path, arguments: tuple[str, ...], password: str, why: str
) -> None:
    command = ("user", "create", *arguments, "--data", "data")
    line = one_line(hubbub(tmp_path, *command, typed=password + "\n"), 1)
    assert why in line
    assert not password or password not in line


def test_taken_name_is_refused(tmp_path: Path) -> None:
    _create(tmp_path, "ann")
    command = ("user", "create", "ANN", "--data", "data")
    assert "taken" in one_line(hubbub(tmp_path, *command, typed=PASSWORD + "\n"), 1)


def test_set_admin_and_revoke_work_while_the_server_runs(fresh_server: RunningServer) -> None:
    ann = sign_up(fresh_server.url, "ann")
    for flags, expected in (((), True), (("--revoke",), False)):
        done = hubbub(fresh_server.folder, "user", "set-admin", ann.name, *flags, "--data", "data")
        assert done.returncode == 0, done.stderr
        assert _is_admin(fresh_server, "ann") is expected


def test_set_admin_of_nobody_is_refused(tmp_path: Path) -> None:
    one_line(hubbub(tmp_path, "user", "set-admin", "nobody", "--data", "data"), 1)


def test_s22_token_of_the_first_start_makes_one_administrator_once(
    fresh_server: RunningServer,
) -> None:
    found = re.search(r'claim-admin\s+\{"token": "([^"]+)"\}', fresh_server.output())
    assert found is not None
    token = {"token": found[1]}
    assert len(found[1]) >= 43, "256 bits in URL-safe text"
    ann, bob = sign_up(fresh_server.url), sign_up(fresh_server.url)
    url = f"{fresh_server.url}/api/v1/auth/claim-admin"
    assert call("POST", url, token).status == 401
    assert ann.call("POST", "/auth/claim-admin", {"token": "wrong"}).status == 403
    assert ann.ok("POST", "/auth/claim-admin", token)["admin"] is True
    for person in (ann, bob):
        assert person.call("POST", "/auth/claim-admin", token).status == 409
    assert ann.ok("GET", "/users/@me")["admin"] is True
    assert bob.ok("GET", "/users/@me")["admin"] is False


def test_s22_no_token_is_offered_once_there_is_an_administrator(
    fresh_server: RunningServer,
) -> None:
    token = re.search(r'"token": "([^"]+)"', fresh_server.output())
    assert token is not None
    ann = sign_up(fresh_server.url)
    ann.ok("POST", "/auth/claim-admin", {"token": token[1]})
    fresh_server.terminate()
    before = len(fresh_server.output())
    fresh_server.start()
    assert "claim-admin" not in fresh_server.output()[before:]
