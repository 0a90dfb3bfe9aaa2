"""The secret that signs tokens: made at the first start, readable by the owner only (threat S22)."""

import os
import secrets
from pathlib import Path

KEY_BYTES = 32


class BadSecret(Exception):
    """The file is there but can't be what it should be."""


def load_keys(path: Path) -> list[tuple[str, bytes]]:
    """One key a line, `kid:hex`, the signing one first. Made when there is none.

    To rotate: put a new line in front and restart; remove the old one when its tokens have expired.
    """
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return _parse(path)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{secrets.token_hex(4)}:{secrets.token_hex(KEY_BYTES)}\n")
        file.flush()
        os.fsync(descriptor)
    return _parse(path)


def _parse(path: Path) -> list[tuple[str, bytes]]:
    try:
        keys = [_key(path, line) for line in path.read_text().split()]
    except (OSError, UnicodeDecodeError) as error:
        raise BadSecret(f"{path} can't be read: {error}") from None
    if not keys:
        raise BadSecret(f"{path} is empty; remove it, and a new secret is made at the next start")
    return keys


def _key(path: Path, line: str) -> tuple[str, bytes]:
    kid, _, digits = line.partition(":")
    try:
        secret = bytes.fromhex(digits)
    except ValueError:
        secret = b""
    if not kid or len(secret) < KEY_BYTES or len(set(secret)) < 8:
        raise BadSecret(f"{path}: every line must be kid:hex with {KEY_BYTES} random bytes")
    return kid, secret
