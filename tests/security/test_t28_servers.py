"""T28 for servers: what somebody may no longer see does not reach them, whatever took it from them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from security.flood import Flood
from support.rest import Answer, Person, call, sign_up
from support.server import RunningServer
from support.sockets import ChannelChat, Json, Native, Socket

VIEW = {"allow": [], "deny": ["VIEW_CHANNEL"]}
SEES = {"allow": ["VIEW_CHANNEL"], "deny": []}


@dataclass
class Trio:
    """`victim` and `other` see the owner's channel because they bear `role`; everybody sees `lobby`."""

    owner: Person
    victim: Person
    other: Person
    server: str
    everyone: str
    role: str
    channel: str

    @property
    def path(self) -> str:
        return f"/servers/{self.server}"

    @property
    def member(self) -> str:
        return f"{self.path}/members/{self.victim.id}"

    def override(self, target: str, kind: str, **bits: list[str]) -> Answer:
        path = f"/channels/{self.channel}/overrides/{target}"
        return self.owner.call("PUT", path, {"kind": kind, **bits})


def _trio(url: str) -> Trio:
    owner, victim, other = (sign_up(url) for _ in range(3))
    made = owner.ok("POST", "/servers", {"name": "home", "first_channel": "secret"})
    server, everyone = made["id"], made["everyone_role_id"]
    code = owner.ok("POST", f"/servers/{server}/invites", {})["code"]
    role = owner.ok("POST", f"/servers/{server}/roles", {"name": "staff"})["id"]
    trio = Trio(owner, victim, other, server, everyone, role, made["channels"][0]["id"])
    for person in (victim, other):
        person.ok("POST", f"/invites/{code}")
        owner.ok("PATCH", f"{trio.path}/members/{person.id}", {"role_ids": [role]})
    assert trio.override(everyone, "role", **VIEW).status < 300
    assert trio.override(role, "role", **SEES).status < 300
    return trio


LOSSES: dict[str, Callable[[Trio], Answer]] = {
    "kicked": lambda t: t.owner.call("DELETE", t.member),
    "banned": lambda t: t.owner.call("PUT", f"{t.path}/bans/{t.victim.id}", {}),
    "left": lambda t: t.victim.call("DELETE", f"{t.path}/members/@me"),
    "role lost": lambda t: t.owner.call("PATCH", t.member, {"role_ids": []}),
    "hidden from one": lambda t: t.override(t.victim.id, "member", **VIEW),
    "hidden from a role": lambda t: t.override(t.role, "role", **VIEW),
    "role deleted": lambda t: t.owner.call("DELETE", f"{t.path}/roles/{t.role}"),
    "channel deleted": lambda t: t.owner.call("DELETE", f"/channels/{t.channel}"),
    "server deleted": lambda t: t.owner.call("DELETE", t.path),
}
_FOR_ALL = {"hidden from a role", "role deleted", "channel deleted", "server deleted"}
_ENDS = {"channel deleted", "server deleted"}


async def _open(dialect: str, server: RunningServer, person: Person, channel: str) -> Socket:
    """A signed-in connection that hears the channel."""
    if dialect == "native":
        return await Native(server.ws, person.token).__aenter__()
    socket = await ChannelChat(server.ws, person.token).__aenter__()
    await socket.enter(channel)
    return socket


def _about(frames: list[Json], channel: str) -> list[Json]:
    return [f for f in frames if (f.get("data") or {}).get("channel_id") == channel]


def _is_end(frame: Json, trio: Trio) -> bool:
    """Where the victim was told, in whichever dialect."""
    data = frame.get("data") or {}
    if frame["type"] == "channel_deleted":
        return bool(data["channel_id"] == trio.channel)
    if frame["type"] in ("server_deleted", "server_removed"):
        return bool(data["server_id"] == trio.server)
    return bool(frame["type"] == "user_left" and data["user_id"] == trio.victim.id)


