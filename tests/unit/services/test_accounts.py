"""Registering: names that are taken, and names that are like them."""

import pytest

from fakes.town import Town
from hubbub.model.commands import GetUser, Register
from hubbub.model.errors import Code


async def test_who_takes_a_similar_name_gets_the_one_they_asked_for_if_it_is_free(
    town: Town,
) -> None:
    tokens = await town.do(None, Register("anna", "password", similar=True))
    assert (tokens.user.username, tokens.user.display_name) == ("anna", "anna")


async def test_a_similar_name_has_digits_and_shows_what_was_asked_for(town: Town) -> None:
    await town.do(None, Register("Anna", "password"))
    taken = await town.refused(None, Register("anna", "password"), Code.CONFLICT)
    assert taken.field == "username"
    tokens = await town.do(None, Register("anna", "password", similar=True))
    name, _, digits = tokens.user.username.partition("-")
    assert (name, len(digits), digits.isdigit()) == ("anna", 4, True)
    assert tokens.user.display_name == "anna"
    account = await town.do(tokens.user, GetUser(None))
    assert account.user == tokens.user
    long = "x" * 50
    await town.do(None, Register(long, "password"))
    tokens = await town.do(None, Register(long, "password", similar=True))
    assert len(tokens.user.username) == 50


async def test_a_taken_e_mail_is_refused_all_the_same(town: Town) -> None:
    await town.do(None, Register("anna", "password", "anna@example.org"))
    again = Register("anna", "password", "Anna@example.org", similar=True)
    assert (await town.refused(None, again, Code.CONFLICT)).field == "email"


async def test_similar_names_are_not_tried_for_ever(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(town.ids, "next_id", lambda: 10_007)
    for name in ("anna", "anna-0007"):
        await town.world.person(name)
    again = Register("anna", "password", similar=True)
    assert (await town.refused(None, again, Code.CONFLICT)).field == "username"
