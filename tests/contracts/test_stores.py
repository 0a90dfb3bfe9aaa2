"""The store contract on SQLite, and what only a file can do: migrations."""

import contextlib
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import alembic.command
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from contracts.store import StoreContract
from fakes.community import community
from fakes.world import World
from hubbub.model.entities import (
    Account,
    Channel,
    ChannelView,
    GroupRole,
    Kind,
    Member,
    Message,
    Reaction,
    Status,
    User,
)
from hubbub.model.ids import ChannelId, MessageId, UserId
from hubbub.ports.store import Store
from hubbub.storage.migrate import HEAD, MIGRATIONS, migrate, revision
from hubbub.storage.schema import metadata
from hubbub.storage.store import SqliteStore

FIRST_STATEMENTS = 26  # of the first migration; those behind it are of the second


@contextlib.asynccontextmanager
async def opened(path: Path) -> AsyncIterator[SqliteStore]:
    """Closed at the end: its writer's thread would keep the process alive."""
    store = SqliteStore(path, lambda _: None, lambda: None)
    try:
        yield store
    finally:
        await store.close()


class TestSqliteStore(StoreContract):
    """On a file of its own."""

    @pytest.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[Store]:
        async with opened(tmp_path / "hubbub.db") as made:
            yield made


async def test_recalled_content_is_gone_from_the_row(tmp_path: Path) -> None:
    path = tmp_path / "hubbub.db"
    async with opened(path) as store:
        world = World(store)
        ann = await world.person()
        room = await world.group(ann)
        sent = (await world.send(room, ann, "must go", mentions=(ann.id,))).message
        await world.recall(sent, ann)
    with contextlib.closing(sqlite3.connect(path)) as file:
        rows = file.execute("select content, mentions from messages").fetchall()
        named = file.execute("select count(*) from mentions").fetchone()
    assert rows == [("", None)]
    assert named == (0,)


async def test_everything_survives_closing_and_opening(tmp_path: Path) -> None:
    path = tmp_path / "hubbub.db"
    for n in range(3):
        async with opened(path) as store:
            world = World(store)
            ann = await world.person()
            room = await world.group(ann)
            sent = [(await world.send(room, ann, nonce=str(n))).message]
        async with opened(path) as store:
            assert (await World(store).page(room)).messages == sent
            assert (await World(store).send(room, ann, nonce=str(n))).duplicate


# -- migrations ---------------------------------------------------------------------------------------


@contextlib.contextmanager
def _connected(path: Path) -> Iterator[sa.Connection]:
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def _shape(path: Path) -> list[tuple[object, ...]]:
    with contextlib.closing(sqlite3.connect(path)) as file:
        return file.execute(
            "select type, name, tbl_name, sql from sqlite_master order by 2"
        ).fetchall()


