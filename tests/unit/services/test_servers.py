"""Servers: making, changing, handing over, ending; who hears of it, and what is noted."""

import pytest

from fakes.town import Town
from hubbub.model.commands import DeleteChannel, GetChannel, PostImage, UpdateChannel
from hubbub.model.entities import Kind
from hubbub.model.errors import Code
from hubbub.model.events import Publication
from hubbub.model.ids import SYSTEM, ServerId
from hubbub.model.permissions import (
    ADMINISTRATOR,
    ALL,
    EVERYONE,
    MANAGE_CHANNEL,
    MANAGE_SERVER,
)
from hubbub.model.server_commands import (
    AddBot,
    CreateBot,
    CreateCategory,
    CreateServer,
    DeleteCategory,
    DeleteServer,
    GetServer,
    ListAudit,
    ListServers,
    UpdateCategory,
    UpdateServer,
)
from hubbub.model.server_events import (
    CategoryCreated,
    CategoryDeleted,
    CategoryUpdated,
    ServerCreated,
    ServerDeleted,
    ServerUpdated,
)
from hubbub.model.servers import AuditEntry, Bot, Category, ServerView
from hubbub.model.topics import server_topic, user_topic


async def test_a_new_server_has_an_everyone_role_and_what_was_asked_for(town: Town) -> None:
    ann = await town.person()
    command = CreateServer("  Our place ", "/icons/1", owner_role="Owner", first_channel="general")
    view: ServerView = await town.do(ann, command)
    assert (view.server.name, view.server.icon) == ("Our place", "/icons/1")
    assert (view.server.owner_id, view.member_count, view.permissions) == (ann.id, 1, ALL)
    everyone, owner = view.roles
    assert everyone.id == view.server.everyone_role_id
    assert (everyone.name, everyone.position, everyone.permissions) == ("@everyone", 0, EVERYONE)
    assert (owner.name, owner.position, owner.permissions) == ("Owner", 1, ADMINISTRATOR)
    assert (owner.color, view.member.role_ids) == (0xE74C3C, (owner.id,))
    (channel,) = view.channels
    assert (channel.channel.kind, channel.channel.name) == (Kind.TEXT, "general")
    assert channel.channel.server_id == view.server.id
    made = ServerCreated(view.server.id, view.server.version, view)
    assert await town.heard() == [Publication(user_topic(ann.id), made)]
    assert await town.do(ann, ListServers()) == [view]
    assert await town.do(ann, GetServer(view.server.id)) == view


async def test_a_server_may_start_empty(town: Town) -> None:
    ann = await town.person()
    view: ServerView = await town.do(ann, CreateServer("bare"))
    assert (len(view.roles), view.channels, view.member.role_ids) == (1, (), ())


@pytest.mark.parametrize(
    "icon", ["x", "//evil.example/x", "javascript:1", "http://", "https://a b/", "/" + "x" * 2048]
)
async def test_an_icon_is_a_path_or_an_address_of_the_web(town: Town, icon: str) -> None:
    ann = await town.person()
    found = await town.refused(ann, CreateServer("here", icon), Code.INVALID)
    assert found.field == "icon"
    await town.do(ann, CreateServer("here", "https://example.org/a.png?x=1"))


