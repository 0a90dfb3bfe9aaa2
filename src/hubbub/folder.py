"""The data folder: made, checked and locked before anything in it is opened."""

import fcntl
import os
import pwd
from pathlib import Path
from typing import Final

from hubbub.config import Settings

DATABASE: Final = "hubbub.db"
_FILES: Final = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", "secret", "lock")
_FOLDERS: Final = ("images",)


class Unstartable(Exception):
    """Why the server, or a command, can't start, in one line."""


def open_data(settings: Settings) -> Path:
    """The data folder, made if it is not there; raises `Unstartable`."""
    os.umask(0o077)  # the database holds what people said to each other
    folder = Path(settings.data)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        why = "it is a file" if folder.is_file() else error.strerror
        is_denied = isinstance(error, PermissionError) and folder.is_dir()
        text = _denied(folder, "written") if is_denied else f"{folder} can't be written: {why}."
        raise Unstartable(f"The data folder {text}") from None
    _check(folder)
    return folder


def find_data(settings: Settings, hint: str = "") -> Path:
    """The data folder of a server that has been there before; raises `Unstartable`, with the `hint`."""
    folder = Path(settings.data)
    try:
        (folder / DATABASE).stat()
    except PermissionError:
        raise Unstartable(f"The data folder {_denied(folder, 'opened')}") from None
    except OSError:
        raise Unstartable(
            f"There is no Hubbub data in {folder.resolve()}. Give the server's --data.{hint}"
        ) from None
    return open_data(settings)


def lock(folder: Path) -> int:
    """One server per folder; the lock ends with the process."""
    descriptor = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise Unstartable(
            f"Another hubbub is serving {folder}. Stop it first, or choose another --data."
        ) from None
    return descriptor


def _check(folder: Path) -> None:
    """Somebody may have run a command as another user, or put something else in a file's place."""
    for name in (*_FILES, *_FOLDERS):
        path, is_folder = folder / name, name in _FOLDERS
        if path.exists():
            if path.is_dir() is not is_folder:
                is_, must_be = ("a file", "a folder") if is_folder else ("a folder", "a file")
                raise Unstartable(f"{path} is {is_}, and must be {must_be}: move it away.")
            if not os.access(path, os.R_OK | os.W_OK | (os.X_OK if is_folder else 0)):
                raise Unstartable(_denied(path, "opened"))


def _denied(path: Path, done: str) -> str:
    """Who may not, and who may."""
    me, owner = os.geteuid(), _owner(path)
    if owner in (None, me):
        return f"{path} can't be {done}: its mode does not let its owner; chmod u+rwX it."
    return (
        f"{path} can't be {done} by user {_name(me)}; it belongs to {_name(owner)}: "
        "chown it, or run as its owner."
    )


def _owner(path: Path) -> int | None:
    try:
        return path.stat().st_uid
    except OSError:
        return None


def _name(number: int | None) -> str:
    try:
        return pwd.getpwuid(number or 0).pw_name
    except KeyError:
        return str(number)
