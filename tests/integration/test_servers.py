"""Servers over a real server's sockets, where a transcript can't stop and start it."""

import asyncio

from support.rest import sign_up
from support.server import RunningServer
from support.sockets import Native


async def test_who_comes_into_a_server_that_nobody_has_asked_for_yet_hears_it(
    fresh_server: RunningServer,
) -> None:
    owner, guest = sign_up(fresh_server.url), sign_up(fresh_server.url)
    made = owner.ok("POST", "/servers", {"name": "home"})
    code = owner.ok("POST", f"/servers/{made['id']}/invites")["code"]
    fresh_server.terminate()
    fresh_server.start()
    async with Native(fresh_server.ws, guest.token) as native:
        await asyncio.to_thread(guest.ok, "POST", f"/invites/{code}")
        await native.wait_type("server_member_joined")
        await asyncio.to_thread(owner.send, made["channels"][0]["id"], "welcome")
        heard = await native.wait_type("new_message")
        assert heard["data"]["message"]["content"] == "welcome"
