"""Pictures that people had before anything said so."""

import contextlib
import hashlib
import sqlite3
from pathlib import Path

import alembic.command
from alembic.config import Config

from hubbub.model.ids import UserId
from hubbub.storage.migrate import MIGRATIONS
from hubbub.storage.store import SqliteStore

PNG = b"\x89PNG\r\n\x1a\nold"


async def test_picture_of_an_older_version_gets_its_mark(tmp_path: Path) -> None:
    path, pictures = tmp_path / "hubbub.db", tmp_path / "images" / "users"
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", f"sqlite:///{path}")
    alembic.command.upgrade(config, "0005")
    _people(path)
    pictures.mkdir(parents=True)
    for name in ("7", "7.new", "9"):  # of ann, a torn one, and of nobody
        (pictures / name).write_bytes(PNG)
    store = SqliteStore(path, lambda _: None, lambda: None)
    try:
        found = await store.read(store.accounts.get_users((UserId(7), UserId(8))))
    finally:
        await store.close()
    assert {user.username: user.avatar for user in found} == {
        "ann": hashlib.sha256(PNG).hexdigest()[:12],
        "bob": "",
    }


def _people(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as file:
        file.executescript(
            "insert into users (id, username, username_key, display_name, created_at)"
            " values (7, 'ann', 'ann', 'Ann', 1), (8, 'bob', 'bob', 'Bob', 1);"
        )
