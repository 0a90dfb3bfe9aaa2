"""Whose address a request comes from: only trusted proxies are believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.transport.address import Addresses

PROXIES = Addresses(["10.0.0.0/8", "::1", "127.0.0.1"])


@pytest.mark.parametrize(
    ("peer", "header", "client"),
    [
        ("203.0.113.9", None, "203.0.113.9"),
        ("203.0.113.9", "1.1.1.1", "203.0.113.9"),
        ("10.1.1.1", None, "10.1.1.1"),
        ("10.1.1.1", "198.51.100.7", "198.51.100.7"),
        ("10.1.1.1", "1.1.1.1, 198.51.100.7", "198.51.100.7"),
        ("10.1.1.1", "198.51.100.7, 10.2.2.2, 10.3.3.3", "198.51.100.7"),
        ("10.1.1.1", "10.2.2.2", "10.1.1.1"),
        ("10.1.1.1", "", "10.1.1.1"),
        ("10.1.1.1", " , ", "10.1.1.1"),
        ("::1", "2001:db8::5", "2001:db8::5"),
        ("", "1.1.1.1", ""),
    ],
)
def test_client_of_a_chain_is_the_last_that_nobody_vouches_for(
    peer: str, header: str | None, client: str
) -> None:
    assert PROXIES.client(peer, header) == client


@given(st.text())
def test_client_of_any_header_is_short_and_never_fails(header: str) -> None:
    assert 0 < len(PROXIES.client("10.1.1.1", header)) <= 64


@given(st.ip_addresses().map(str), st.text())
def test_client_of_an_untrusted_peer_is_the_peer_whatever_it_says(peer: str, header: str) -> None:
    assert Addresses([]).client(peer, header) == peer
