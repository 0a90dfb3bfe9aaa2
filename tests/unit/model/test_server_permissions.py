"""What members of servers may do: against an oracle that goes bit by bit, and properties that always hold."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from hubbub.model.entities import Override
from hubbub.model.permissions import (
    ADMINISTRATOR,
    ALL,
    BITS,
    EVERYONE,
    IN_CHANNELS,
    NAMES,
    VIEW_CHANNEL,
    in_channel,
    in_server,
    names_of,
)

EVERYBODY, ME = 100, 7
ROLES = (1, 2, 3)
bits = st.integers(0, ALL)
lists = st.lists(bits, max_size=3)
held = st.lists(st.sampled_from(ROLES), unique=True, max_size=3).map(tuple)


@st.composite
def overrides(draw: st.DrawFn) -> dict[int, Override]:
    """Of some roles, of somebody else and of me; they may contradict each other."""
    found = {}
    for target in draw(st.sets(st.sampled_from((EVERYBODY, ME, 8, *ROLES)))):
        allow = draw(bits) & IN_CHANNELS
        deny = draw(bits) & IN_CHANNELS & ~allow
        found[target] = Override(target, target not in (ME, 8), allow, deny)
    return found


def oracle(base: int, known: Mapping[int, Override], roles: tuple[int, ...]) -> frozenset[str]:
    """Each permission for itself: the nearest that says anything about it decides."""
    if "ADMINISTRATOR" in _words(base):
        return frozenset(NAMES)
    found = set()
    for name in NAMES:
        verdict = name in _words(base)
        for group in ([EVERYBODY], list(roles), [ME]):
            said = [known[target] for target in group if target in known]
            if any(name in _words(o.allow) for o in said):
                verdict = True
            elif any(name in _words(o.deny) for o in said):
                verdict = False
        if verdict:
            found.add(name)
    return frozenset(found) if "VIEW_CHANNEL" in found else frozenset()


def _words(number: int) -> set[str]:
    digits = f"{number:b}"[::-1]
    return {name for name, digit in zip(NAMES, digits, strict=False) if digit == "1"}


def _mine(base: int, known: Mapping[int, Override], roles: tuple[int, ...]) -> int:
    return in_channel(base, known, EVERYBODY, roles, ME)


@given(bits, overrides(), held)
def test_a_channel_is_computed_as_the_oracle_says(
    base: int, known: dict[int, Override], roles: tuple[int, ...]
) -> None:
    assert set(names_of(_mine(base, known, roles))) == oracle(base, known, roles)


@given(bits, lists, st.booleans())
def test_a_server_is_all_that_anything_grants(
    everyone: int, roles: list[int], is_owner: bool
) -> None:
    words = set().union(_words(everyone), *map(_words, roles))
    expected = set(NAMES) if is_owner or "ADMINISTRATOR" in words else words
    assert set(names_of(in_server(everyone, roles, is_owner=is_owner))) == expected


@given(bits, lists, bits)
def test_one_role_more_never_takes_away(everyone: int, roles: list[int], more: int) -> None:
    before = in_server(everyone, roles)
    assert in_server(everyone, [*roles, more]) & before == before


@given(bits, bits, overrides(), held)
def test_who_may_more_in_the_server_may_more_in_its_channels(
    base: int, more: int, known: dict[int, Override], roles: tuple[int, ...]
) -> None:
    before = _mine(base, known, roles)
    assert _mine(base | more, known, roles) & before == before


@given(bits, overrides(), held, st.sampled_from((EVERYBODY, ME, *ROLES)), bits)
def test_an_override_that_allows_more_or_denies_less_never_takes_away(
    base: int,
    known: dict[int, Override],
    roles: tuple[int, ...],
    target: int,
    more: int,
) -> None:
    before = _mine(base, known, roles)
    old = known.get(target, Override(target, target != ME))
    grown = old.allow | more & IN_CHANNELS
    known[target] = Override(target, old.is_role, grown, old.deny & ~grown)
    assert _mine(base, known, roles) & before == before


@given(bits, overrides(), held)
def test_administrators_may_everything_everywhere(
    base: int, known: dict[int, Override], roles: tuple[int, ...]
) -> None:
    assert _mine(base | ADMINISTRATOR, known, roles) == ALL


@given(bits, overrides(), held)
def test_who_does_not_see_a_channel_may_nothing_in_it(
    base: int, known: dict[int, Override], roles: tuple[int, ...]
) -> None:
    found = _mine(base, known, roles)
    assert found == 0 or found & VIEW_CHANNEL
    known[ME] = Override(ME, False, 0, VIEW_CHANNEL)
    assert _mine(base & ~ADMINISTRATOR, known, roles) == 0


@given(bits, overrides(), held)
def test_overrides_decide_only_about_what_is_of_channels(
    base: int, known: dict[int, Override], roles: tuple[int, ...]
) -> None:
    found = _mine(base & ~ADMINISTRATOR, known, roles)
    assert found == 0 or found & ~IN_CHANNELS == base & ~ADMINISTRATOR & ~IN_CHANNELS


@given(bits, overrides(), held)
def test_the_order_of_roles_and_the_overrides_of_others_do_not_matter(
    base: int, known: dict[int, Override], roles: tuple[int, ...]
) -> None:
    found = _mine(base, known, roles)
    assert _mine(base, known, roles[::-1]) == found
    mine = {t: o for t, o in known.items() if t in (EVERYBODY, ME, *roles)}
    assert _mine(base, mine, roles) == found


def test_the_numbers_of_permissions_are_stored_and_stay() -> None:
    assert [BITS[name] for name in NAMES] == [1 << n for n in range(15)]
    assert names_of(EVERYONE) == [
        "VIEW_CHANNEL",
        "SEND_MESSAGES",
        "READ_HISTORY",
        "ADD_REACTIONS",
        "ATTACH_FILES",
        "CREATE_INVITE",
    ]
    assert names_of(ALL) == list(NAMES)
    assert names_of(ALL & ~IN_CHANNELS) == [
        "KICK_MEMBERS",
        "BAN_MEMBERS",
        "MANAGE_SERVER",
        "ADMINISTRATOR",
    ]
