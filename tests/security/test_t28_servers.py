"""T28 for servers: what somebody may no longer see does not reach them, whatever took it from them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from security.flood import Flood
from security.server_scene import UNKNOWN
from support.mew import hexed
from support.rest import Answer, Person, call, sign_up
from support.server import RunningServer
from support.sockets import ChannelChat, Json, Mew, Native, Socket

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
    if dialect == "mew":
        return await Mew(server.ws, person.token).__aenter__()
    socket = await ChannelChat(server.ws, person.token).__aenter__()
    await socket.enter(channel)
    return socket


async def _heard(socket: Socket) -> list[Json]:
    """What came before the answer to what is asked now; of every dialect with a type and data."""
    await socket.send(socket.FENCE)
    found: list[Any] = []
    while not socket.is_fenced(frame := await socket.receive()):
        found.append(frame)
    return [{"type": f[0], "data": f[1]} if isinstance(f, list) else f for f in found]


def _about(frames: list[Json], channel: str) -> list[Json]:
    """Without what makes Mew's clients look again, which comes behind the end."""
    told = [f.get("data") or {} for f in frames if f["type"] != "PERMISSIONS_UPDATE"]
    here = (channel, hexed(channel))
    return [
        d for d in told if any(d.get(key) in here for key in ("channel_id", "channelId", "_id"))
    ]


def _is_end(frame: Json, trio: Trio) -> bool:
    """Where the victim was told, in whichever dialect."""
    data, kind = frame.get("data") or {}, frame["type"]
    if kind == "channel_deleted":
        return bool(data["channel_id"] == trio.channel)
    if kind == "CHANNEL_DELETE":
        return bool(data["channelId"] == hexed(trio.channel))
    if kind in ("server_deleted", "server_removed"):
        return bool(data["server_id"] == trio.server)
    if kind in ("SERVER_DELETE", "SERVER_KICK"):
        return bool(data["serverId"] == hexed(trio.server))
    if kind == "MEMBER_LEAVE":
        return bool(data["userId"] == hexed(trio.victim.id))
    return bool(kind == "user_left" and data["user_id"] == trio.victim.id)


@pytest.mark.parametrize("dialect", ["native", "channelchat", "mew"])
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
        await flood.more(1)  # which may have been on its way
        known = set(flood.version_of)
        await flood.more()
        later = set(flood.version_of) - known
        heard = await _heard(victim)
    end = next((n for n, f in enumerate(heard) if _is_end(f, trio)), None)
    assert end is not None, f"the victim was not told: {[f['type'] for f in heard[-5:]]}"
    assert _about(heard[end + 1 :], trio.channel) == []
    named = str(heard)
    assert not any(i in named or hexed(i) in named for i in later)
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


@pytest.mark.parametrize("loss", LOSSES)
def test_t28_nothing_after_the_loss_by_mews_routes(server: RunningServer, loss: str) -> None:
    trio = _trio(server.url)
    sent = trio.owner.send(trio.channel, "before")
    place, one = hexed(trio.channel), hexed(sent["id"])

    def ask(method: str, path: str, body: object = None) -> Answer:
        return call(method, f"{server.url}/api{path}", body, trio.victim.token)

    assert ask("GET", f"/channels/{place}/messages").body[0]["_id"] == one
    assert LOSSES[loss](trio).status < 300
    for base in (f"/channels/{place}", f"/servers/{hexed(trio.server)}/channels/{place}"):
        for method, path, body in (
            ("GET", "/messages", None),
            ("GET", f"/messages?before={one}", None),
            ("POST", "/messages", {"content": "x", "referencedMessageId": one}),
            ("PATCH", f"/messages/{one}", {"content": "x"}),
            ("DELETE", f"/messages/{one}", None),
            ("PUT", f"/messages/{one}/reactions/x/@me", None),
            ("DELETE", f"/messages/{one}/reactions/x/@me", None),
            ("POST", "/ack", {"lastMessageId": one}),
            ("GET", "/notification-settings", None),
            ("PUT", "/notification-settings", {"level": "MUTE"}),
        ):
            found = ask(method, base + path, body)
            absent = ask(method, (base + path).replace(place, hexed(UNKNOWN)), body)
            assert (found.status, found.body) == (404, absent.body), (method, base + path)
    for path in (f"/servers/{hexed(trio.server)}/channels", "/users/@me/channels"):
        assert place not in str(ask("GET", path).body), path


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
