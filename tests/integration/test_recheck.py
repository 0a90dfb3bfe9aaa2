"""What the command line changes while a server runs takes effect on open connections."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from cli.program import hubbub
from convergence import node
from convergence.node import LocalServer
from fakes.connection import FakeConnection, as_port
from hubbub.dialects.mutiperson import MutiPersonDialect
from hubbub.dialects.native import NativeDialect
from hubbub.gateway.session import Session
from hubbub.model.commands import Caller, EnterAsGuest
from hubbub.model.entities import User
from support.server import FACTOR

NEW = "another horse entirely"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LocalServer]:
    made = LocalServer(tmp_path)
    yield made
    await made.close()


async def _run(folder: Path, *arguments: str, typed: str = "") -> None:
    """`hubbub user …` in a process of its own, as it always is."""
    command = ("user", *arguments, "--data", str(folder))
    done = await asyncio.to_thread(hubbub, folder, *command, typed=typed)
    assert done.returncode == 0, done.stderr


async def _connect(server: LocalServer, token: str) -> tuple[FakeConnection, Session]:
    connection = FakeConnection()
    session = server.node.gateway.open(as_port(connection), (NativeDialect(),))
    frame = {"type": "connect", "data": {"token": token}}
    session.receive(msgspec.json.encode(frame), time.monotonic())
    await connection.arrived.wait()
    return connection, session


async def test_new_password_ends_all_connections_of_that_person_only(
    server: LocalServer, tmp_path: Path
) -> None:
    ann, bob = await server.register("ann"), await server.register("bob")
    hers, _ = await _connect(server, ann.access_token)
    his, _ = await _connect(server, bob.access_token)
    await _run(tmp_path, "password", "ann", typed=f"{NEW}\n")
    await server.node.recheck()
    assert hers.closed == (4006, "signed out")
    assert his.closed is None


async def test_disabled_person_is_gone(server: LocalServer, tmp_path: Path) -> None:
    ann = await server.register("ann")
    hers, _ = await _connect(server, ann.access_token)
    await _run(tmp_path, "disable", "ann")
    await server.node.recheck()
    assert hers.closed == (4006, "signed out")


async def test_disabled_guest_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node, "SETTINGS", msgspec.structs.replace(node.SETTINGS, guests="open"))
    server = LocalServer(tmp_path)
    vera = await server.do(Caller("192.0.2.1"), EnterAsGuest("vera"))
    assert isinstance(vera, User)
    connection = FakeConnection()
    session = server.node.gateway.open(as_port(connection), (MutiPersonDialect(),))
    frame = {"type": "INIT", "from_user_id": str(vera.id), "message": "init"}
    session.receive(msgspec.json.encode(frame), time.monotonic())
    async with asyncio.timeout(10 * FACTOR):
        while session.caller.user is None:  # noqa: ASYNC110  # nothing answers an INIT
            await asyncio.sleep(0)
    await server.node.recheck()
    assert connection.closed is None
    await _run(tmp_path, "disable", "vera")
    await server.node.recheck()
    assert connection.closed is not None
    assert connection.closed[0] == 4006
    await server.close()


async def test_administrator_is_one_on_open_connections(
    server: LocalServer, tmp_path: Path
) -> None:
    ann = await server.register("ann")
    connection, session = await _connect(server, ann.access_token)
    await _run(tmp_path, "set-admin", "ann")
    connection.take()
    await server.node.recheck()
    assert session.caller.known.is_admin
    assert [frame["type"] for frame in connection.take()] == ["user_updated"]
    await server.node.recheck()
    assert connection.take() == []
