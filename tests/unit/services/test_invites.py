"""Invites: who makes them, what they show, and that each lets in as many as it says (S12)."""

import asyncio
from pathlib import Path

from fakes.clock import START_MS
from fakes.town import Town
from fakes.world import refused
from hubbub.model.commands import Caller
from hubbub.model.errors import Code, Refused
from hubbub.model.permissions import CREATE_INVITE, EVERYONE, MANAGE_SERVER
from hubbub.model.server_commands import (
    AcceptInvite,
    CreateInvite,
    GetInvite,
    ListAudit,
    ListInvites,
    RemoveServerMember,
    RevokeInvite,
    UpdateRole,
)
from hubbub.model.server_events import ServerCreated, ServerMemberJoined
from hubbub.model.times import rfc3339
from hubbub.model.topics import server_topic, user_topic
from hubbub.services.invites import LOOKUPS, LOOKUPS_OF_ADDRESS


async def test_an_invite_shows_the_server_and_lets_somebody_in(town: Town) -> None:
    ann, bob = await town.person(), await town.person()
    server = (await town.server(ann)).server
    invite = await town.do(ann, CreateInvite(server.id))
    assert (invite.server_id, invite.creator_id, invite.uses) == (server.id, ann.id, 0)
    assert (len(invite.code), invite.expires_at, invite.max_uses) == (22, None, 0)
    preview = await town.do(bob, GetInvite(invite.code))
    assert (preview.invite, preview.server.name, preview.member_count) == (invite, "here", 1)
    await town.heard()
    view = await town.do(bob, AcceptInvite(invite.code))
    assert (view.member.user_id, view.permissions) == (bob.id, EVERYONE)
    made, came = await town.heard()
    assert isinstance(made.event, ServerCreated)
    assert isinstance(came.event, ServerMemberJoined)
    assert (made.topic, made.event.view) == (user_topic(bob.id), view)
    assert (came.topic, came.event.user) == (server_topic(server.id), bob)
    assert made.event.version == came.event.version == view.server.version
    again = await town.do(bob, AcceptInvite(invite.code))
    assert again.member == view.member
    assert await town.heard() == []
    assert (await town.do(bob, GetInvite(invite.code))).invite.uses == 1


async def test_inviting_takes_its_permission(town: Town) -> None:
    ann = await town.person()
    view = await town.server(ann)
    server, everyone = view.server.id, view.server.everyone_role_id
    plain = await town.newcomer(server, ann)
    await town.do(plain, CreateInvite(server))
    await town.do(ann, UpdateRole(server, everyone, permissions=0, mask=CREATE_INVITE))
    assert "CREATE_INVITE" in (await town.forbidden(plain, CreateInvite(server))).message
    await town.absent(await town.person(), CreateInvite(server))
    (*_, note) = [n for n in await town.do(ann, ListAudit(server)) if n.action == "invite.create"]
    assert (note.changes["max_uses"], note.changes["expires_at"]) == (0, None)


async def test_an_invite_ends_by_time_and_by_use(town: Town) -> None:
    ann, bob, eve = await town.person(), await town.person(), await town.person()
    server = (await town.server(ann)).server.id
    brief = await town.do(ann, CreateInvite(server, expires_at=START_MS + 1000))
    (note, *_) = await town.do(ann, ListAudit(server))
    assert note.changes["expires_at"] == rfc3339(START_MS + 1000)
    once = await town.do(ann, CreateInvite(server, max_uses=1))
    await town.do(bob, AcceptInvite(once.code))
    for command in (AcceptInvite(once.code), GetInvite(once.code)):
        assert "used up" in (await town.forbidden(eve, command)).message
    await town.do(eve, GetInvite(brief.code))
    town.clock.advance(1)
    for command in (AcceptInvite(brief.code), GetInvite(brief.code)):
        assert "expired" in (await town.forbidden(eve, command)).message
    for wrong in (
        CreateInvite(server, expires_at=START_MS),
        CreateInvite(server, max_uses=-1),
        CreateInvite(server, max_uses=100_001),
    ):
        await town.refused(ann, wrong, Code.INVALID)
    for unknown in (AcceptInvite("x"), GetInvite("x"), RevokeInvite("x")):
        assert "invite" in (await town.absent(eve, unknown)).message


