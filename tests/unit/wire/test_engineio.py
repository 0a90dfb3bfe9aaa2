"""Packets and payloads of Engine.IO v4."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.wire.engineio import (
    PACKETS,
    Invalid,
    binary_message,
    decode_payload,
    encode_payload,
    text_message,
)
from hubbub.wire.websocket import messages

PACKET = st.one_of(
    st.tuples(st.text().map(lambda t: t.replace("\x1e", "").encode()), st.just(False)),
    st.tuples(st.binary(), st.just(True)),
)


@given(st.lists(PACKET, min_size=1, max_size=20))
def test_payload_when_encoded_and_decoded_is_the_same(packets: list[tuple[bytes, bool]]) -> None:
    blobs = [binary_message(p) if is_binary else text_message(p) for p, is_binary in packets]
    found = decode_payload(encode_payload(blobs))
    assert found == [(p if is_binary else b"4" + p, is_binary) for p, is_binary in packets]


@pytest.mark.parametrize("n", [0, 1, 125, 126, 127, 65_535, 65_536, 70_000])
def test_payload_when_frames_are_joined_finds_each(n: int) -> None:
    blob = text_message(b"x" * n) + binary_message(b"y" * n) + text_message(b"end")
    assert decode_payload(encode_payload([blob])) == [
        (b"4" + b"x" * n, False),
        (b"y" * n, True),
        (b"4end", False),
    ]
    assert [payload for _, payload in messages(blob)] == [b"4" + b"x" * n, b"y" * n, b"4end"]


def test_payload_when_it_has_as_many_packets_as_allowed_is_taken() -> None:
    assert len(decode_payload(b"\x1e".join([b"4"] * PACKETS))) == PACKETS


@pytest.mark.parametrize("more", [1, 2, 100_000])
def test_payload_when_it_has_more_packets_is_refused(more: int) -> None:
    with pytest.raises(Invalid):
        decode_payload(b"\x1e" * (PACKETS - 1 + more))


@pytest.mark.parametrize("rubbish", [b"b=", b"bA", b"bAB=C", b"b AA=", b"b\xff", b"bAAAA\n", b"bb"])
def test_payload_when_it_has_no_base64_is_refused(rubbish: bytes) -> None:
    with pytest.raises(Invalid):
        decode_payload(b"4before\x1e" + rubbish)
