"""T28: what somebody may no longer see does not reach them: live, by resume, by history; others go on."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from security.flood import Flood
from support.rest import PASSWORD, Answer, Person, call, sign_in, sign_up
from support.server import FACTOR, RunningServer, running
from support.sockets import ChannelChat, Json, Mew, Native, Socket, StudyBuddy


@dataclass
class Trio:
    """`victim` is the one who loses something in the owner's private group."""

    owner: Person
    victim: Person
    other: Person
    channel: str

    @property
    def member(self) -> str:
        return f"/channels/{self.channel}/members/{self.victim.id}"


def _trio(url: str) -> Trio:
    owner, victim, other = (sign_up(url) for _ in range(3))
    channel = owner.group("private", private=True)
    for person in (victim, other):
        owner.ok("PUT", f"/channels/{channel}/members/{person.id}")
    return Trio(owner, victim, other, channel)


LOSSES: dict[str, Callable[[Trio], Answer]] = {
    "kicked": lambda t: t.owner.call("DELETE", t.member),
    "banned": lambda t: t.owner.call("DELETE", t.member, ban="true"),
    "left": lambda t: t.victim.call("DELETE", f"/channels/{t.channel}/members/@me"),
    "channel deleted": lambda t: t.owner.call("DELETE", f"/channels/{t.channel}"),
}
MEW_NAMES = {"CHANNEL_DELETE": "channel_deleted", "MESSAGE_CREATE": "new_message"}
_END = {"member_left", "channel_deleted"}


async def _open(dialect: str, server: RunningServer, person: Person, channel: str) -> Socket:
    """A signed-in connection that hears the channel."""
    if dialect == "native":
        return await Native(server.ws, person.token).__aenter__()
    if dialect == "mew":
        return await Mew(server.ws, person.token).__aenter__()
    if dialect == "studybuddy":
        return await StudyBuddy(server.ws, person.token).__aenter__()
    socket = await ChannelChat(server.ws, person.token).__aenter__()
    await socket.enter(channel)
    return socket


def _about(frames: list[Any], channel: str) -> list[Json]:
    plain = map(_plain, frames)
    return [f for f in plain if (f.get("data") or {}).get("channel_id") == channel]


_SAME = {"member_left": "user_left", "group_deleted": "channel_deleted"}


def _plain(frame: Json | list[Any]) -> Json:
    """Study Buddy's frames are flat, and their ids numbers; Mew's are lists, and theirs hexadecimal."""
    if isinstance(frame, list):
        return _in_general(frame)
    if "data" in frame or frame["type"] == "heartbeat_ack":
        return dict(frame)
    message = frame.get("message") or {}
    places = message.get("channel_id"), frame.get("channel_id"), frame.get("group_id")
    data = {"channel_id": str(next(filter(None, places), ""))}
    data |= {"message_id": str(message.get("id", "")), "user_id": str(frame.get("user_id", ""))}
    return {"type": _SAME.get(frame["type"], frame["type"]), "data": data}


def _in_general(packet: list[Any]) -> Json:
    """An event of Mew's in the others' form."""
    name, data = packet[0], packet[1] if isinstance(packet[-1], dict) else {}
    ids = {"channel_id": data.get("channelId"), "message_id": data.get("_id")}
    found = {key: str(int(value, 16)) for key, value in ids.items() if value}
    return {"type": MEW_NAMES.get(name, name), "data": found}


def _version(frame: Json, flood: Flood) -> int:
    """0 for news that have none."""
    data = frame["data"]
    known = data.get("version") or flood.version_of.get(data.get("message_id", ""), 0)
    return int(known)


def _end_of(frames: list[Json], victim: Person) -> int:
    """Where the victim was told of the end."""
    for n, frame in enumerate(frames):
        data = frame["data"]
        if frame["type"] == "user_left" and data["user_id"] == victim.id:
            return n
        if frame["type"] == "member_left" and data["member"]["user"]["id"] == victim.id:
            return n
        if frame["type"] == "channel_deleted":
            return n
    raise AssertionError(f"the victim was not told: {[f['type'] for f in frames[-5:]]}")


