"""S10: no server is left without a person who owns it, and nothing passes for what it is not."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
import pytest

from fakes.town import Town
from hubbub.dialects.mew import objects
from hubbub.model import commands as c
from hubbub.model import server_commands as sc
from hubbub.model.entities import Sent, User
from hubbub.model.errors import Code
from hubbub.model.limits import PAYLOAD_DEPTH, SERVERS_OWNED
from hubbub.model.servers import Bot

T = TypeVar("T")
Raw = msgspec.Raw


async def _bot(town: Town, owner: User) -> Bot:
    found: Bot = await town.do(owner, sc.CreateBot(f"bot{owner.id}"))
    return found


async def test_s10_bot_does_not_come_to_own_a_server(town: Town) -> None:
    ann = await town.person()
    server = (await town.server(ann)).server.id
    bot = await _bot(town, ann)
    await town.do(ann, sc.AddBot(server, bot.user.id))
    await town.refused(ann, sc.UpdateServer(server, owner_id=bot.user.id), Code.INVALID)
    await town.do(ann, sc.DeleteBot(bot.user.id))
    assert town.state(server).server.owner_id == ann.id
    assert ann.id in town.state(server).members


async def test_s25_nobody_is_given_more_servers_than_one_may_own(town: Town) -> None:
    ann, bob = await town.person(), await town.person()
    server = (await town.server(ann)).server.id
    await town.enter(server, ann, bob)
    for _ in range(SERVERS_OWNED):
        await town.do(bob, sc.CreateServer("his"))
    await town.refused(ann, sc.UpdateServer(server, owner_id=bob.id), Code.CONFLICT)
    assert town.state(server).server.owner_id == ann.id


async def test_s10_former_owner_has_no_more_than_a_member(town: Town) -> None:
    ann, bob = await town.person(), await town.person()
    view = await town.server(ann)
    server, channel = view.server.id, view.channels[0].channel.id
    await town.enter(server, ann, bob)
    await town.do(ann, sc.UpdateServer(server, owner_id=bob.id))
    for command in (
        sc.UpdateServer(server, name="mine"),
        sc.UpdateServer(server, owner_id=ann.id),
        sc.DeleteServer(server),
        sc.CreateRole(server, "r"),
        sc.RemoveServerMember(server, bob.id),
        sc.ListAudit(server),
        c.DeleteChannel(channel),
    ):
        await town.forbidden(ann, command)
    await town.do(ann, sc.RemoveServerMember(server, ann.id))
    await town.absent(ann, sc.GetServer(server))


async def test_t28_bot_that_is_deleted_meanwhile_does_not_come_in(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await town.person()
    server = (await town.server(ann)).server.id
    bot = await _bot(town, ann)
    before_the_next_write(town, monkeypatch, lambda: town.do(ann, sc.DeleteBot(bot.user.id)))
    await town.absent(ann, sc.AddBot(server, bot.user.id))
    assert list(town.state(server).members) == [ann.id]


def before_the_next_write(
    town: Town, monkeypatch: pytest.MonkeyPatch, happens: Callable[[], Awaitable[object]]
) -> None:
    """What was read for that write may no longer be so."""
    write = town.store.write

    async def late(*args: object, **more: object) -> T:
        monkeypatch.setattr(town.store, "write", write)
        await happens()
        return await write(*args, **more)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(town.store, "write", late)


# -- what passes for something else -------------------------------------------------------------------


async def test_s11_payload_of_another_dialect_forges_no_author(town: Town) -> None:
    ann = await town.person()
    channel = (await town.server(ann)).channels[0].channel.id
    payload = b'{"overr\\u0069des":{"username":"admin"},"clientNonce":"n","title":"t"}'
    sent: Sent = await town.say(ann, channel, type="app/x-card", payload=Raw(payload))
    for nonce, kept in ((None, {"title": "t"}), ("own", {"title": "t", "clientNonce": "own"})):
        shown = objects.message(sent.message, nonce)
        assert isinstance(shown.payload, Raw)
        assert msgspec.json.decode(shown.payload) == kept


@pytest.mark.parametrize(("deep", "ends"), [(PAYLOAD_DEPTH, True), (PAYLOAD_DEPTH + 1, False)])
async def test_g18_payload_is_not_nested_too_deeply(town: Town, deep: int, ends: bool) -> None:
    ann = await town.person()
    channel = (await town.server(ann)).channels[0].channel.id
    nested = b'{"a":' + b"[" * (deep - 1) + b"]" * (deep - 1) + b"}"
    command = c.SendMessage(channel, "x", type="t", payload=Raw(nested))
    if ends:
        assert await town.do(ann, command)
    else:
        await town.refused(ann, command, Code.INVALID)
        await town.refused(ann, sc.SetPreferences(Raw(nested)), Code.INVALID)


# -- slow mode ----------------------------------------------------------------------------------------


async def test_g2_slow_mode_does_not_refuse_what_was_sent_already(town: Town) -> None:
    ann = await town.person()
    view = await town.server(ann)
    bob = await town.newcomer(view.server.id, ann)
    channel = view.channels[0].channel.id
    await town.do(ann, c.UpdateChannel(channel, slow_mode=60))
    first = await town.say(bob, channel, nonce="one")
    again = await town.say(bob, channel, "other words", nonce="one")
    assert (again.message, again.duplicate) == (first.message, True)
    for nonce in ("two", None):
        command = c.SendMessage(channel, "more", nonce)
        assert (await town.refused(bob, command, Code.RATE_LIMITED)).retry_after == 60
    await asyncio.gather(
        *(town.refused(bob, c.SendMessage(channel, "x", f"n{n}"), Code.RATE_LIMITED) for n in "ab")
    )
    town.clock.advance(60)
    assert not (await town.say(bob, channel, nonce="two")).duplicate
