"""S1: which pages may open a connection. The table is also asked over sockets, by tests/security."""

import pytest

from hubbub.transport.origin import Origins
from security.origins import ALLOWED, OF_SERVER, ORIGINS

HOST = "chat.example.org:3000"


def at(origin: str) -> str:
    return origin.format(host=HOST, name="chat.example.org", port=3000)


def test_table_has_at_least_20_origins() -> None:
    assert len(ORIGINS) >= 20


@pytest.mark.parametrize("origin", ORIGINS)
def test_origins_when_none_is_named_allow_only_the_servers_own(origin: str) -> None:
    assert Origins(()).allows(at(origin), HOST) == (origin in OF_SERVER)


@pytest.mark.parametrize("origin", ORIGINS)
def test_origins_when_some_are_named_allow_those_as_well(origin: str) -> None:
    expected = origin in OF_SERVER or ORIGINS[origin]
    assert Origins(ALLOWED).allows(at(origin), HOST) == expected


@pytest.mark.parametrize("origin", ORIGINS)
def test_origins_when_all_are_named_allow_any(origin: str) -> None:
    assert Origins(("*",)).allows(at(origin), HOST)


def test_origins_when_there_is_none_allow_what_is_no_browser() -> None:
    assert Origins(()).allows(None, HOST)
    assert Origins(()).allows(None, None)


@pytest.mark.parametrize("host", [None, "", "[", "chat.example.org:x", "@", "::", "a:99999999"])
def test_origins_when_the_host_header_is_rubbish_allow_nobody(host: str | None) -> None:
    assert not Origins(()).allows("https://chat.example.org", host)


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://chat.example.org", "chat.example.org"),
        ("https://chat.example.org", "chat.example.org:443"),
        ("http://chat.example.org", "chat.example.org"),
        ("http://chat.example.org:80", "chat.example.org"),
        ("http://[::1]:3000", "[::1]:3000"),
        ("http://[0::1]", "[0::1]"),
    ],
)
def test_origins_when_the_page_is_of_this_host_allow_it(origin: str, host: str) -> None:
    assert Origins(()).allows(origin, host)


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://chat.example.org", "chat.example.org:80"),
        ("http://chat.example.org", "chat.example.org:443"),
        ("http://chat.example.org", "chat.example.org:3000"),
        ("http://[::1]:3000", "[::2]:3000"),
        ("http://[::1]:3000", "127.0.0.1:3000"),
        ("http://localhost:3000", "127.0.0.1:3000"),
    ],
)
def test_origins_when_the_page_is_of_a_neighbour_refuse_it(origin: str, host: str) -> None:
    assert not Origins(()).allows(origin, host)


HOME = Origins((), at_home=True)
HERE = ["127.0.0.1:3000", "localhost:3000", "[::1]:3000", "hubbub.localhost:3000", "127.5.5.5"]
ELSEWHERE = ["evil.example:3000", "10.0.0.1:3000", "localhost.evil.example", "", "[", None]


@pytest.mark.parametrize("host", HERE)
def test_at_home_the_machines_own_names_speak_for_guests(host: str) -> None:
    assert HOME.allows_page(f"http://{host}", host, None)
    assert HOME.allows_page(None, host, None)


@pytest.mark.parametrize("host", ELSEWHERE)
def test_at_home_a_name_that_was_led_here_speaks_for_no_guest(host: str | None) -> None:
    """DNS rebinding: the page's origin is the host that it calls."""
    assert not HOME.allows_page(f"http://{host}", host, None)
    assert not HOME.allows_page(None, host, None)


@pytest.mark.parametrize("host", ["evil.example:3000", "chat.example.org"])
def test_where_others_may_connect_a_name_says_nothing(host: str) -> None:
    assert Origins(()).allows_page(f"http://{host}", host, None)
