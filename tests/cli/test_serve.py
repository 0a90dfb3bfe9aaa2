"""What keeps the server from starting: exit 1, one line, and no process that stays behind."""

import contextlib
import os
import pwd
import re
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.program import hubbub, one_line
from hubbub.config import Settings
from hubbub.folder import Unstartable, open_data
from hubbub.surfaces import DIALECTS
from support.server import RunningServer, running


def _serve(folder: Path) -> str:
    return one_line(hubbub(folder, "serve", "--port", "0", "--data", "data"), 1)


def test_busy_port_is_named(tmp_path: Path) -> None:
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])
        line = one_line(hubbub(tmp_path, "serve", "--port", port, "--data", "data"), 1)
    assert port in line
    assert "HUBBUB_PORT" in line
    assert not (tmp_path / "data").exists(), "a failed start leaves nothing behind"


def test_host_that_has_no_address_is_named(tmp_path: Path) -> None:
    arguments = ("serve", "--host", "nowhere.invalid", "--port", "0", "--data", "data")
    line = one_line(hubbub(tmp_path, *arguments, environment={"HUBBUB_GUESTS": "off"}), 1)
    assert "There is no address for 'nowhere.invalid'" in line
    assert not (tmp_path / "data").exists()


def test_unknown_dialect_is_refused_and_the_known_are_listed(tmp_path: Path) -> None:
    arguments = ("serve", "--port", "0", "--listen", "0=morse", "--data", "data")
    line = one_line(hubbub(tmp_path, *arguments), 1)
    assert "'morse'" in line
    assert "chatgroup" in line


def test_host_of_another_machine_is_named(tmp_path: Path) -> None:
    arguments = ("serve", "--host", "203.0.113.1", "--port", "0", "--data", "data")
    done = hubbub(tmp_path, *arguments, environment={"HUBBUB_GUESTS": "off"})
    assert "203.0.113.1" in one_line(done, 1)


@pytest.mark.parametrize(("guests", "said"), [("open", True), ("off", False)])
def test_log_says_at_the_start_that_guests_are_admitted(
    tmp_path: Path, guests: str, said: bool
) -> None:
    with running(tmp_path, {"HUBBUB_GUESTS": guests}) as server:
        assert ("guests_are_admitted" in server.output()) is said
        assert ("guests      open: " in server.output()) is said


@pytest.mark.parametrize(("proxies", "said"), [("", True), ("127.0.0.1", False)])
def test_greeting_of_who_has_named_no_proxy_says_what_one_would_change(
    tmp_path: Path, proxies: str, said: bool
) -> None:
    environment = {"HUBBUB_GUESTS": "open", "HUBBUB_TRUSTED_PROXIES": proxies}
    with running(tmp_path, environment) as server:
        assert ("If a proxy or a tunnel leads here" in server.output()) is said


def test_greeting_stands_in_columns_whatever_dialects_are_called(tmp_path: Path) -> None:
    listen = ",".join(f"0={dialect}" for dialect in DIALECTS)
    with running(tmp_path, {"HUBBUB_LISTEN": listen}) as server:
        said = server.output()
    places = [line.index("http://") for line in said.splitlines() if re.match(r"  \w+ +http", line)]
    assert len(places) == len(DIALECTS) + 3  # the web client, the API, and the lens
    assert len(set(places)) == 1


def test_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    assert "data" in _serve(tmp_path)


def test_folder_below_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    line = one_line(hubbub(tmp_path, "serve", "--port", "0", "--data", "file/data"), 1)
    assert "file/data" in line


def test_second_server_on_one_folder_is_refused_and_the_first_lives(
    fresh_server: RunningServer,
) -> None:
    line = _serve(fresh_server.folder)
    assert "data" in line
    assert fresh_server.terminate() == 0


def test_folder_can_be_served_again_after_kill(fresh_server: RunningServer) -> None:
    fresh_server.kill()
    fresh_server.start()
    assert fresh_server.terminate() == 0


def _not_a_database(data: Path) -> None:
    (data / "hubbub.db").write_bytes(b"this is no database " * 1000)


def _not_text(data: Path) -> None:
    (data / "secret").write_bytes(b"\xff\xfe\x00")


def _weak_secret(data: Path) -> None:
    (data / "secret").write_text("kid:00\n")


def _from_the_future(data: Path) -> None:
    import sqlite3

    with contextlib.closing(sqlite3.connect(data / "hubbub.db")) as file, file:
        file.execute("create table alembic_version (version_num text)")
        file.execute("insert into alembic_version values ('9999')")


def _database_is_a_folder(data: Path) -> None:
    (data / "hubbub.db").mkdir()


def _lock_is_a_folder(data: Path) -> None:
    (data / "lock").mkdir()


def _images_are_a_file(data: Path) -> None:
    (data / "images").write_text("")


@pytest.mark.parametrize(
    ("spoil", "name"),
    [
        (_database_is_a_folder, "hubbub.db"),
        (_lock_is_a_folder, "lock"),
        (_images_are_a_file, "images"),
    ],
)
def test_something_else_in_the_place_of_a_file_is_named(
    tmp_path: Path, spoil: Callable[[Path], None], name: str
) -> None:
    (tmp_path / "data").mkdir()
    spoil(tmp_path / "data")
    assert f"data/{name} is a" in _serve(tmp_path)


def test_database_of_another_user_is_named_with_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hubbub.db").write_bytes(b"")
    (tmp_path / "hubbub.db").chmod(0o600)
    owner = os.geteuid()
    stranger = next(person.pw_uid for person in pwd.getpwall() if person.pw_uid != owner)
    monkeypatch.setattr(os, "umask", lambda _: 0)
    monkeypatch.setattr(os, "access", lambda path, _: Path(path).name != "hubbub.db")
    monkeypatch.setattr(os, "geteuid", lambda: stranger)
    with pytest.raises(Unstartable) as refused:
        open_data(Settings(data=str(tmp_path)))
    for number in (owner, stranger):
        assert pwd.getpwuid(number).pw_name in str(refused.value)
    assert "chown" in str(refused.value)


@pytest.mark.parametrize("spoil", [_not_a_database, _not_text, _weak_secret, _from_the_future])
def test_spoilt_data_is_told_in_one_line_and_the_program_ends(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    spoil(data)
    assert "data" in _serve(tmp_path)


def test_greeting_says_where_and_the_log_is_quiet_at_a_clean_start_and_stop(
    tmp_path: Path,
) -> None:
    with running(tmp_path) as server:
        assert server.terminate() == 0
        said = server.output()
    assert f"http://127.0.0.1:{server.port}" in said
    assert "config      none" in said
    assert f"lens        http://127.0.0.1:{server.port}/lens\n" in said
    assert "-m hubbub user create NAME --admin --data " in said
    assert '-H "authorization: Bearer $token"' in said
    for event in ("listening", "draining", "stopped"):
        assert re.search(rf"\] {event}\b", said), event
    assert "Traceback" not in said
    assert "error" not in said.lower()
