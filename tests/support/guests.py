"""A guest on a started server, put where they are kept: no dialect with sign-in makes one."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from hubbub.auth.secrets import load_keys
from hubbub.auth.tokens import JwtTokens
from hubbub.folder import DATABASE
from hubbub.model.entities import Login, User
from hubbub.model.ids import LoginId, UserId
from hubbub.ports.store import nothing
from hubbub.ports.tokens import Claims
from hubbub.storage.store import SqliteStore
from hubbub.system import SystemClock, SystemIds

HOUR = 3_600_000


@dataclass
class Guest:
    """`token` is signed with the server's key, of a log-in that is in its database: there must be none such."""

    id: str
    name: str
    token: str


def add_guest(data: Path) -> Guest:
    """In the folder of a server's data, also while it runs."""
    return asyncio.run(_add(data))


async def _add(data: Path) -> Guest:
    clock = SystemClock()
    ids = SystemIds(clock, 63)
    name, now = f"guest{ids.next_id()}", clock.now_ms()
    user = User(UserId(ids.next_id()), name, name, now, is_guest=True)
    login = Login(LoginId(ids.secret()[:22]), user.id, now, now, now + HOUR)
    store = SqliteStore(data / DATABASE, lambda _: None, lambda: None)
    try:
        await store.write(lambda: store.accounts.add_guest(user), nothing)
        await store.write(lambda: store.accounts.add_login(login, ids.secret()), nothing)
    finally:
        await store.close()
    tokens = JwtTokens(load_keys(data / "secret"), clock)
    token = tokens.issue(Claims(user.id, login.id, login.expires_at))
    return Guest(str(user.id), name, token)
