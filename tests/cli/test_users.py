"""Accounts from the command line, and the first administrator."""

import re
import subprocess
from pathlib import Path

import pytest

from cli.program import at_terminal, hubbub, one_line
from support.guests import add_guest
from support.rest import PASSWORD, call, sign_in, sign_up
from support.server import RunningServer, running


def _create(folder: Path, *arguments: str, password: str = PASSWORD) -> str:
    command = ("user", "create", *arguments, "--new", "--data", "data")
    done = hubbub(folder, *command, typed=password + "\n")
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
    assert str(tmp_path / "data") in _create(tmp_path, "root", "--admin")
    with running(tmp_path) as server:
        assert _is_admin(server, "root")
        assert "claim-admin" not in server.output()


@pytest.mark.parametrize(
    ("arguments", "password", "why"),
    [
        (("ann",), "seven77", "password: it must have 8 to 256 characters"),
        (("ann",), "", "password"),
        (("a",), PASSWORD, "username: it must have 2 to 50 characters"),
        (("a@b",), PASSWORD, "username"),
        (("a\tb",), PASSWORD, "username"),
        ((" ",), PASSWORD, "username"),
        (("ann", "--email", "nowhere"), PASSWORD, "email"),
    ],
)
def test_impossible_account_is_refused_in_one_line(
    tmp_path: Path, arguments: tuple[str, ...], password: str, why: str
) -> None:
    command = ("user", "create", *arguments, "--new", "--data", "data")
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


@pytest.mark.parametrize("command", ["set-admin", "password", "disable"])
def test_change_of_nobody_is_refused_by_name(tmp_path: Path, command: str) -> None:
    _create(tmp_path, "ann")
    done = hubbub(tmp_path, "user", command, "nobody", "--data", "data", typed=PASSWORD + "\n")
    assert one_line(done, 1) == "hubbub: There is no user 'nobody'."


@pytest.mark.parametrize("command", ["create", "set-admin", "password"])
def test_command_on_a_folder_without_data_makes_none(tmp_path: Path, command: str) -> None:
    line = one_line(hubbub(tmp_path, "user", command, "ann", "--data", "elsewhere"), 1)
    assert str(tmp_path / "elsewhere") in line
    assert not (tmp_path / "elsewhere").exists()


def test_create_before_the_first_start_makes_the_folder_of_the_settings(tmp_path: Path) -> None:
    done = hubbub(tmp_path, "user", "create", "ann", typed=PASSWORD + "\n")
    assert done.returncode == 0, done.stderr
    assert str(tmp_path / "hubbub-data") in done.stdout
    assert (tmp_path / "hubbub-data" / "hubbub.db").is_file()


def test_new_password_works_instead_of_the_old_one_and_ends_all_sessions(
    fresh_server: RunningServer,
) -> None:
    ann = sign_up(fresh_server.url, "ann")
    command = ("user", "password", "ANN", "--data", "data")
    line = one_line(hubbub(fresh_server.folder, *command, typed="short\n"), 1)
    assert "8 to 256 characters" in line
    done = hubbub(fresh_server.folder, *command, typed="another horse\n")
    assert done.returncode == 0, done.stderr
    assert "another horse" not in done.stdout + done.stderr
    login = f"{fresh_server.url}/api/v1/auth/login"
    assert call("POST", login, {"login": "ann", "password": PASSWORD}).status == 401
    assert sign_in(fresh_server.url, "ann", "another horse").id == ann.id
    refresh = f"{fresh_server.url}/api/v1/auth/refresh"
    assert call("POST", refresh, {"refresh_token": ann.refresh_token}).status == 401


def _at_a_terminal(folder: Path, *typed: str) -> "subprocess.CompletedProcess[str]":
    command = ("user", "create", "ann")
    return at_terminal(folder, command, typed)


def test_password_at_a_terminal_is_asked_for_twice(tmp_path: Path) -> None:
    done = _at_a_terminal(tmp_path, PASSWORD, PASSWORD)
    assert (done.returncode, "Made ann" in done.stdout) == (0, True), done.stdout
    assert PASSWORD not in done.stdout
    done = _at_a_terminal(tmp_path, PASSWORD, PASSWORD + "x")
    assert (done.returncode, "The two passwords differ" in done.stdout) == (1, True), done.stdout


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_password_prompt_when_left_ends_in_one_line(tmp_path: Path, key: str) -> None:
    done = _at_a_terminal(tmp_path, key)
    assert done.returncode == 1
    assert "hubbub: No password was given" in done.stdout
    assert "Traceback" not in done.stdout


def test_s22_token_of_the_first_start_makes_one_administrator_once(
    fresh_server: RunningServer,
) -> None:
    found = re.search(r'-d \'\{"token": "([^"]+)"\}\'', fresh_server.output())
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


def test_closed_registration_leaves_only_the_command_line(tmp_path: Path) -> None:
    _create(tmp_path, "ann")
    with running(tmp_path, {"HUBBUB_REGISTRATION": "closed"}) as server:
        assert sign_in(server.url, "ann").id
        account = {"username": "bob", "email": "bob@example.org", "password": PASSWORD}
        for path, said in {
            "/api/v1/auth/register": "Registration is closed",
            "/channelchat/register": "Registration is closed",
            "/chatgroup/api/auth/register": "本服务器不开放注册",
        }.items():
            answer = call("POST", server.url + path, account)
            assert answer.status == 403, path
            assert said in str(answer.body)
        assert "claim-admin" not in server.output()
        assert "user create NAME --admin" in server.output()


def test_disabled_user_may_not_come_until_that_is_undone(fresh_server: RunningServer) -> None:
    ann = sign_up(fresh_server.url, "ann")
    login = {"login": "ann", "password": PASSWORD}
    for flags, status, said in (((), 403, "disabled"), (("--undo",), 200, "again")):
        done = hubbub(fresh_server.folder, "user", "disable", "ann", *flags, "--data", "data")
        assert (done.returncode, said in done.stdout) == (0, True), done.stderr
        assert call("POST", f"{fresh_server.url}/api/v1/auth/login", login).status == status
    refresh = {"refresh_token": ann.refresh_token}
    assert call("POST", f"{fresh_server.url}/api/v1/auth/refresh", refresh).status == 401


def test_guest_is_disabled_too(tmp_path: Path) -> None:
    _create(tmp_path, "ann")
    guest = add_guest(tmp_path / "data")
    done = hubbub(tmp_path, "user", "disable", guest.name, "--data", "data")
    assert (done.returncode, guest.name in done.stdout) == (0, True), done.stderr


@pytest.mark.parametrize("command", ["password", "set-admin"])
def test_guest_gets_no_password_and_no_rights(tmp_path: Path, command: str) -> None:
    _create(tmp_path, "ann")
    guest = add_guest(tmp_path / "data")
    arguments = ("user", command, guest.name, "--data", "data")
    line = one_line(hubbub(tmp_path, *arguments, typed=PASSWORD + "\n"), 1)
    assert f"{guest.name} is a guest" in line
    assert "make an account of another name" in line
    taken = ("user", "create", guest.name.upper(), "--data", "data")
    assert "taken" in one_line(hubbub(tmp_path, *taken, typed=PASSWORD + "\n"), 1)
