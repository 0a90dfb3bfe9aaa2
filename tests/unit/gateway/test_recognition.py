"""Which dialect a connection speaks: the first frame that is of one only tells it, and nothing changes it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from convergence.node import SETTINGS
from fakes.passwordless import Json, Line, Passwordless
from hubbub.bootstrap import Node
from hubbub.dialects.channelchat import ChannelChatDialect
from hubbub.gateway.session import STRIKES, WAITING_FRAMES
from hubbub.model.commands import Caller, Register, RemoveMember, SendMessage
from hubbub.model.entities import Sent, Tokens
from hubbub.model.ids import LOBBY, UserId

HEARTBEAT = {"type": "heartbeat"}
SEND = {"type": "send_message", "data": {"channel_id": "0", "content": "hi"}}


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    made = Node(msgspec.structs.replace(SETTINGS, guests="open"), tmp_path)
    yield made
    for session in made.gateway.sessions():
        session.leave(clean=True)
    await made.store.published()
    left = {k: v for k, v in made.gateway.sizes().items() if v}
    await made.close()
    assert left == {}


async def register(node: Node, name: str) -> Tokens:
    command = Register(name, "correct horse battery")
    made = await node.dispatch.handle(Caller("192.0.2.1"), command)
    assert isinstance(made, Tokens)
    return made


def line(node: Node) -> Line:
    return Line(node, ChannelChatDialect(), Passwordless())


async def test_what_both_speak_settles_nothing_and_is_answered(node: Node) -> None:
    one = line(node)
    for _ in range(3):
        assert (await one.ask(HEARTBEAT))["type"] == "heartbeat_ack"
    assert (await one.ask({"type": "hello", "name": "vera"}))["type"] == "ready"
    assert one.session.dialect.name == "passwordless"


@pytest.mark.parametrize(
    "rubbish",
    [b"", b"\xff", b"[]", b"[" * 50_000, b"{}", b"1", b"null", b'{"type":1}', b" " * 65_536],
)
async def test_rubbish_before_it_settles_nothing_and_counts_as_strikes(
    node: Node, rubbish: bytes
) -> None:
    one = line(node)
    assert (await one.ask(rubbish))["type"] == "error"
    assert (await one.ask({"type": "hello", "name": "vera"}))["type"] == "ready"
    other = line(node)
    for _ in range(STRIKES):
        other.say(rubbish)
    assert other.connection.closed == (4000, "too many malformed frames")


async def test_frames_of_another_dialect_are_unknown_once_it_is_settled(node: Node) -> None:
    ann = await register(node, "ann")
    one = line(node)
    token = {"token": ann.access_token, "user_id": str(ann.user.id)}
    assert (await one.ask({"type": "connect", "data": token}))["type"] == "connect_ack"
    for frame in ({"type": "hello", "name": "vera"}, {"type": "hello", "user_id": 1}):
        assert (await one.ask(frame))["type"] == "error"
    assert one.session.dialect.name == "channelchat"
    assert one.session.caller.user_id == ann.user.id


async def test_a_refused_sign_in_settles_it_as_well(node: Node) -> None:
    one = line(node)
    one.say({"type": "hello", "user_id": 404})
    assert (await one.hear())[0]["data"]["code"] == "unauthorized"
    ann = await register(node, "ann")
    one.say({"type": "connect", "data": {"token": ann.access_token}})
    await asyncio.sleep(0)
    assert one.session.dialect.name == "passwordless"


async def test_who_is_signed_in_by_the_address_and_says_hello_is_nobody_first(node: Node) -> None:
    ann = await register(node, "ann")
    one = line(node)
    one.session.sign_in(ann.access_token)
    one.say({"type": "hello", "name": "vera"})
    ready = (await one.until("ready"))[-1]
    assert ready["data"]["user"]["guest"]
    # Nothing of ann is left: no topic, no device, no second sign-in.
    hub = node.gateway.hub
    assert hub.of_user(ann.user.id) == ()
    assert hub.of_login(ann.login_id) == ()
    again = await one.ask({"type": "hello", "token": ann.access_token})
    assert again["data"]["code"] == "conflict"


async def test_who_is_signed_in_by_the_address_and_speaks_its_dialect_stays(node: Node) -> None:
    ann = await register(node, "ann")
    for first in (HEARTBEAT, b"rubbish", SEND):
        one = line(node)
        one.session.sign_in(ann.access_token)
        await one.ask(first)
        assert (await one.ask({"type": "hello", "name": "vera"}))["type"] == "error"
        assert one.session.caller.user_id == ann.user.id


async def test_a_name_alone_signs_in_only_where_the_dialect_says_so(node: Node) -> None:
    vera = (await _enter(node, "vera"))["data"]["user"]["id"]
    for claimed in (vera, int(vera)):
        one = line(node)
        data = {"token": "", "user_id": claimed}
        refused = await one.ask({"type": "connect", "data": data})
        assert refused["type"] == "error"
        assert one.session.caller.user is None
        assert one.connection.closed is not None


async def _enter(node: Node, name: str) -> Json:
    ready: Json = await line(node).ask({"type": "hello", "name": name})
    return ready


async def test_frames_behind_an_unfinished_sign_in_wait_and_are_bounded(node: Node) -> None:
    one = line(node)
    one.say({"type": "hello", "name": "vera"})
    for n in range(WAITING_FRAMES):
        assert one.connection.is_reading, n
        one.say(HEARTBEAT)
    assert not one.connection.is_reading
    heard = await one.until("heartbeat_ack")
    assert heard[0]["type"] == "ready"
    while sum(f["type"] == "heartbeat_ack" for f in heard) < WAITING_FRAMES:
        heard += await one.hear()
    assert one.connection.is_reading


# -- guests, live ---------------------------------------------------------------------------------------


async def test_a_guest_hears_the_lobby_until_they_are_banned_and_nothing_later(node: Node) -> None:
    """T28 for guests, with the lobby flooded meanwhile."""
    root = await register(node, "root")
    await node.store.write(
        lambda: node.store.accounts.update_user(root.user.id, is_admin=True), lambda _: ()
    )
    caller = await node.services.logins.authenticate(root.access_token, "192.0.2.1")
    caller = msgspec.structs.replace(
        caller, user=msgspec.structs.replace(caller.known, is_admin=True)
    )
    guest, other = line(node), line(node)
    vera = (await guest.ask({"type": "hello", "name": "vera"}))["data"]["user"]["id"]
    await other.ask({"type": "hello", "name": "gast"})
    versions, banned = await _flood_and_ban(node, caller, int(vera))
    heard = [f for f in await _all(guest) if f["type"] in ("new_message", "member_left")]
    assert [f["type"] for f in heard][-1] == "member_left"
    assert [f["data"]["version"] for f in heard] == [v for v in versions if v < banned] + [banned]
    others = [f["data"]["version"] for f in await _all(other) if f["type"] == "new_message"]
    assert others == versions
    assert max(versions) > banned, "the flood went on"
    for refused in (
        SEND,
        {"type": "history", "data": {"channel_id": "0"}},
        {"type": "typing", "data": {"channel_id": "0"}},
    ):
        assert (await guest.ask(refused))["data"]["code"] == "not_found"
    back = await line(node).ask({"type": "hello", "user_id": vera})
    assert [c["id"] for c in back["data"]["channels"]] == []


async def _flood_and_ban(node: Node, caller: Caller, user_id: int) -> tuple[list[int], int]:
    """The versions of the messages, and of the ban among them."""

    async def say(count: int) -> list[int]:
        sent = [
            await node.dispatch.handle(caller, SendMessage(LOBBY, "flood")) for _ in range(count)
        ]
        return [one.message.version for one in sent if isinstance(one, Sent)]

    before = await say(5)
    ban = node.dispatch.handle(caller, RemoveMember(LOBBY, UserId(user_id), ban=True))
    banning = asyncio.ensure_future(ban)
    during = await asyncio.gather(*(say(10) for _ in range(5)))
    await banning
    versions = sorted(before + [version for some in during for version in some])
    (banned,) = {*range(1, max(versions) + 1)} - {*versions}
    return versions, banned


async def _all(one: Line) -> list[Json]:
    """What came before the answer to a heartbeat sent now."""
    one.say({"type": "heartbeat"})
    return (await one.until("heartbeat_ack"))[:-1]
