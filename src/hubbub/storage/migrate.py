"""Brings a database file to this version's schema, before anything else opens it.

Alembic uses the system's SQLite. Two SQLite libraries in one process on one file break POSIX locks, so it is
done and closed before apsw opens the file; and it is only imported when there is something to do (0.2 s).
"""

import contextlib
import sqlite3
from pathlib import Path

HEAD = "0007"
MIGRATIONS = Path(__file__).parent / "migrations"


class BadDatabase(Exception):
    """The file is no database, or one of a version that this one does not know."""


def revision(path: Path) -> str | None:
    """The schema's version in the file, or None for a new one."""
    if not path.exists():
        return None
    with contextlib.closing(sqlite3.connect(path)) as connection:
        try:
            row = connection.execute("select version_num from alembic_version").fetchone()
        except sqlite3.DatabaseError as error:
            if "no such table" in str(error):
                return None
            raise BadDatabase(f"{path} can't be used as a database: {error}.") from None
    return str(row[0]) if row else None


def migrate(path: Path) -> None:
    """Runs every migration that the file has not had. Interrupted, it can be run again."""
    found = revision(path)
    if found == HEAD:
        return
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError
    from sqlalchemy.exc import OperationalError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", f"sqlite:///{path}")
    try:
        command.upgrade(config, "head")
    except CommandError:
        raise BadDatabase(f"{path} is of a newer version ({found}) than this hubbub.") from None
    except OperationalError as error:
        raise BadDatabase(f"{path} can't be brought up to date: {error.orig}.") from None
