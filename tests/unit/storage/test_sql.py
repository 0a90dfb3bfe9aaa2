"""Statements: parameters in the order that the SQL wants them."""

import pytest
import sqlalchemy as sa

from hubbub.storage import (
    accounts,
    channels,
    drafts,
    messages,
    positions,
    preferences,
    programs,
    server_members,
    server_rows,
    server_views,
    servers,
    views,
)
from hubbub.storage.schema import members
from hubbub.storage.schema import messages as messages_table
from hubbub.storage.sql import Statement, param


def test_bind_puts_parameters_in_the_order_of_the_text() -> None:
    statement = Statement(
        members.update()
        .where(members.c.channel_id == param("channel"), members.c.user_id == param("user"))
        .values(read_seq=param("seq"))
    )
    query = statement(user=2, seq=3, channel=1)
    assert query.text.count("?") == 3
    assert query.params == (3, 1, 2)


def test_bind_fills_in_what_the_statement_itself_says() -> None:
    statement = Statement(
        sa.select(members.c.user_id).where(
            members.c.status == "active", members.c.channel_id == param("channel")
        )
    )
    assert sorted(map(str, statement(channel=7).params)) == ["7", "active"]


def test_bind_of_a_parameter_used_twice_gives_it_twice() -> None:
    key = param("key")
    table = messages_table.c
    statement = Statement(sa.select(table.id).where(sa.or_(table.nonce == key, table.id == key)))
    assert statement(key="x").params == ("x", "x")


def test_bind_without_a_parameter_says_which() -> None:
    statement = Statement(sa.select(members.c.role).where(members.c.user_id == param("user")))
    with pytest.raises(KeyError, match="user"):
        statement()


def test_bind_of_none_is_kept_as_none() -> None:
    statement = Statement(messages_table.update().values(nonce=param("nonce")))
    assert statement(nonce=None).params == (None,)


def test_executemany_columns_stand_in_the_order_of_the_rows() -> None:
    assert drafts._INSERT.names == drafts._INSERT_COLUMNS
    assert drafts.INSERT_MENTION.names == ("user_id", "channel_id", "seq")


@pytest.mark.parametrize(
    "module",
    [
        accounts,
        channels,
        drafts,
        messages,
        positions,
        preferences,
        programs,
        server_members,
        server_rows,
        server_views,
        servers,
        views,
    ],
)
def test_every_statement_names_as_many_parameters_as_its_text_has(module: object) -> None:
    found = [v for v in vars(module).values() if isinstance(v, Statement)]
    assert found
    for statement in found:
        text = statement.many(()).text
        assert text.count("?") == len(statement.names), text