async def test_nobody_owns_more_servers_than_the_limit(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hubbub.services.servers.SERVERS_OWNED", 1)
    ann = await town.person()
    await town.server(ann)
    await town.refused(ann, CreateServer("more"), Code.CONFLICT)


async def test_a_server_of_others_is_not_there(town: Town) -> None:
    ann, eve = await town.person(), await town.person()
    server = (await town.server(ann)).server.id
    for command in (
        GetServer(server),
        UpdateServer(server, name="mine"),
        DeleteServer(server),
        ListAudit(server),
        CreateCategory(server, "mine"),
        GetServer(ServerId(1)),
    ):
        assert "server" in (await town.absent(eve, command)).message


async def test_manage_server_changes_name_and_icon(town: Town) -> None:
    ann = await town.person()
    server = (await town.server(ann)).server.id
    plain = await town.newcomer(server, ann)
    role = await town.role(ann, server, MANAGE_SERVER)
    keeper = await town.newcomer(server, ann, role)
    await town.forbidden(plain, UpdateServer(server, name="mine"))
    await town.heard()
    changed = await town.do(keeper, UpdateServer(server, name="new", reason="better"))
    told = ServerUpdated(server, changed.version, changed)
    assert await town.heard() == [Publication(server_topic(server), told)]
    assert (await town.do(ann, GetServer(server))).server == changed
    (note, *_) = await town.do(keeper, ListAudit(server))
    assert (note.action, note.actor.id, note.reason) == ("server.update", keeper.id, "better")
    assert (note.changes, note.created_at) == ({"name": "new"}, town.clock.now_ms())
    await town.refused(ann, UpdateServer(server), Code.INVALID)


async def test_what_is_so_already_is_no_change(town: Town) -> None:
    ann = await town.person()
    server = (await town.server(ann)).server
    await town.heard()
    assert await town.do(ann, UpdateServer(server.id, name="here")) == server
    assert await town.heard() == []


async def test_only_the_owner_hands_a_server_over_to_a_member(town: Town) -> None:
    ann, stranger = await town.person(), await town.person()
    server = (await town.server(ann)).server.id
    boss = await town.newcomer(server, ann, await town.role(ann, server, ADMINISTRATOR))
    await town.forbidden(boss, UpdateServer(server, owner_id=boss.id))
    for nobody in (stranger.id, SYSTEM):
        await town.refused(ann, UpdateServer(server, owner_id=nobody), Code.INVALID)
    await town.do(ann, UpdateServer(server, owner_id=boss.id))
    assert town.state(server).server.owner_id == boss.id
    await town.forbidden(ann, DeleteServer(server))
    (note, *_) = await town.do(boss, ListAudit(server))
    assert (note.action, note.target_id) == ("server.transfer", boss.id)
    assert note.changes == {"owner_id": str(boss.id)}


async def test_a_server_is_not_handed_to_a_bot_nor_to_who_owns_too_many(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hubbub.services.servers.SERVERS_OWNED", 1)
    ann, bob = await town.person(), await town.person()
    server = (await town.server(ann)).server.id
    bot: Bot = await town.do(ann, CreateBot("helper"))
    await town.do(ann, AddBot(server, bot.user.id))
    refusal = await town.refused(ann, UpdateServer(server, owner_id=bot.user.id), Code.INVALID)
    assert refusal.field == "owner_id"
    await town.server(bob)
    await town.enter(server, ann, bob)
    await town.refused(ann, UpdateServer(server, owner_id=bob.id), Code.CONFLICT)
    assert town.state(server).server.owner_id == ann.id


async def test_the_owner_ends_a_server_with_all_that_was_in_it(town: Town) -> None:
    ann = await town.person()
    view = await town.server(ann)
    server, channel = view.server.id, view.channels[0].channel.id
    boss = await town.newcomer(server, ann, await town.role(ann, server, ADMINISTRATOR))
    png = b"\x89PNG\r\n\x1a\n"
    sent = await town.do(ann, PostImage(channel, png, "/i/{message_id}"))
    await town.forbidden(boss, DeleteServer(server))
    await town.heard()
    await town.do(ann, DeleteServer(server))
    ((topic, event),) = [(p.topic, p.event) for p in await town.heard()]
    assert (topic, type(event)) == (server_topic(server), ServerDeleted)
    assert town.directory.states.known(server) is None
    await town.absent(ann, GetServer(server))
    await town.absent(ann, GetChannel(channel))
    assert await town.blobs.get(f"channels/{channel}/{sent.message.id}") is None


async def test_who_runs_hubbub_may_end_a_server_that_they_are_in(town: Town) -> None:
    ann = await town.person()
    server = (await town.server(ann)).server.id
    admin = await town.person()
    admin = await town.world.write(town.store.accounts.claim_admin(admin.id))
    await town.absent(admin, DeleteServer(server))
    await town.enter(server, ann, admin)
    await town.do(admin, DeleteServer(server))
    await town.absent(ann, GetServer(server))


async def test_the_audit_log_is_read_by_manage_server_in_pages(town: Town) -> None:
    ann = await town.person()
    server = (await town.server(ann)).server.id
    plain = await town.newcomer(server, ann)
    for n in range(3):
        await town.do(ann, UpdateServer(server, name=f"name {n}"))
    await town.forbidden(plain, ListAudit(server))
    first = await town.do(ann, ListAudit(server, limit=2))
    rest = await town.do(ann, ListAudit(server, before=first[-1].id, limit=2))
    names = [entry.changes.get("name") for entry in (*first, *rest)]
    assert names[:3] == ["name 2", "name 1", "name 0"]
    await town.refused(ann, ListAudit(server, limit=0), Code.INVALID)
    too_long = UpdateServer(server, name="x", reason="x" * 513)
    assert (await town.refused(ann, too_long, Code.INVALID)).field == "reason"


# -- categories ---------------------------------------------------------------------------------------


async def test_categories_come_at_the_end_and_are_told_to_all(town: Town) -> None:
    ann = await town.person()
    server = (await town.server(ann)).server.id
    await town.heard()
    first: Category = await town.do(ann, CreateCategory(server, "one"))
    second: Category = await town.do(ann, CreateCategory(server, "two"))
    assert (first.position, second.position) == (0, 1)
    moved = await town.do(ann, UpdateCategory(first.id, server, position=7))
    assert (moved.name, moved.position) == ("one", 7)
    named = await town.do(ann, UpdateCategory(first.id, name="uno"))
    assert (named.name, named.position) == ("uno", 7)
    assert await town.do(ann, UpdateCategory(first.id, name="uno")) == named
    await town.do(ann, DeleteCategory(second.id))
    notes: list[AuditEntry] = await town.do(ann, ListAudit(server))
    assert [(note.action, note.target_id) for note in notes] == [
        ("category.delete", second.id),
        ("category.update", first.id),
        ("category.update", first.id),
        ("category.create", second.id),
        ("category.create", first.id),
    ]
    kinds = [(p.topic, type(p.event)) for p in await town.heard()]
    topic = server_topic(server)
    assert kinds == [
        (topic, CategoryCreated),
        (topic, CategoryCreated),
        (topic, CategoryUpdated),
        (topic, CategoryUpdated),
        (topic, CategoryDeleted),
    ]
    notes = [n for n in await town.do(ann, ListAudit(server)) if n.action.startswith("category")]
    assert [(n.action, n.target_id, n.changes) for n in reversed(notes)] == [
        ("category.create", first.id, {"name": "one", "position": 0}),
        ("category.create", second.id, {"name": "two", "position": 1}),
        ("category.update", first.id, {"name": "one", "position": 7}),
        ("category.update", first.id, {"name": "uno", "position": 7}),
        ("category.delete", second.id, {"name": "two", "position": 1}),
    ]


async def test_a_category_takes_manage_channel_and_is_of_its_server(town: Town) -> None:
    ann, eve = await town.person(), await town.person()
    server, other = (await town.server(ann)).server.id, (await town.server(ann)).server.id
    made = await town.do(ann, CreateCategory(server, "one"))
    plain = await town.newcomer(server, ann)
    keeper = await town.newcomer(server, ann, await town.role(ann, server, MANAGE_CHANNEL))
    for command in (
        CreateCategory(server, "two"),
        UpdateCategory(made.id, name="x"),
        DeleteCategory(made.id),
    ):
        await town.forbidden(plain, command)
    for absent in (UpdateCategory(made.id, name="x"), DeleteCategory(made.id)):
        assert "category" in (await town.absent(eve, absent)).message
    await town.absent(ann, UpdateCategory(made.id, other, name="x"))
    await town.absent(ann, DeleteCategory(made.id, other))
    await town.refused(keeper, UpdateCategory(made.id), Code.INVALID)
    await town.refused(keeper, UpdateCategory(made.id, position=-1), Code.INVALID)
    await town.do(keeper, DeleteCategory(made.id, server))
    await town.absent(keeper, DeleteCategory(made.id))


async def test_the_channels_of_a_category_outlive_it(town: Town) -> None:
    ann = await town.person()
    server = (await town.server(ann)).server.id
    made = await town.do(ann, CreateCategory(server, "one"))
    channel = await town.channel(ann, server, category_id=made.id)
    assert channel.category_id == made.id
    await town.do(ann, DeleteCategory(made.id))
    assert town.state(server).channels[channel.id].category_id is None
    invalid = UpdateChannel(channel.id, category_id=made.id)
    assert (await town.refused(ann, invalid, Code.INVALID)).field == "category_id"
    await town.do(ann, DeleteChannel(channel.id))


async def test_a_server_has_a_limited_number_of_categories(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hubbub.services.categories.CATEGORIES", 1)
    ann = await town.person()
    server = (await town.server(ann)).server.id
    await town.do(ann, CreateCategory(server, "one"))
    await town.refused(ann, CreateCategory(server, "two"), Code.CONFLICT)
