"""A client that comes back before the server has noticed that it was lost."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from support.rest import Person
from support.server import FACTOR, RunningServer

PATH = "/socket.io/?EIO=4&transport=websocket"


async def _open(server: RunningServer, **auth: Any) -> tuple[ClientConnection, Any]:
    """A connection and what CONNECT was answered with."""
    socket = await connect(server.ws + PATH, compression=None)
    assert str(await socket.recv()).startswith("0")
    await socket.send("40" + json.dumps(auth))
    return socket, json.loads(str(await socket.recv())[2:])


async def _event(socket: ClientConnection, name: str) -> list[Any]:
    """The arguments of the next event of this name."""
    async with asyncio.timeout(10 * FACTOR):
        while True:
            text = str(await socket.recv())
            if text.startswith(f'42["{name}"'):
                return list(json.loads(text[2:])[1:])


@pytest.mark.parametrize("shows_token", [False, True])
async def test_who_comes_back_first_takes_the_old_connection_over(
    server: RunningServer, person: Callable[[], Person], *, shows_token: bool
) -> None:
    """A token beside what recovers it, which alone would be Mew's, changes nothing."""
    alice, bob = person(), person()
    channel = alice.group()
    bob.join(channel)
    lost, hello = await _open(server)
    await lost.send(f'42["authenticate",{{"token":"{bob.token}"}}]')
    await _event(lost, "sync_messages")
    alice.send(channel, "seen")
    _, offset = await _event(lost, "new_message")
    alice.send(channel, "on its way when the cable was pulled")

    shown = {"token": bob.token} if shows_token else {}
    back, again = await _open(server, pid=hello["pid"], offset=offset, **shown)
    assert again["pid"] == hello["pid"]
    assert again["sid"] != hello["sid"]
    message, _ = await _event(back, "new_message")
    assert message["content"] == "on its way when the cable was pulled"
    alice.send(channel, "live")
    assert (await _event(back, "new_message"))[0]["content"] == "live"
    try:
        while True:
            assert "live" not in str(await asyncio.wait_for(lost.recv(), 10 * FACTOR))
    except ConnectionClosed:
        pass
    await back.close()