def test_migrated_file_equals_the_schema(tmp_path: Path) -> None:
    path = tmp_path / "hubbub.db"
    migrate(path)
    with _connected(path) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_head_is_the_last_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_migrate_twice_changes_nothing_and_does_not_load_alembic(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "hubbub.db"
    assert revision(path) is None
    migrate(path)
    before = _shape(path)
    monkeypatch.setattr(alembic.command, "upgrade", None)
    migrate(path)
    assert (revision(path), _shape(path)) == (HEAD, before)


def _upgrade(path: Path, to: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", f"sqlite:///{path}")
    alembic.command.upgrade(config, to)


async def test_g21_file_of_the_first_version_keeps_what_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "hubbub.db"
    _upgrade(path, "0001")
    with contextlib.closing(sqlite3.connect(path)) as file:
        file.execute(
            "insert into users (id, username, username_key, display_name, created_at)"
            " values (7, 'ann', 'ann', 'Ｚoe', 1)"
        )
        file.commit()
    async with opened(path) as store:
        found = await store.read(store.accounts.get_user(UserId(7)))
        assert found == User(UserId(7), "ann", "Ｚoe", 1)
        assert await store.read(store.accounts.search_users("zo", 9, shown=True)) == [found]
        assert await store.read(store.relationships.list_relationships(UserId(7))) == []


def _fill(path: Path) -> None:
    """What 0003 can hold, by its own columns."""
    with contextlib.closing(sqlite3.connect(path)) as file:
        file.executescript(
            """
            insert into users (id, username, username_key, email, email_key, display_name,
              password_hash, is_admin, created_at)
            values (7, 'ann', 'ann', 'a@b.c', 'a@b.c', 'Ann', 'hash', 1, 1),
              (8, 'bob', 'bob', null, null, 'Bob', null, 0, 2);
            insert into channels (id, kind, name, name_key, description, owner_id, private,
              created_at, active_at, last_seq, version)
            values (5, 'group', 'Room', 'room', 'about', 7, 1, 3, 4, 2, 6);
            insert into members (channel_id, user_id, role, status, version, joined_at, read_seq,
              delivered_seq, was_member)
            values (5, 7, 'member', 'active', 1, 3, 2, 2, 0),
              (5, 8, 'admin', 'active', 2, 3, 1, 1, 1);
            insert into messages (id, channel_id, seq, version, author_id, content, nonce, reply_to,
              mentions, reactions, created_at, edited_at)
            values (11, 5, 1, 4, 7, 'first', 'n', null, null, null, 3, null),
              (12, 5, 2, 6, 7, 'second', null, 11, '[8]', '[["x",[8]]]', 4, 5);
            insert into mentions values (8, 5, 2);
            """
        )


async def test_file_without_servers_keeps_what_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "hubbub.db"
    _upgrade(path, "0003")
    _fill(path)
    ann = User(UserId(7), "ann", "Ann", 1, is_admin=True)
    bob, room = User(UserId(8), "bob", "Bob", 2), ChannelId(5)
    channel = Channel(room, Kind.GROUP, "Room", "about", ann.id, True, 3, 2, 6)
    member = Member(room, bob.id, GroupRole.ADMIN, Status.ACTIVE, 2, 3, 1, 1, was_member=True)
    first = Message(MessageId(11), room, 1, 4, ann, "first", 3)
    second = Message(
        MessageId(12),
        *(room, 2, 6, ann, "second", 4, 5, None, first.id, (bob.id,)),
        reactions=(Reaction("x", (bob.id,)),),
    )
    async with opened(path) as store:
        world = World(store)
        account = await store.read(store.accounts.get_account("a@b.c"))
        assert account == Account(ann, "a@b.c", "hash")
        assert await world.view(bob, room) == ChannelView(channel, member, 1, 1)
        assert (await world.page(room)).messages == [second, first]
        assert (await world.send(room, ann, nonce="n")).message == first
        place = await community(world, ann)
        assert (await place.enter(bob)).joined is not None
        assert (await world.edit(second, "edited")).version == 7
        assert (await world.view(bob, room)).mentions == 0


_DIRECTS = """
    insert into channels (id, kind, name, name_key, description, private, created_at, active_at,
      last_seq, version, pair)
    values (6, 'direct', '', '', '', 1, 3, 4, 3, 5, '7:8');
    insert into members (channel_id, user_id, role, status, version, joined_at, read_seq,
      delivered_seq, was_member)
    values (6, 8, 'member', 'active', 1, 3, 0, 0, 0), (6, 7, 'member', 'active', 2, 3, 0, 0, 0);
    insert into messages (id, channel_id, seq, version, author_id, content, created_at, recalled_at)
    values (21, 6, 1, 3, 7, 'to bob', 3, null), (22, 6, 2, 4, 8, 'to ann', 4, null),
      (23, 6, 3, 5, 7, '', 5, 6);
"""


def _fill_directs(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as file:
        file.executescript(_DIRECTS)


async def _require_receivers(path: Path) -> None:
    """Each message of the direct channel went to the other; those of the group to nobody."""
    async with opened(path) as store:
        world = World(store)
        page = await world.page(ChannelId(6))
        assert [(m.author.id, m.receiver_id) for m in page.messages] == [(7, 8), (8, 7), (7, 8)]
        group = await world.page(ChannelId(5))
        assert [m.receiver_id for m in group.messages] == [None, None]
        found = await store.read(store.channels.get_channel(ChannelId(5)))
        assert found is not None
        assert not found[0].guests
        people = await store.read(store.accounts.search_users("", 9))
        assert not any(user.is_guest for user in people)


async def test_file_without_receivers_gets_them(tmp_path: Path) -> None:
    path = tmp_path / "hubbub.db"
    _upgrade(path, "0003")
    _fill(path)
    _upgrade(path, "0004")
    _fill_directs(path)
    await _require_receivers(path)


@pytest.mark.parametrize("statement", range(1, 8))
async def test_t46_interrupted_migration_to_guests_leaves_everything_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: int
) -> None:
    path = tmp_path / "cut.db"
    _upgrade(path, "0003")
    _fill(path)
    _upgrade(path, "0004")
    _fill_directs(path)
    before = _shape(path)
    _migrate_until(path, statement, monkeypatch)
    assert (revision(path), _shape(path)) == ("0004", before)
    await _require_receivers(path)


@pytest.mark.parametrize("statement", range(1, 31, 2))
def test_t46_interrupted_migration_can_be_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: int
) -> None:
    """Cut off before its n-th statement, it leaves nothing, and a second run ends as if alone."""
    whole, cut = tmp_path / "whole.db", tmp_path / "cut.db"
    migrate(whole)
    _migrate_until(cut, statement, monkeypatch)
    assert revision(cut) == (None if statement <= FIRST_STATEMENTS else "0001")
    migrate(cut)
    assert (revision(cut), _shape(cut)) == (HEAD, _shape(whole))


@pytest.mark.parametrize("statement", range(1, 39, 3))
async def test_t46_interrupted_migration_to_servers_leaves_everything_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: int
) -> None:
    whole, cut = tmp_path / "whole.db", tmp_path / "cut.db"
    migrate(whole)
    _upgrade(cut, "0003")
    _fill(cut)
    before = _shape(cut)
    _migrate_until(cut, statement, monkeypatch)
    assert (revision(cut), _shape(cut)) == ("0003", before)
    migrate(cut)
    assert (revision(cut), _shape(cut)) == (HEAD, _shape(whole))
    async with opened(cut) as store:
        found = (await World(store).page(ChannelId(5))).messages
        assert [m.content for m in found] == ["second", "first"]


def _migrate_until(path: Path, statement: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut off before the n-th statement."""
    run, count = sa.engine.default.DefaultDialect.do_execute, 0

    def stop(*arguments: object, **options: object) -> None:
        nonlocal count
        count += 1
        if count == statement:
            raise InterruptedError
        run(*arguments, **options)  # type: ignore[arg-type,no-untyped-call]  # handed on as it came

    with monkeypatch.context() as patch:
        patch.setattr(sa.engine.default.DefaultDialect, "do_execute", stop)
        with pytest.raises(InterruptedError):
            migrate(path)
