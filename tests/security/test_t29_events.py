"""T29 for events: event × role. Who hears what of a server, in native and in Mew; an event without a row fails."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any, Final, NamedTuple

import pytest

from hubbub.dialects.native.events import EVENTS
from security.server_matrix import CAST
from security.server_scene import Guild, Guilds
from support.rest import Person
from support.server import RunningServer
from support.sockets import Mew, Native

INSIDE: Final = "1111100"  # in the order of CAST
SEES: Final = "1111000"
HIGH: Final = "1100000"
ALONE: Final = "1000000"


class Row(NamedTuple):
    """Native's event, Mew's (if it has one), who hears it, and what the owner does for it."""

    native: str
    mew: str
    hears: str
    act: Callable[[Person, dict[str, str]], object]

    def __str__(self) -> str:
        return f"{self.native} {self.hears}"


def _do(method: str, path: str, body: Any = None) -> Callable[[Person, dict[str, str]], object]:
    return lambda owner, ids: owner.ok(method, path.format(**ids), body)


def _after(
    first: Callable[[Person, dict[str, str]], object],
    second: Callable[[Person, dict[str, str]], object],
) -> Callable[[Person, dict[str, str]], object]:
    return lambda owner, ids: (first(owner, ids), second(owner, ids))


C, S = "/channels/{channel_id}", "/servers/{server_id}"
M, PIN = C + "/messages/{message_id}", C + "/pins/{message_id}"
REACTION = M + "/reactions/x/@me"
ROLE, MEMBER = S + "/roles/{role_id}", S + "/members/{user_id}"
CATEGORY = S + "/categories/{category_id}"


def _hidden_channel(owner: Person, ids: dict[str, str]) -> None:
    everyone = owner.ok("GET", f"/servers/{ids['server_id']}")["everyone_role_id"]
    hide = {"target_id": everyone, "kind": "role", "deny": ["VIEW_CHANNEL"]}
    body = {"name": "secret", "overrides": [hide]}
    owner.ok("POST", f"/servers/{ids['server_id']}/channels", body)


def _show_to_blind(owner: Person, ids: dict[str, str]) -> None:
    owner.ok("DELETE", f"/channels/{ids['channel_id']}/overrides/{ids['blind_id']}")


def _hide_from_target(owner: Person, ids: dict[str, str]) -> None:
    path = f"/channels/{ids['channel_id']}/overrides/{ids['member_id']}"
    owner.ok("PUT", path, {"kind": "member", "deny": ["VIEW_CHANNEL"]})


NEW = {"name": "new"}
ROWS: Final = (
    Row("new_message", "MESSAGE_CREATE", SEES, _do("POST", C + "/messages", {"content": "hi"})),
    Row("message_updated", "MESSAGE_UPDATE", SEES, _do("PATCH", M, {"content": "changed"})),
    Row("message_recalled", "MESSAGE_UPDATE", SEES, _do("DELETE", M)),
    Row("message_pinned", "", SEES, _do("PUT", PIN)),
    Row("message_unpinned", "", SEES, _after(_do("PUT", PIN), _do("DELETE", PIN))),
    Row("reaction_added", "MESSAGE_REACTION_ADD", SEES, _do("PUT", REACTION)),
    Row(
        "reaction_removed",
        "MESSAGE_REACTION_REMOVE",
        SEES,
        _after(_do("PUT", REACTION), _do("DELETE", REACTION)),
    ),
    Row("typing", "", SEES, _do("POST", C + "/typing")),
    Row("read_updated", "", SEES, _do("PUT", C + "/read", {"seq": 1})),
    Row("delivered_updated", "", SEES, _do("PUT", C + "/delivered", {"seq": 1})),
    Row("channel_created", "CHANNEL_CREATE", INSIDE, _do("POST", S + "/channels", NEW)),
    Row("channel_created", "CHANNEL_CREATE", HIGH, _hidden_channel),
    Row("channel_created", "CHANNEL_CREATE", "0000100", _show_to_blind),
    Row("channel_updated", "CHANNEL_UPDATE", SEES, _do("PATCH", C, NEW)),
    Row("channel_deleted", "CHANNEL_DELETE", SEES, _do("DELETE", C)),
    Row("channel_deleted", "CHANNEL_DELETE", "0001000", _hide_from_target),
    Row("server_created", "SERVER_CREATE", ALONE, _do("POST", "/servers", NEW)),
    Row("server_updated", "SERVER_UPDATE", INSIDE, _do("PATCH", S, NEW)),
    Row("server_deleted", "SERVER_DELETE", INSIDE, _do("DELETE", S)),
    Row("server_removed", "", "0001000", _do("DELETE", S + "/members/{member_id}")),
    Row("server_member_joined", "MEMBER_JOIN", INSIDE, _do("PUT", S + "/bots/{bot_id}")),
    Row("server_member_updated", "PERMISSIONS_UPDATE", INSIDE, _do("PATCH", MEMBER, {"nickname": "x"})),
    Row("server_member_left", "MEMBER_LEAVE", INSIDE, _do("DELETE", MEMBER)),
    Row("role_created", "PERMISSIONS_UPDATE", INSIDE, _do("POST", S + "/roles", NEW)),
    Row("role_updated", "PERMISSIONS_UPDATE", INSIDE, _do("PATCH", ROLE, NEW)),
    Row("role_deleted", "PERMISSIONS_UPDATE", INSIDE, _do("DELETE", ROLE)),
    Row("category_created", "CATEGORY_CREATE", INSIDE, _do("POST", S + "/categories", NEW)),
    Row("category_updated", "CATEGORY_UPDATE", INSIDE, _do("PATCH", CATEGORY, NEW)),
    Row("category_deleted", "CATEGORY_DELETE", INSIDE, _do("DELETE", CATEGORY)),
)  # fmt: skip
# Of people, groups and direct channels: tests/transcripts/native and test_t28_freshness.py have them.
ELSEWHERE: Final = frozenset(
    (
        "member_joined",
        "member_updated",
        "member_left",
        "presence_updated",
        "user_updated",
        "relationship_updated",
        "relationship_removed",
    )
)


def test_t29_every_event_has_a_row() -> None:
    assert {name for name, _ in EVENTS.values()} == {row.native for row in ROWS} | ELSEWHERE


@pytest.mark.parametrize("row", ROWS, ids=str)
async def test_t29_event_reaches_who_may_see_it_and_nobody_else(
    guilds: Guilds, server: RunningServer, row: Row
) -> None:
    guild = await asyncio.to_thread(guilds.make)
    async with AsyncExitStack() as stack:
        natives: list[Native] = []
        mews: list[Mew] = []
        for role in CAST:
            token = guild.cast[role].token
            natives.append(await stack.enter_async_context(Native(server.ws, token)))
            mews.append(await stack.enter_async_context(Mew(server.ws, token)))
        for early in (*natives, *mews):
            await early.drain()
        await asyncio.to_thread(row.act, guild.cast["owner"], _names(guilds, guild))
        heard = [await native.drain() for native in natives]
        told = [await mew.drain() for mew in mews]
    assert (
        "".join(_mark(row.native in [f["type"] for f in frames]) for frames in heard) == row.hears
    )
    if row.mew:
        found = [row.mew in [f[0] for f in frames if isinstance(f, list)] for frames in told]
        assert "".join(map(_mark, found)) == row.hears
    await asyncio.to_thread(
        guild.cast["owner"].call, "DELETE", f"/servers/{guild.ids['server_id']}"
    )


def _names(guilds: Guilds, guild: Guild) -> dict[str, str]:
    member = {"member_id": guild.cast["member"].id, "bot_id": guilds.bots["owner"]}
    return guild.ids | member


def _mark(is_heard: bool) -> str:
    return "1" if is_heard else "0"
