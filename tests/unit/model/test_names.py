"""Names: what may be one, and when two are the same."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.model.errors import Code, Refused
from hubbub.model.names import clean, clean_username, fold, fold_username


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ａnna", "anna"), ("ANNA", "anna"), ("Straße", "STRASSE"), ("ﬁn", "fin"), ("e\u0301", "é")],
)
def test_fold_of_two_spellings_is_one_name(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("anna", "anne"), ("a b", "ab"), ("é", "e")])
def test_fold_of_two_names_stays_two(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text(st.characters(exclude_categories=["Cs", "Cn"])))
def test_fold_after_clean_is_the_same_name(text: str) -> None:
    try:
        name = clean("name", text, 10_000)
    except Refused:
        return
    assert clean("name", name, 10_000) == name
    assert fold(unicodedata.normalize("NFD", name)) == fold(name)


@pytest.mark.parametrize("inside", ["\0", "\n", "\r", "\t", "\x1b[31m", "\x7f", "\x85", "\u2028"])
def test_clean_of_control_characters_is_refused(inside: str) -> None:
    with pytest.raises(Refused) as refused:
        clean("name", f"a{inside}b", 50)
    assert refused.value.code is Code.INVALID
    assert refused.value.field == "name"


@pytest.mark.parametrize(
    "text", ["", "   ", "\u200b", "\u200d\u200d", "\u00ad", "\ufeff", "\u0301"]
)
def test_clean_of_what_nobody_sees_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        clean("name", text, 50)


def test_clean_of_a_name_trims_and_composes_it() -> None:
    assert clean("name", "  Zoe\u0308 ", 50) == "Zoë"


@pytest.mark.parametrize("text", ["李雷", "😀", "Ωmega", "a b", "👩‍👩‍👧", "حسن"])
def test_clean_of_any_script_is_kept(text: str) -> None:
    assert clean("name", text, 50) == text


def test_clean_counts_characters_after_trimming_at_both_ends_of_the_limit() -> None:
    assert clean("name", " " + "é" * 50 + " ", 50) == "é" * 50
    with pytest.raises(Refused, match="1 to 50"):
        clean("name", "é" * 51, 50)


@pytest.mark.parametrize("mark", [*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"])
def test_clean_of_what_turns_the_writing_is_refused_in_every_name(mark: str) -> None:
    with pytest.raises(Refused, match="direction"):
        clean("display_name", f"Ann{mark}gpj.exe", 50)


@pytest.mark.parametrize(
    "name", ["می\u200cخواهم", "क्\u200dष", "👩\u200d💻", "👩🏽\u200d💻", "❤️\u200d🔥"]
)
def test_clean_username_keeps_what_joins_letters_and_emoji(name: str) -> None:
    assert clean_username(name, 2, 50) == name


@pytest.mark.parametrize(
    "name", ["\u200dann", "ann\u200c", "a\u200d\u200dn", "a \u200cn", "1\u200d2", "a\u200bn"]
)
def test_clean_username_refuses_what_joins_nothing(name: str) -> None:
    with pytest.raises(Refused, match="invisible"):
        clean_username(name, 2, 50)


def test_fold_username_of_names_that_differ_in_joiners_is_one_name() -> None:
    assert fold_username("a\u200dnn") == fold_username("Ann") == "ann"