async def test_manage_server_sees_and_ends_all_invites_others_their_own(town: Town) -> None:
    ann = await town.person()
    server = (await town.server(ann)).server.id
    role = await town.role(ann, server, MANAGE_SERVER)
    keeper, plain = await town.newcomer(server, ann, role), await town.newcomer(server, ann)
    own = await town.do(plain, CreateInvite(server))
    other = await town.do(ann, CreateInvite(server))
    assert [i.code for i in await town.do(plain, ListInvites(server))] == [own.code]
    codes = {i.code for i in await town.do(keeper, ListInvites(server))}
    assert codes >= {own.code, other.code}
    assert "MANAGE_SERVER" in (await town.forbidden(plain, RevokeInvite(other.code))).message
    await town.absent(await town.person(), RevokeInvite(other.code))
    await town.do(plain, RevokeInvite(own.code))
    await town.do(keeper, RevokeInvite(other.code))
    for code in (own.code, other.code):
        await town.absent(await town.person(), AcceptInvite(code))
    (note, *_) = await town.do(ann, ListAudit(server))
    assert (note.action, note.changes) == ("invite.delete", {"code": other.code})
    await town.absent(await town.person(), ListInvites(server))


async def test_who_is_kicked_may_come_back_with_an_invite_without_their_roles(town: Town) -> None:
    ann = await town.person()
    server = (await town.server(ann)).server.id
    bob = await town.newcomer(server, ann, await town.role(ann, server))
    await town.do(ann, RemoveServerMember(server, bob.id))
    await town.enter(server, ann, bob)
    assert town.state(server).members[bob.id].role_ids == ()


async def test_s12_a_hundred_use_an_invite_for_ten_at_once_and_ten_come_in(town: Town) -> None:
    ann = await town.person()
    server = (await town.server(ann)).server.id
    invite = await town.do(ann, CreateInvite(server, max_uses=10))
    people = [await town.person() for _ in range(100)]
    outcomes = await asyncio.gather(
        *(town.do(person, AcceptInvite(invite.code)) for person in people),
        return_exceptions=True,
    )
    refusals = [found for found in outcomes if isinstance(found, BaseException)]
    assert len(refusals) == 90
    assert all(isinstance(r, Refused) and r.code is Code.FORBIDDEN for r in refusals)
    assert len(town.state(server).members) == 11
    assert (await town.do(ann, ListInvites(server)))[0].uses == 10


async def test_s12_one_person_who_uses_an_invite_often_uses_it_once(town: Town) -> None:
    ann, bob = await town.person(), await town.person()
    server = (await town.server(ann)).server.id
    invite = await town.do(ann, CreateInvite(server, max_uses=2))
    await asyncio.gather(*(town.do(bob, AcceptInvite(invite.code)) for _ in range(20)))
    assert (await town.do(ann, ListInvites(server)))[0].uses == 1


async def test_nobody_tries_codes_through(tmp_path: Path) -> None:
    town = Town(tmp_path / "hubbub.db", rated=True)
    eve = await town.person()
    for _ in range(LOOKUPS.burst):
        await town.absent(eve, GetInvite("guess"))
    for command in (GetInvite("guess"), AcceptInvite("guess"), RevokeInvite("guess")):
        await town.refused(eve, command, Code.RATE_LIMITED)
    for _ in range(LOOKUPS_OF_ADDRESS.burst - LOOKUPS.burst):
        await town.absent(await town.person(), GetInvite("guess"))
    await town.refused(await town.person(), GetInvite("guess"), Code.RATE_LIMITED)
    elsewhere = Caller("198.51.100.7", await town.person())
    found = await refused(town.services.invites.get(elsewhere, GetInvite("guess")))
    assert found.code is Code.NOT_FOUND
    await town.store.close()