@pytest.mark.parametrize("dialect", ["native", "channelchat", "mew", "studybuddy"])
@pytest.mark.parametrize("loss", LOSSES)
async def test_t28_nothing_after_the_loss_reaches_the_victim_live(
    server: RunningServer, loss: str, dialect: str
) -> None:
    trio = await asyncio.to_thread(_trio, server.url)
    victim = await _open(dialect, server, trio.victim, trio.channel)
    other = await _open("native", server, trio.other, trio.channel)
    async with Flood(server.ws, trio.owner, trio.channel) as flood:
        await flood.more()
        assert (await asyncio.to_thread(LOSSES[loss], trio)).status == 204
        await flood.more()
        told = await other.wait(
            lambda f: f["type"] in _END and f["data"]["channel_id"] == trio.channel
        )
        last = told["data"]["version"]
        heard = _about(await victim.drain(), trio.channel)
    end = _end_of(heard, trio.victim)
    # Mew's end has a hint behind it, which tells nothing.
    after_end = [f["type"] for f in heard[end + 1 :]]
    assert after_end == (["PERMISSIONS_UPDATE"] if dialect == "mew" else [])
    assert all(_version(f, flood) <= last for f in heard)
    assert any(_version(f, flood) for f in heard[:end]), "the flood did not reach the victim before"
    if loss != "channel deleted":
        after = [f for f in _about(await other.drain(), trio.channel) if _version(f, flood) > last]
        assert after, "the others go on"
    await victim.ws.close()
    await other.ws.close()


@pytest.mark.parametrize("loss", LOSSES)
def test_t28_nothing_after_the_loss_by_the_routes_of_mew(server: RunningServer, loss: str) -> None:
    trio = _trio(server.url)
    sent = trio.owner.send(trio.channel, "before")
    assert LOSSES[loss](trio).status == 204
    url, token = f"{server.url}/api", trio.victim.token
    assert call("GET", f"{url}/users/@me/channels", token=token).body == []
    for method, path, body in (
        ("GET", "/messages", None),
        ("POST", "/messages", {"content": "x"}),
        ("PATCH", "/messages/{id}", {"content": "x"}),
        ("DELETE", "/messages/{id}", None),
        ("PUT", "/messages/{id}/reactions/x/@me", None),
        ("POST", "/ack", {"lastMessageId": f"{int(sent['id']):024x}"}),
    ):
        path = path.replace("{id}", f"{int(sent['id']):024x}")
        lost, absent = (
            call(method, f"{url}/channels/{channel:024x}{path}", body, token)
            for channel in (int(trio.channel), 4503599627370495)
        )
        assert (lost.status, lost.body) == (absent.status, absent.body), path
        assert lost.status == 404, path


@pytest.mark.parametrize("loss", LOSSES)
async def test_t28_nothing_after_the_loss_by_resume_history_or_command(
    server: RunningServer, loss: str
) -> None:
    trio = await asyncio.to_thread(_trio, server.url)
    sent = trio.owner.send(trio.channel, "before")
    assert LOSSES[loss](trio).status == 204
    later = trio.owner.call("POST", f"/channels/{trio.channel}/messages", {"content": "later"})
    place = f"/channels/{trio.channel}"
    hidden = trio.victim.call("GET", "/channels/4503599627370495/messages")
    for path in ("/messages", f"/messages/{sent['id']}", "/members", ""):
        found = trio.victim.call("GET", place + path)
        assert (found.status, found.body) == (404, hidden.body)
    async with Native(server.ws, trio.victim.token, {trio.channel: sent["version"]}) as resumed:
        assert trio.channel not in [c["id"] for c in resumed.ready["channels"]]
        frames = await resumed.drain()
        assert [f["data"]["code"] for f in frames if f["type"] == "error"] == ["not_found"]
        assert not any(f["type"] == "sync" for f in frames)
        assert "later" not in str(frames)
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
    assert (later.status == 201) == (loss != "channel deleted")
    url = f"{server.url}/channels/{trio.channel}/messages"
    assert call("GET", url, token=trio.victim.token).status == 404


