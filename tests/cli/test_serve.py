"""What keeps the server from starting: exit 1, one line, and no process that stays behind."""

import contextlib
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.program import hubbub, one_line
from support.server import RunningServer, running


def _serve(folder: Path) -> str:
    return one_line(hubbub(folder, "serve", "--port", "0", "--data", "data"), 1)


def test_busy_port_is_named(tmp_path: Path) -> None:
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])
        line = one_line(hubbub(tmp_path, "serve", "--port", port, "--data", "data"), 1)
    assert port in line


def test_host_of_another_machine_is_named(tmp_path: Path) -> None:
    arguments = ("serve", "--host", "203.0.113.1", "--port", "0", "--data", "data")
    assert "203.0.113.1" in one_line(hubbub(tmp_path, *arguments), 1)


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
    assert "Traceback" not in said
    assert "error" not in said.lower()