@pytest.mark.parametrize("dialect", ["native", "channelchat"])
@pytest.mark.parametrize("loss", LOSSES)
async def test_t28_nothing_after_the_loss_reaches_the_victim_live(
    server: RunningServer, loss: str, dialect: str
) -> None:
    trio = await asyncio.to_thread(_trio, server.url)
    victim = await _open(dialect, server, trio.victim, trio.channel)
    other = await _open("native", server, trio.other, trio.channel)
    async with Flood(server.ws, trio.owner, trio.channel) as flood:
        await flood.more()
        done = await asyncio.to_thread(LOSSES[loss], trio)
        assert done.status < 300, done.body
        known = set(flood.version_of)  # of these some may have been on their way
        await flood.more()
        later = set(flood.version_of) - known
        heard = await victim.drain()
    end = next((n for n, f in enumerate(heard) if _is_end(f, trio)), None)
    assert end is not None, f"the victim was not told: {[f['type'] for f in heard[-5:]]}"
    assert _about(heard[end + 1 :], trio.channel) == []
    assert not any(message_id in str(heard) for message_id in later)
    assert _about(heard[:end], trio.channel), "the flood did not reach the victim before"
    went_on = str(await other.drain())
    if loss not in _FOR_ALL:
        assert any(message_id in went_on for message_id in later), "the others go on"
    await victim.ws.close()
    await other.ws.close()


@pytest.mark.parametrize("loss", LOSSES)
async def test_t28_nothing_after_the_loss_by_resume_history_or_command(
    server: RunningServer, loss: str
) -> None:
    trio = await asyncio.to_thread(_trio, server.url)
    sent = trio.owner.send(trio.channel, "before")
    assert LOSSES[loss](trio).status < 300
    later = trio.owner.call("POST", f"/channels/{trio.channel}/messages", {"content": "later"})
    assert (later.status == 201) == (loss not in _ENDS)
    place = f"/channels/{trio.channel}"
    hidden = trio.victim.call("GET", "/channels/4503599627370495/messages")
    for path in ("/messages", f"/messages/{sent['id']}", "/members", "/pins", "/webhooks", ""):
        found = trio.victim.call("GET", place + path)
        assert (found.status, found.body) == (404, hidden.body), path
    async with Native(server.ws, trio.victim.token, {trio.channel: sent["version"]}) as resumed:
        assert trio.channel not in str(resumed.ready)
        frames = await resumed.drain()
        assert [f["data"]["code"] for f in frames if f["type"] == "error"] == ["not_found"]
        assert not any(f["type"] == "sync" for f in frames)
        for kind, data in (
            ("history", {}),
            ("typing", {}),
            ("mark_read", {"seq": 1}),
            ("send_message", {"content": "x"}),
            ("edit_message", {"message_id": sent["id"], "content": "x"}),
            ("recall_message", {"message_id": sent["id"]}),
            ("add_reaction", {"message_id": sent["id"], "emoji": "x"}),
        ):
            answer = await resumed.ask(kind, channel_id=trio.channel, **data)
            assert (answer["type"], answer["data"]["code"]) == ("error", "not_found"), kind


async def test_t28_who_may_not_read_history_resumes_without_it(server: RunningServer) -> None:
    trio = await asyncio.to_thread(_trio, server.url)
    version = trio.owner.send(trio.channel, "before")["version"]
    deny = {"allow": ["VIEW_CHANNEL"], "deny": ["READ_HISTORY"]}
    assert trio.override(trio.role, "role", **deny).status < 300
    trio.owner.send(trio.channel, "after")
    async with Native(server.ws, trio.victim.token, {trio.channel: version}) as resumed:
        frames = await resumed.drain()
        assert [f["data"]["limited"] for f in frames if f["type"] == "sync"] == [True]
        assert "after" not in str(frames)
        sent = await asyncio.to_thread(trio.owner.send, trio.channel, "live")
        heard = await resumed.wait_type("new_message")
        assert heard["data"]["message"]["id"] == sent["id"]
        answer = await resumed.ask("history", channel_id=trio.channel)
        assert answer["data"]["code"] == "forbidden"
    url = f"{server.url}/api/v1/channels/{trio.channel}/messages/{sent['id']}"
    assert call("GET", url, token=trio.victim.token).status == 403


async def test_t28_what_is_given_back_is_heard_from_there(server: RunningServer) -> None:
    trio = await asyncio.to_thread(_trio, server.url)
    async with Native(server.ws, trio.victim.token) as victim:
        assert LOSSES["role lost"](trio).status < 300
        await asyncio.to_thread(trio.owner.send, trio.channel, "hidden")
        back = {"role_ids": [trio.role]}
        await asyncio.to_thread(trio.owner.ok, "PATCH", trio.member, back)
        await asyncio.to_thread(trio.owner.send, trio.channel, "shown")
        shown = await victim.wait_type("channel_created")
        assert shown["data"]["channel"]["id"] == trio.channel
        heard = await victim.wait_type("new_message")
        assert heard["data"]["message"]["content"] == "shown"