async def test_t28_pending_requests_reach_only_who_decides_also_by_resume(
    server: RunningServer,
) -> None:
    trio = await asyncio.to_thread(_trio, server.url)
    version = trio.owner.send(trio.channel, "before")["version"]
    asking = sign_up(server.url)
    async with Native(server.ws, trio.other.token) as member:
        asking.join(trio.channel)
        trio.owner.send(trio.channel, "after")
        await member.wait_type("new_message")
        assert asking.id not in str(await member.drain())
    async with Native(server.ws, trio.other.token, {trio.channel: version}) as resumed:
        sync = await resumed.wait_type("sync")
    assert sync["data"]["messages"]
    assert asking.id not in str(sync["data"]["members"])


# -- sessions that end --------------------------------------------------------------------------------

ENDINGS: dict[str, Callable[[Person, Person], Answer]] = {
    "logged out": lambda p, _: p.call("POST", "/auth/logout"),
    "revoked elsewhere": lambda p, o: o.call("DELETE", f"/auth/sessions/{p.session_id}"),
    "all others revoked": lambda _, o: o.call("DELETE", "/auth/sessions"),
    "password changed": lambda _, o: o.call(
        "POST", "/auth/password", {"old_password": PASSWORD, "new_password": "another password"}
    ),
}


@pytest.mark.parametrize("dialect", ["native", "channelchat"])
@pytest.mark.parametrize("ending", ENDINGS)
async def test_t28_ended_session_closes_within_a_second_and_no_other(
    server: RunningServer, ending: str, dialect: str
) -> None:
    trio = await asyncio.to_thread(_trio, server.url)
    second = await asyncio.to_thread(sign_in, server.url, trio.victim.name)
    victim = await _open(dialect, server, trio.victim, trio.channel)
    same = await _open("native", server, second, trio.channel)
    other = await _open(dialect, server, trio.other, trio.channel)
    async with Flood(server.ws, trio.owner, trio.channel) as flood:
        await flood.more()
        assert (await asyncio.to_thread(ENDINGS[ending], trio.victim, second)).status == 204
        start = time.monotonic()
        code, _ = await victim.wait_closed(1)
        assert time.monotonic() - start <= 1 * FACTOR
        assert code == 4006
        await flood.more()
    for socket in (same, other):
        assert _about(await socket.drain(), trio.channel), "the others go on"
        await socket.ws.close()
    assert trio.victim.call("GET", "/users/@me").status == 401
    assert second.call("GET", "/users/@me").status == 200
    refresh = {"refresh_token": trio.victim.refresh_token}
    assert call("POST", f"{server.url}/api/v1/auth/refresh", refresh).status == 401
    async with Socket(f"{server.ws}/gateway") as again:
        await again.send({"type": "connect", "data": {"token": trio.victim.token}})
        assert (await again.wait_closed())[0] == 4001


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Access tokens that end after two seconds."""
    folder: Path = tmp_path_factory.mktemp("hasty")
    with running(folder, {"HUBBUB_ACCESS_TOKEN_SECONDS": "2"}) as started:
        yield started


@pytest.mark.parametrize("dialect", ["native", "channelchat"])
async def test_t28_expired_token_closes_its_sockets_within_a_second(
    hasty: RunningServer, dialect: str
) -> None:
    start = time.monotonic()
    person = await asyncio.to_thread(sign_up, hasty.url)
    channel = person.group()
    socket = await _open(dialect, hasty, person, channel)
    code, _ = await socket.wait_closed(5)
    assert code == 4001
    assert 1 <= time.monotonic() - start <= 3.3 * FACTOR
    assert person.call("GET", "/users/@me").status == 401


async def test_t28_refreshed_session_keeps_its_socket_beyond_the_first_tokens_end(
    hasty: RunningServer,
) -> None:
    person = await asyncio.to_thread(sign_up, hasty.url)
    async with Native(hasty.ws, person.token) as socket:
        refresh = person.refresh_token
        deadline = time.monotonic() + 3.5
        while time.monotonic() < deadline:
            answer = call("POST", f"{hasty.url}/api/v1/auth/refresh", {"refresh_token": refresh})
            assert answer.status == 200
            refresh = answer.body["refresh_token"]
            await socket.drain()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(socket.ws.wait_closed(), 0.5)
        assert socket.ws.close_code is None
